# Mails and pages about subject requests.
request-type =
    { $type ->
        [ACCESS] Auskunft über Ihre Daten
        [RECTIFICATION] Berichtigung Ihrer Daten
        [ERASURE] Löschung Ihrer Daten
        [PORTABILITY] Kopie Ihrer Daten zum Mitnehmen
        [RESTRICTION] Einschränkung der Verarbeitung Ihrer Daten
        [OBJECTION] Widerspruch gegen die Verarbeitung Ihrer Daten
       *[OPT_OUT_OF_SALE] kein Verkauf und keine Weitergabe Ihrer Daten
    }
request-complaint = Wenn Sie nicht einverstanden sind, können Sie sich bei einer Datenschutzbehörde beschweren oder ein Gericht anrufen.

request-received-subject = { $tenant } hat Ihren Antrag: { request-type }
request-received-preheader = Sie erhalten bis zum { $until } eine Antwort.
request-received-body =
    { $tenant } hat Ihren Antrag erhalten: { request-type }. Es steht fest, dass er von Ihnen kommt.

    Sie erhalten spätestens bis zum { $until } eine Antwort ({ $right }). Sie müssen nichts weiter tun.
request-received-action = Meinen Antrag verfolgen
request-received-after = Über den Link sehen Sie, wie es um Ihren Antrag steht, und können ihn zurücknehmen, solange er nicht ausgeführt ist.

request-identity-subject = Bitte bestätigen Sie Ihren Antrag an { $tenant }: { request-type }
request-identity-preheader = Bestätigen Sie bis zum { $until }, dass er von Ihnen kommt.
request-identity-body =
    { $tenant } hat in Ihrem Namen einen Antrag erhalten: { request-type }. Bitte bestätigen Sie zum Schutz Ihrer Daten, dass er von Ihnen kommt.

    Öffnen Sie den Link und bestätigen Sie dort. Das ist bis zum { $until } möglich.
request-identity-action = Dieser Antrag ist von mir
request-identity-after = Wenn Sie das nicht beantragt haben, tun Sie nichts oder nehmen Sie den Antrag über den Link zurück. Mit Ihren Daten geschieht dann nichts.

request-extended-subject = { $tenant } braucht mehr Zeit für Ihren Antrag: { request-type }
request-extended-preheader = Sie erhalten bis zum { $until } eine Antwort.
request-extended-body =
    Ihr Antrag an { $tenant } ({ request-type }) dauert länger als üblich. Sie erhalten spätestens bis zum { $until } eine Antwort. Der Grund:

    { $text }
request-extended-action = Meinen Antrag verfolgen
request-extended-after = { request-complaint }

request-rejected-subject = { $tenant } kann Ihrem Antrag nicht entsprechen: { request-type }
request-rejected-preheader = Hier erfahren Sie, warum.
request-rejected-body =
    Sie haben bei { $tenant } dies beantragt: { request-type }. Dem wird nicht entsprochen, und zwar aus diesem Grund:

    { $text }
request-rejected-action = Meinen Antrag ansehen
request-rejected-after = { request-complaint }

request-cancelled-subject = Ihr Antrag an { $tenant } ist zurückgenommen: { request-type }
request-cancelled-preheader = Er wird nicht ausgeführt.
request-cancelled-body = Ihr Antrag an { $tenant } ({ request-type }) ist zurückgenommen und wird nicht ausgeführt. Sie können ihn jederzeit neu stellen.
request-cancelled-action = Meinen Antrag ansehen
request-cancelled-after = Wenn Sie das nicht wollten, melden Sie sich bitte.

request-expired-subject = Ihr Antrag an { $tenant } wurde nicht bestätigt: { request-type }
request-expired-preheader = Er wird nicht ausgeführt.
request-expired-body = Ein Antrag in Ihrem Namen an { $tenant } ({ request-type }) wurde nicht rechtzeitig bestätigt. Er ist geschlossen, und mit Ihren Daten geschieht nichts. Sie können ihn jederzeit neu stellen.
request-expired-action = Meinen Antrag ansehen
request-expired-after = Wenn Sie das nicht beantragt haben, müssen Sie nichts tun.

request-package-subject = Ihre Daten von { $tenant } liegen bereit
request-package-preheader = Sie können sie bis zum { $until } herunterladen.
request-package-body =
    Sie haben bei { $tenant } dies beantragt: { request-type }. Es liegt in einer Datei bereit: eine Seite zum Lesen und Drucken und dieselben Daten für Computer.

    Der Link ist nur für Sie bestimmt: Wer ihn hat, kann Ihre Daten herunterladen. Er gilt bis zum { $until }.
request-package-action = Meine Daten herunterladen
request-package-after = { request-complaint }

