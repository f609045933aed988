# Mails and pages about subject requests.
request-type =
    { $type ->
        [ACCESS] accès à vos données
        [RECTIFICATION] rectification de vos données
        [ERASURE] effacement de vos données
        [PORTABILITY] copie de vos données à emporter
        [RESTRICTION] limitation du traitement de vos données
        [OBJECTION] opposition au traitement de vos données
       *[OPT_OUT_OF_SALE] ni vente ni partage de vos données
    }
request-complaint = Si vous n’êtes pas d’accord, vous pouvez introduire une réclamation auprès d’une autorité de protection des données ou saisir un tribunal.

request-received-subject = { $tenant } a reçu votre demande : { request-type }
request-received-preheader = Vous aurez une réponse au plus tard le { $until }.
request-received-body =
    { $tenant } a reçu votre demande : { request-type }. Il est établi qu’elle vient de vous.

    Vous aurez une réponse au plus tard le { $until } ({ $right }). Vous n’avez rien d’autre à faire.
request-received-action = Suivre ma demande
request-received-after = Le lien vous montre où en est votre demande et vous permet de la retirer tant qu’elle n’a pas été exécutée.

request-identity-subject = Veuillez confirmer votre demande à { $tenant } : { request-type }
request-identity-preheader = Confirmez avant le { $until } qu’elle vient de vous.
request-identity-body =
    { $tenant } a reçu une demande en votre nom : { request-type }. Pour protéger vos données, veuillez confirmer qu’elle vient de vous.

    Ouvrez le lien et confirmez. C’est possible jusqu’au { $until }.
request-identity-action = Cette demande est de moi
request-identity-after = Si vous n’avez rien demandé, ne faites rien ou retirez la demande avec le lien. Rien ne sera fait de vos données.

request-extended-subject = { $tenant } a besoin de plus de temps pour votre demande : { request-type }
request-extended-preheader = Vous aurez une réponse au plus tard le { $until }.
request-extended-body =
    Votre demande à { $tenant } ({ request-type }) prend plus de temps que d’habitude. Vous aurez une réponse au plus tard le { $until }. Le motif :

    { $text }
request-extended-action = Suivre ma demande
request-extended-after = { request-complaint }

request-rejected-subject = { $tenant } ne peut pas donner suite à votre demande : { request-type }
request-rejected-preheader = Voici pourquoi.
request-rejected-body =
    Vous avez demandé ceci à { $tenant } : { request-type }. Il n’y sera pas donné suite, pour ce motif :

    { $text }
request-rejected-action = Voir ma demande
request-rejected-after = { request-complaint }

request-cancelled-subject = Votre demande à { $tenant } est retirée : { request-type }
request-cancelled-preheader = Elle ne sera pas exécutée.
request-cancelled-body = Votre demande à { $tenant } ({ request-type }) est retirée et ne sera pas exécutée. Vous pouvez la renouveler à tout moment.
request-cancelled-action = Voir ma demande
request-cancelled-after = Si vous ne le vouliez pas, veuillez prendre contact.

request-expired-subject = Votre demande à { $tenant } n’a pas été confirmée : { request-type }
request-expired-preheader = Elle ne sera pas exécutée.
request-expired-body = Une demande en votre nom à { $tenant } ({ request-type }) n’a pas été confirmée à temps. Elle est close, et rien ne sera fait de vos données. Vous pouvez la renouveler à tout moment.
request-expired-action = Voir ma demande
request-expired-after = Si vous n’avez rien demandé, il n’y a rien à faire.

request-package-subject = Vos données chez { $tenant } sont prêtes
request-package-preheader = Vous pouvez les télécharger jusqu’au { $until }.
request-package-body =
    Vous avez demandé ceci à { $tenant } : { request-type }. Tout est prêt dans un seul fichier : une page à lire et à imprimer, et les mêmes données pour les ordinateurs.

    Le lien n’est destiné qu’à vous : quiconque le possède peut télécharger vos données. Il est valable jusqu’au { $until }.
request-package-action = Télécharger mes données
request-package-after = { request-complaint }

