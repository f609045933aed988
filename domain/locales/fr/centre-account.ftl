account-confirmation-subject = Veuillez confirmer votre compte chez { $tenant }
account-confirmation-preheader = Encore une étape, dans les 24 heures.
account-confirmation-body =
    Quelqu’un a ouvert avec cette adresse un compte dans le centre de confidentialité de { $tenant }. Si c’était vous, confirmez-le avec le mot de passe que vous avez choisi.

    Le lien fonctionne une seule fois, pendant 24 heures.
account-confirmation-action = Confirmer mon compte
account-confirmation-after = Ce n’était pas vous ? Alors ne faites rien : sans votre confirmation il n’y a pas de compte, et ce qui a été saisi est effacé au bout de 24 heures.

account-exists-subject = Vous avez déjà un compte chez { $tenant }
account-exists-preheader = Ce lien permet de vous connecter.
account-exists-body =
    Quelqu’un a voulu ouvrir avec cette adresse un compte dans le centre de confidentialité de { $tenant }. Vous en avez déjà un.

    Si c’était vous, connectez-vous avec ce lien. Il fonctionne une seule fois, pendant 15 minutes. Si vous avez oublié votre mot de passe, vous pourrez en choisir un nouveau.
account-exists-action = Se connecter
account-exists-after = Ce n’était pas vous ? Alors ne faites rien. Personne n’a appris que vous avez un compte.

account-sign-in-subject = Votre lien de connexion chez { $tenant }
account-sign-in-preheader = Il fonctionne une seule fois, pendant 15 minutes.
account-sign-in-body =
    Ce lien vous connecte au centre de confidentialité de { $tenant }. Il fonctionne une seule fois, pendant 15 minutes.
account-sign-in-action = Se connecter
account-sign-in-after = Vous ne l’avez pas demandé ? Alors ne faites rien. Ne transmettez pas ce lien : qui l’a voit vos données.

account-new-password-subject = Choisissez un nouveau mot de passe chez { $tenant }
account-new-password-preheader = Le lien fonctionne une seule fois, pendant une heure.
account-new-password-body =
    Quelqu’un a demandé un nouveau mot de passe pour votre compte dans le centre de confidentialité de { $tenant }. Si c’était vous, choisissez-le avec ce lien. Il fonctionne une seule fois, pendant une heure.
account-new-password-action = Choisir un nouveau mot de passe
account-new-password-after = Vous ne l’avez pas demandé ? Alors ne faites rien : votre mot de passe reste inchangé.

account-password-changed-subject = Votre mot de passe chez { $tenant } a été changé
account-password-changed-preheader = Si c’était vous, il n’y a rien à faire.
account-password-changed-body =
    Le mot de passe de votre compte dans le centre de confidentialité de { $tenant } a été changé. Vous êtes déconnecté dans tout autre navigateur.

    Si c’était vous, il n’y a rien à faire. Sinon, choisissez maintenant un nouveau mot de passe.
account-password-changed-action = Choisir un nouveau mot de passe
account-password-changed-after = La personne qui l’a changé pouvait lire vos courriels ou connaissait votre ancien mot de passe. Changez aussi celui de votre boîte aux lettres.