request-erased-subject = { $tenant } hat Ihre Daten gelöscht
request-erased-preheader = Ihr Antrag ist ausgeführt.
request-erased-body =
    { $partial ->
        [yes] { $tenant } hat Ihre Daten wie beantragt gelöscht. Ein Teil muss nach dem Gesetz aufbewahrt werden und wird für nichts anderes verwendet, bis auch er gelöscht werden darf.
       *[no] { $tenant } hat Ihre Daten wie beantragt gelöscht.
    }

    Dies ist die letzte E-Mail dazu: Ihre Adresse wird danach nicht mehr gespeichert.
request-erased-action = Ansehen, was getan wurde
request-erased-after = { request-complaint }

request-completed-subject = { $tenant } hat Ihren Antrag ausgeführt: { request-type }
request-completed-preheader = Ihr Antrag ist ausgeführt.
request-completed-body = Ihr Antrag an { $tenant } ({ request-type }) ist ausgeführt. Wer Ihre Daten von { $tenant } erhalten hat, wird unterrichtet, soweit das nötig ist.
request-completed-action = Meinen Antrag ansehen
request-completed-after = { request-complaint }

restriction-lift-subject = { $tenant } wird Ihre Daten wieder verwenden
restriction-lift-preheader = Die Einschränkung endet mit dieser E-Mail.
restriction-lift-body = Die Verarbeitung Ihrer Daten bei { $tenant } war eingeschränkt. Diese Einschränkung endet jetzt, und Ihre Daten können wieder für die Zwecke verwendet werden, die Sie kennen. Sie werden vorher unterrichtet, weil Artikel 18 Absatz 3 der Datenschutz-Grundverordnung (DSGVO) es verlangt.
restriction-lift-after = { request-complaint }

request-reminder-subject = { $tenant }: Ein Betroffenenantrag ist am { $until } fällig
request-reminder-preheader = Es bleiben höchstens { $days } Tage.
request-reminder-body =
    Dieser Antrag muss bis zum { $until } beantwortet werden: { $type }, { $request }.

    Sie erhalten diese E-Mail, weil er Ihnen zugewiesen ist, oder weil er niemandem zugewiesen ist und Sie bei { $tenant } verantwortlich sind.
request-reminder-after = Die Frist kann einmal verlängert werden, mit einer Begründung, die der Person mitgeteilt wird, und nur, solange sie nicht abgelaufen ist.

request-overdue-subject = { $tenant }: Ein Betroffenenantrag ist seit { $until } überfällig
request-overdue-preheader = Er muss ohne weitere Verzögerung beantwortet werden.
request-overdue-body =
    Dieser Antrag hätte bis zum { $until } beantwortet werden müssen: { $type }, { $request }. Bitte beantworten Sie ihn ohne weitere Verzögerung.

    Sie erhalten diese E-Mail, weil er Ihnen zugewiesen ist, oder weil er niemandem zugewiesen ist und Sie bei { $tenant } verantwortlich sind.
request-overdue-after = Dies ist die letzte Erinnerung.

request-page-title = Ihr Antrag
request-page-what = Was Sie beantragt haben
request-page-received = Eingegangen am
request-page-due = Antwort bis
request-page-state = Stand
request-page-state-RECEIVED = Eingegangen
request-page-state-AWAITING_IDENTITY = Wartet auf Ihre Bestätigung
request-page-state-IN_PROGRESS = Wird ausgeführt
request-page-state-AWAITING_APPROVAL = Wird geprüft
request-page-state-COMPLETED = Erledigt
request-page-state-PARTIALLY_COMPLETED = Erledigt, bis auf das, was nach dem Gesetz aufzubewahren ist
request-page-state-REJECTED = Abgelehnt; die E-Mail an Sie nennt den Grund
request-page-state-CANCELLED = Zurückgenommen
request-page-state-EXPIRED = Nicht rechtzeitig bestätigt
request-page-prove-title = Dieser Antrag ist von mir
request-page-prove-hint = Damit bestätigen Sie, dass der Antrag von Ihnen kommt. Er wird dann bearbeitet.
request-page-prove = Ja, ich habe das beantragt
request-page-cancel-title = Ich möchte das nicht
request-page-cancel-hint = Der Antrag wird zurückgenommen und nicht ausgeführt.
request-page-cancel = Antrag zurücknehmen
request-page-proven = Vielen Dank. Ihr Antrag wird bearbeitet.
request-page-cancelled = Der Antrag ist zurückgenommen.
request-page-already = Das wurde schon bestätigt. Sie müssen nichts weiter tun.
request-page-too-late = Dieser Antrag ist schon abgeschlossen.
request-page-closed-title = Dieser Antrag ist abgeschlossen
request-page-closed = Er wurde vor einiger Zeit abgeschlossen und wird nicht mehr angezeigt. Bei Fragen antworten Sie auf die E-Mail mit dem Link.
