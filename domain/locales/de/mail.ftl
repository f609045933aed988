mail-greeting = Guten Tag,
mail-greeting-name = Guten Tag { $name },
mail-link-hint = Falls die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:
mail-contact = Fragen? Schreiben Sie an { $contact }.
mail-footer = Diese E-Mail wurde im Auftrag von { $tenant } versandt. Sie ist keine Werbung.

reverification-subject = Stimmen Ihre Daten bei { $tenant } noch?
reverification-preheader = Bitte sehen Sie Ihre Daten bis zum { $until } durch. Es dauert eine Minute.
reverification-body =
    { $tenant } speichert personenbezogene Daten über Sie und muss dafür sorgen, dass sie richtig und aktuell sind. Bitte sehen Sie Ihre Daten durch und sagen Sie uns, ob sie stimmen, oder berichtigen Sie sie.

    Der Link ist nur für Sie bestimmt. Er kann einmal verwendet werden, bis zum { $until }.
reverification-action = Meine Daten prüfen
reverification-after =
    { $unanswered ->
        [RESTRICT] Wenn Sie bis dahin nicht antworten, bleiben Ihre Daten gespeichert, werden aber nicht verwendet, bis das geklärt ist.
        [MARK_STALE] Wenn Sie bis dahin nicht antworten, werden Ihre Daten als nicht überprüft gekennzeichnet.
       *[NOTHING] Wenn Sie bis dahin nicht antworten, ändert sich nichts.
    }

    Warum Sie gefragt werden: Artikel 5 Absatz 1 Buchstabe d der Datenschutz-Grundverordnung (DSGVO) verlangt, dass personenbezogene Daten sachlich richtig und auf dem neuesten Stand sind.

reverification-reminder-subject = Erinnerung: Stimmen Ihre Daten bei { $tenant } noch?
reverification-reminder-preheader = Wir haben noch nichts von Ihnen gehört. Der Link gilt bis zum { $until }.
reverification-reminder-body =
    Wir haben Ihnen vor einiger Zeit geschrieben, weil { $tenant } dafür sorgen muss, dass die über Sie gespeicherten personenbezogenen Daten richtig sind. Wir haben noch nichts von Ihnen gehört.

    Bitte sehen Sie Ihre Daten durch und sagen Sie uns, ob sie stimmen, oder berichtigen Sie sie. Der Link ist nur für Sie bestimmt. Er kann einmal verwendet werden, bis zum { $until }.
reverification-reminder-action = Meine Daten prüfen
reverification-reminder-after =
    { $unanswered ->
        [RESTRICT] Wenn Sie bis dahin nicht antworten, bleiben Ihre Daten gespeichert, werden aber nicht verwendet, bis das geklärt ist.
        [MARK_STALE] Wenn Sie bis dahin nicht antworten, werden Ihre Daten als nicht überprüft gekennzeichnet.
       *[NOTHING] Wenn Sie bis dahin nicht antworten, ändert sich nichts.
    }

    Warum Sie gefragt werden: Artikel 5 Absatz 1 Buchstabe d der Datenschutz-Grundverordnung (DSGVO) verlangt, dass personenbezogene Daten sachlich richtig und auf dem neuesten Stand sind.

consent-confirmation-subject = Bitte bestätigen: { $purpose } bei { $tenant }
consent-confirmation-preheader = Ein Klick bis zum { $until }, und Ihre Einwilligung gilt.
consent-confirmation-body =
    Mit Ihrer Adresse hat jemand bei { $tenant } eingewilligt in: { $purpose }. Damit niemand in Ihrem Namen einwilligt, gilt das erst, wenn Sie es bestätigt haben.

    Der Link ist nur für Sie bestimmt. Er gilt bis zum { $until }.
consent-confirmation-action = Ansehen und bestätigen
consent-confirmation-after = Waren Sie das nicht, oder haben Sie es sich anders überlegt? Dann tun Sie nichts: Ohne Ihre Bestätigung geschieht nichts.

consent-expiry-subject = Ihre Einwilligung bei { $tenant } endet bald: { $purpose }
consent-expiry-preheader = Sie endet am { $until }. Wenn Ihnen das recht ist, brauchen Sie nichts zu tun.
consent-expiry-body =
    Sie haben bei { $tenant } eingewilligt in: { $purpose }. Diese Einwilligung endet am { $until }.

    Wenn sie enden soll, brauchen Sie nichts zu tun. Auf Ihrer eigenen Seite sehen Sie, worin Sie eingewilligt haben, können es jederzeit zurücknehmen oder nach dem Ende neu einwilligen.
consent-expiry-action = Meine Auswahl ansehen
consent-expiry-after = Der Link ist nur für Sie bestimmt. Er gilt bis zum { $until }.

webhook-disabled-subject = { $tenant }: Ihr Webhook-Endpunkt bei { $host } ist abgeschaltet
webhook-disabled-preheader = Er hat vom { $since } bis zum { $until } kein Ereignis angenommen.
webhook-disabled-body =
    Ihr Webhook-Endpunkt bei { $host } hat vom { $since } bis zum { $until } keines der gesendeten Ereignisse angenommen. Er ist abgeschaltet: Ihm wird nichts mehr gemeldet.

    Sobald er wieder antwortet, schalten Sie ihn mit enableWebhookEndpoint wieder ein. Was inzwischen geschah, wird nicht nachgesendet; es steht in den Verläufen.
webhook-disabled-after = Sie erhalten diese Nachricht, weil Sie zu den Inhabern von { $tenant } gehören.
