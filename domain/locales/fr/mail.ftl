mail-greeting = Bonjour,
mail-greeting-name = Bonjour { $name },
mail-link-hint = Si le bouton ne fonctionne pas, copiez cette adresse dans votre navigateur :
mail-contact = Une question ? Écrivez à { $contact }.
mail-footer = Cet e-mail a été envoyé pour le compte de { $tenant }. Ce n’est pas de la publicité.

reverification-subject = Vos données chez { $tenant } sont-elles toujours exactes ?
reverification-preheader = Merci de vérifier vos données avant le { $until }. Cela prend une minute.
reverification-body =
    { $tenant } conserve des données personnelles vous concernant et doit veiller à ce qu’elles soient exactes et à jour. Merci de les vérifier et de nous dire si elles sont exactes, ou de les corriger.

    Le lien vous est personnel. Il peut être utilisé une seule fois, jusqu’au { $until }.
reverification-action = Vérifier mes données
reverification-after =
    { $unanswered ->
        [RESTRICT] Sans réponse de votre part d’ici là, vos données restent conservées mais ne sont plus utilisées tant que la question n’est pas réglée.
        [MARK_STALE] Sans réponse de votre part d’ici là, vos données sont signalées comme non vérifiées.
       *[NOTHING] Sans réponse de votre part d’ici là, rien ne change.
    }

    Pourquoi cette demande : l’article 5, paragraphe 1, point d) du Règlement général sur la protection des données (RGPD) exige que les données personnelles soient exactes et tenues à jour.

reverification-reminder-subject = Rappel : vos données chez { $tenant } sont-elles toujours exactes ?
reverification-reminder-preheader = Nous n’avons pas encore reçu de réponse. Le lien est valable jusqu’au { $until }.
reverification-reminder-body =
    Nous vous avons écrit il y a quelque temps, car { $tenant } doit veiller à l’exactitude des données personnelles conservées à votre sujet. Nous n’avons pas encore reçu de réponse.

    Merci de vérifier vos données et de nous dire si elles sont exactes, ou de les corriger. Le lien vous est personnel. Il peut être utilisé une seule fois, jusqu’au { $until }.
reverification-reminder-action = Vérifier mes données
reverification-reminder-after =
    { $unanswered ->
        [RESTRICT] Sans réponse de votre part d’ici là, vos données restent conservées mais ne sont plus utilisées tant que la question n’est pas réglée.
        [MARK_STALE] Sans réponse de votre part d’ici là, vos données sont signalées comme non vérifiées.
       *[NOTHING] Sans réponse de votre part d’ici là, rien ne change.
    }

    Pourquoi cette demande : l’article 5, paragraphe 1, point d) du Règlement général sur la protection des données (RGPD) exige que les données personnelles soient exactes et tenues à jour.

consent-confirmation-subject = Merci de confirmer : { $purpose } chez { $tenant }
consent-confirmation-preheader = Un clic avant le { $until }, et votre consentement est valable.
consent-confirmation-body =
    Avec votre adresse, quelqu’un a consenti chez { $tenant } à ceci : { $purpose }. Pour que personne ne consente à votre place, cela ne vaut qu’une fois que vous l’avez confirmé.

    Le lien vous est personnel. Il est valable jusqu’au { $until }.
consent-confirmation-action = Voir et confirmer
consent-confirmation-after = Ce n’était pas vous, ou vous avez changé d’avis ? Alors ne faites rien : sans votre confirmation, rien ne se passe.

consent-expiry-subject = Votre consentement chez { $tenant } prend bientôt fin : { $purpose }
consent-expiry-preheader = Il prend fin le { $until }. Si cela vous convient, vous n’avez rien à faire.
consent-expiry-body =
    Vous avez consenti chez { $tenant } à ceci : { $purpose }. Ce consentement prend fin le { $until }.

    Si vous voulez qu’il prenne fin, vous n’avez rien à faire. Sur votre page, vous voyez à quoi vous avez consenti, vous pouvez le retirer à tout moment, ou consentir à nouveau une fois qu’il a pris fin.
consent-expiry-action = Voir mes choix
consent-expiry-after = Le lien vous est personnel. Il est valable jusqu’au { $until }.

webhook-disabled-subject = { $tenant } : votre point de terminaison webhook chez { $host } est désactivé
webhook-disabled-preheader = Il n'a accepté aucun événement du { $since } au { $until }.
webhook-disabled-body =
    Votre point de terminaison webhook chez { $host } n'a accepté aucun des événements envoyés du { $since } au { $until }. Il est désactivé : plus rien ne lui est signalé.

    Dès qu'il répond de nouveau, réactivez-le avec enableWebhookEndpoint. Ce qui s'est passé entre-temps n'est pas renvoyé ; les historiques le gardent.
webhook-disabled-after = Vous recevez ce message parce que vous êtes propriétaire de { $tenant }.