account-sign-in = Se connecter
account-sign-out = Se déconnecter
account-sign-up = Créer un compte
account-email = Adresse électronique
account-password = Mot de passe
account-sign-in-title = Se connecter
account-sign-in-intro = Vous voyez ici ce que { $tenant } conserve sur vous, et vous en décidez.
account-sign-in-forgotten = Mot de passe oublié ?
account-link-title = Se connecter sans mot de passe
account-link-intro = Nous vous envoyons un lien qui vous connecte. Vous n’avez pas besoin de compte : il suffit que { $tenant } connaisse votre adresse.
account-link-send = M’envoyer un lien
account-no-account = Pas encore de compte ?
account-wrong = Cette adresse et ce mot de passe ne vont pas ensemble.
account-wrong-hint = Vérifiez les deux, ou faites-vous envoyer un lien.
account-wait-title = Trop d’essais
account-wait = Il y a eu trop d’essais. Veuillez attendre { $minutes } min, puis réessayez. Un lien qui vous a été envoyé fonctionne toujours.
account-asked-title = Regardez dans votre boîte aux lettres
account-asked = Si { $tenant } connaît cette adresse, un lien lui est envoyé. Cela peut prendre une minute.
account-asked-hint = Pas de courriel ? Regardez dans le dossier des indésirables et vérifiez l’adresse. Nous ne disons pas ici si une adresse est connue : cela ne regarde que la personne à qui elle appartient.
account-signed-up = Un courriel est envoyé à l’adresse que vous avez donnée. Confirmez votre compte avec le lien qu’il contient, dans les 24 heures.
account-link-use-title = Se connecter chez { $tenant }
account-link-use = Encore un clic, et vous êtes connecté dans ce navigateur.
account-link-dead-title = Ce lien ne fonctionne pas
account-link-dead = Il a déjà servi, son délai est passé, ou il est incomplet. Demandez-en un nouveau.
account-sign-up-title = Créer un compte
account-sign-up-intro = Avec un compte, vous voyez à tout moment ce que { $tenant } conserve sur vous, et vous en décidez.
account-name = Nom
account-password-hint = De 8 à 128 caractères. Quelques mots à la suite sont faciles à retenir et difficiles à deviner.
account-consents-title = Ce à quoi vous consentez
account-consents-intro = Vous décidez de chacun, et rien n’est coché d’avance. Vous pouvez changer d’avis à tout moment.
account-consents-required = Nécessaire pour un compte
account-agree = Je consens : { $purpose }
account-agree-special = Je consens explicitement, bien que des données particulièrement protégées soient utilisées (article 9 du RGPD) : { $purpose }
account-problem-title = Quelque chose ne va pas encore
account-problem-INVALID_NAME = Veuillez donner votre nom, sur une seule ligne.
account-problem-INVALID_EMAIL = Ce n’est pas une adresse électronique complète.
account-problem-TOO_SHORT = Le mot de passe compte au moins 8 caractères.
account-problem-TOO_LONG = Le mot de passe compte au plus 128 caractères.
account-problem-TOO_COMMON = Ce mot de passe est l’un des premiers que l’on essaie, ou il est fait de votre nom ou de votre adresse. Choisissez-en un autre.
account-problem-CONSENT_REQUIRED = { $tenant } ne crée pas de compte sans ce consentement. Si vous ne voulez pas le donner, vous pouvez exercer vos droits sans compte.
account-problem-PURPOSE_CHANGED = Ce qui est demandé ici a changé entre-temps. Veuillez le relire.
account-problem-WRONG_CREDENTIALS = Ce n’est pas le bon mot de passe.
account-problem-other = Veuillez vérifier ceci.
account-confirm-title = Confirmer votre compte
account-confirm-intro = Saisissez le mot de passe que vous avez choisi à l’inscription. Ainsi personne n’ouvre de compte en votre nom.
account-confirm-agreed = Vous consentez à :
account-confirm-button = Confirmer mon compte
account-confirm-otherwise = Ce n’était pas vous, ou vous avez changé d’avis ? Alors fermez cette page : sans votre confirmation il n’y a pas de compte.
account-exists-title = Vous avez déjà un compte
account-exists = Il y a un compte avec cette adresse. Connectez-vous avec votre mot de passe, ou faites-vous envoyer un lien.
account-changed-title = Ce à quoi vous avez consenti a changé
account-changed = { $tenant } a changé ce à quoi vous avez consenti depuis votre inscription. Veuillez vous inscrire à nouveau et le relire.
account-full-title = Pas de nouveau compte pour le moment
account-full = { $tenant } ne peut pas accepter de nouveaux comptes pour le moment. Vous pouvez exercer vos droits sans compte.
account-forgotten-title = Choisir un nouveau mot de passe
account-forgotten-intro = Saisissez votre adresse. S’il y a un compte avec elle, nous vous envoyons un lien pour choisir un nouveau mot de passe.
account-new-password-title = Choisir un nouveau mot de passe
account-new-password-intro = Vous serez alors déconnecté dans tout autre navigateur.
account-new-password = Nouveau mot de passe
account-current-password = Mot de passe actuel
account-new-password-button = Enregistrer le mot de passe
account-security-title = Mot de passe et connexion
account-security-changed = Votre mot de passe a été changé. Vous êtes déconnecté dans tout autre navigateur.
account-security-ended = Vous y êtes déconnecté.
account-sessions-title = Où vous êtes connecté
account-session-here = Ce navigateur
account-session = { $agent }, connecté le { $date }
account-session-unknown = Un navigateur
account-session-end = Y mettre fin
account-sessions-end-all = Se déconnecter dans tout autre navigateur
account-password-title = Changer votre mot de passe
account-form-old-title = Veuillez réessayer
account-form-old = Ce formulaire est resté ouvert trop longtemps, ou ne venait pas de cette page. Rien n’a été changé. Ouvrez de nouveau la page ; votre navigateur doit accepter son cookie.
account-cookie = Cette page garde un seul cookie, sans lequel personne ne pourrait se connecter. Il ne nomme personne et disparaît quand vous fermez le navigateur.
