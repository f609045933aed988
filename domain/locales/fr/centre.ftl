# Le centre de confidentialité.
language-en = English
language-de = Deutsch
language-fr = Français
language-es = Español
language-it = Italiano

law-article = Article { $article } du RGPD

centre-name = Centre de confidentialité
centre-title = Centre de confidentialité de { $tenant }
centre-skip = Aller au contenu
centre-policy = Politique de confidentialité
centre-languages = Langue
centre-heading = Vos données chez { $tenant }
centre-lead = Voyez ce qui est conservé à votre sujet, décidez de l’usage qui peut en être fait et exercez vos droits. C’est gratuit, et vous n’avez pas à donner de raison.
centre-message = Un mot de { $tenant }
centre-me = Ma page
centre-own = Votre propre page
centre-own-text = Sur votre propre page, vous voyez tout d’un coup d’œil et vous changez tout aussitôt.
centre-own-open = Ouvrir ma page
centre-without = Sans page à vous
centre-without-text = Il ne faut pas de compte : choisissez ce que vous voulez et prouvez votre adresse avec un lien.
centre-right-ACCESS = Voir vos données
centre-right-ACCESS-text = Vous apprenez ce qui est conservé à votre sujet, pourquoi et combien de temps, et vous en recevez une copie.
centre-right-RECTIFICATION = Faire corriger une donnée
centre-right-RECTIFICATION-text = Ce qui est faux ou dépassé est corrigé, et ceux qui l’ont reçu en sont informés.
centre-right-ERASURE = Faire effacer vos données
centre-right-ERASURE-text = Tout disparaît, sauf ce que la loi oblige à conserver. Vous apprenez ce qui reste, et pourquoi.
centre-right-PORTABILITY = Emporter vos données
centre-right-PORTABILITY-text = Vous recevez ce que vous avez fourni, sous une forme que d’autres services savent lire.
centre-right-RESTRICTION = Faire mettre vos données de côté
centre-right-RESTRICTION-text = Elles restent conservées sans être utilisées, jusqu’à ce que la question soit réglée.
centre-right-OBJECTION = S’opposer à un usage
centre-right-OBJECTION-text = Vous refusez un usage fondé sur des intérêts légitimes ou sur une mission publique.
centre-right-OPT_OUT_OF_SALE = Ni vente, ni partage
centre-right-OPT_OUT_OF_SALE-text = Vos données ne sont plus vendues, ni partagées à des fins publicitaires.
centre-unknown-title = Il n’y a rien ici
centre-unknown = Il n’y a pas de centre de confidentialité à cette adresse. Veuillez vérifier l’adresse, ou demander à ceux qui vous l’ont donnée.

# Demander sans compte.
centre-back = Revenir à la première page
centre-ask-law = Quelle loi vous protège ?
centre-law-GDPR = Le RGPD : je vis dans l’Union européenne ou dans l’Espace économique européen
centre-law-CCPA = Le CCPA : je vis en Californie
centre-ask-purpose = À quoi vous opposez-vous ?
centre-ask-no-purpose = Il n’y a rien à quoi s’opposer pour le moment : { $tenant } n’utilise aucune donnée sur la base d’intérêts légitimes ou d’une mission publique.
centre-ask-note = Qu’est-ce qui est faux, et qu’est-ce qui serait juste ?
centre-ask-note-hint = Par exemple : mon numéro de téléphone est désormais le +43 1 5880.
centre-ask-email = Votre adresse e-mail
centre-ask-email-hint = Celle sous laquelle { $tenant } vous connaît. Un lien y est envoyé, pour que personne d’autre ne puisse demander en votre nom.
centre-ask-send = Envoyer la demande
centre-ask-problem = L’envoi n’a pas été possible
centre-ask-problem-email = Veuillez saisir une adresse e-mail, par exemple nom@example.org.
centre-ask-problem-note = Veuillez dire ce qui est faux et ce qui serait juste, en 2 000 caractères au plus.
centre-ask-problem-purpose = Veuillez choisir ce à quoi vous vous opposez.
centre-ask-problem-regime = Cette loi ne connaît pas ce droit. Veuillez en choisir une autre.
centre-ask-next = La suite
centre-ask-next-mail = Vous recevez un e-mail avec un lien.
centre-ask-next-confirm = Avec ce lien, vous confirmez que la demande vient de vous. Rien ne se passe avant.
centre-ask-next-answer = { $tenant } répond dans le délai fixé par la loi, et vous pouvez voir à tout moment où en est la demande.
centre-asked-title = Regardez dans votre boîte de réception
centre-asked = Si quelque chose est conservé sous cette adresse, un e-mail avec un lien y est en route. Sinon, un e-mail vous le dit.
centre-asked-again = Rien n’est arrivé au bout de quelques minutes ? Regardez parmi les courriers indésirables, ou envoyez la demande une nouvelle fois : le lien est alors renvoyé.

nothing-held-subject = { $tenant } ne conserve rien sous cette adresse
nothing-held-preheader = Quelqu’un a posé une question sur des données sous cette adresse.
nothing-held-body =
    Quelqu’un a donné cette adresse à { $tenant } et a demandé ceci : { request-type }.

    Rien n’est conservé sous cette adresse. Si vous y êtes connu sous une autre, merci de faire la demande avec celle-ci.
nothing-held-after = Si ce n’était pas vous, il n’y a rien à faire. Vous ne recevrez pas d’autre e-mail à ce sujet aujourd’hui, et l’adresse n’est pas conservée.

request-message-subject = { $tenant } vous a écrit au sujet de votre demande
request-message-preheader = Il y a un message pour vous.
request-message-body = { $tenant } vous a écrit au sujet de votre demande : { request-type }. Pour votre protection, le message n’est pas dans cet e-mail : vous le lisez sur la page de votre demande.
request-message-action = Lire le message
request-message-after = { request-complaint }
request-page-messages = Ce que { $tenant } vous a écrit