request-erased-subject = { $tenant } a effacé vos données
request-erased-preheader = Votre demande a été exécutée.
request-erased-body =
    { $partial ->
        [yes] { $tenant } a effacé vos données comme vous l’avez demandé. Une partie doit être conservée selon la loi et ne sert à rien d’autre jusqu’à ce qu’elle puisse être effacée aussi.
       *[no] { $tenant } a effacé vos données comme vous l’avez demandé.
    }

    Ceci est le dernier message à ce sujet : votre adresse n’est pas conservée ensuite.
request-erased-action = Voir ce qui a été fait
request-erased-after = { request-complaint }

request-completed-subject = { $tenant } a fait ce que vous avez demandé : { request-type }
request-completed-preheader = Votre demande a été exécutée.
request-completed-body = Votre demande à { $tenant } ({ request-type }) a été exécutée. Ceux qui ont reçu vos données de { $tenant } en sont informés là où c’est nécessaire.
request-completed-action = Voir ma demande
request-completed-after = { request-complaint }

restriction-lift-subject = { $tenant } utilisera de nouveau vos données
restriction-lift-preheader = La limitation prend fin avec ce message.
restriction-lift-body = Le traitement de vos données chez { $tenant } était limité. Cette limitation prend fin maintenant, et vos données peuvent de nouveau être utilisées pour les finalités que vous connaissez. Vous en êtes informé au préalable parce que l’article 18, paragraphe 3, du règlement général sur la protection des données (RGPD) l’exige.
restriction-lift-after = { request-complaint }

request-reminder-subject = { $tenant } : une demande doit recevoir une réponse le { $until }
request-reminder-preheader = Il reste au plus { $days } jours.
request-reminder-body =
    Cette demande doit recevoir une réponse au plus tard le { $until } : { $type }, { $request }.

    Vous recevez ce message parce qu’elle vous est confiée, ou parce qu’elle n’est confiée à personne et que vous êtes responsable chez { $tenant }.
request-reminder-after = Le délai peut être prolongé une fois, avec un motif communiqué à la personne, avant qu’il n’expire.

request-overdue-subject = { $tenant } : une demande est en retard depuis le { $until }
request-overdue-preheader = Elle doit recevoir une réponse sans plus tarder.
request-overdue-body =
    Cette demande aurait dû recevoir une réponse au plus tard le { $until } : { $type }, { $request }. Veuillez y répondre sans plus tarder.

    Vous recevez ce message parce qu’elle vous est confiée, ou parce qu’elle n’est confiée à personne et que vous êtes responsable chez { $tenant }.
request-overdue-after = Ceci est le dernier rappel.

request-page-title = Votre demande
request-page-what = Ce que vous avez demandé
request-page-received = Reçue le
request-page-due = Réponse avant le
request-page-state = État
request-page-state-RECEIVED = Reçue
request-page-state-AWAITING_IDENTITY = En attente de votre confirmation
request-page-state-IN_PROGRESS = En cours d’exécution
request-page-state-AWAITING_APPROVAL = À l’examen
request-page-state-COMPLETED = Exécutée
request-page-state-PARTIALLY_COMPLETED = Exécutée, sauf pour ce que la loi oblige à conserver
request-page-state-REJECTED = Refusée ; le message qui vous a été envoyé dit pourquoi
request-page-state-CANCELLED = Retirée
request-page-state-EXPIRED = Pas confirmée à temps
request-page-prove-title = Cette demande est de moi
request-page-prove-hint = Vous confirmez ainsi que la demande vient de vous. Elle est ensuite traitée.
request-page-prove = Oui, j’ai fait cette demande
request-page-cancel-title = Je ne veux pas cela
request-page-cancel-hint = La demande est retirée et ne sera pas exécutée.
request-page-cancel = Retirer la demande
request-page-proven = Merci. Votre demande est traitée.
request-page-cancelled = La demande est retirée.
request-page-already = Cela a déjà été confirmé. Il n’y a plus rien à faire.
request-page-too-late = Cette demande est déjà close.
request-page-closed-title = Cette demande est close
request-page-closed = Elle a été close il y a quelque temps et n’est plus affichée. Pour toute question, répondez au message qui contient le lien.
