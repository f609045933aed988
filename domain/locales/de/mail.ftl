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
