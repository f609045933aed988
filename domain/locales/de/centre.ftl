# Das Datenschutz-Center.
language-en = English
language-de = Deutsch
language-fr = Français
language-es = Español
language-it = Italiano

law-article = Artikel { $article } DSGVO

centre-name = Datenschutz-Center
centre-title = Datenschutz-Center von { $tenant }
centre-skip = Zum Inhalt springen
centre-policy = Datenschutzerklärung
centre-languages = Sprache
centre-heading = Ihre Daten bei { $tenant }
centre-lead = Sehen Sie, was über Sie gespeichert ist, entscheiden Sie, wofür es verwendet werden darf, und üben Sie Ihre Rechte aus. Das kostet nichts, und Sie müssen keine Gründe nennen.
centre-message = Ein Wort von { $tenant }
centre-me = Meine Seite
centre-own = Ihre eigene Seite
centre-own-text = Auf Ihrer eigenen Seite sehen Sie alles auf einen Blick und ändern es sofort.
centre-own-open = Meine Seite öffnen
centre-without = Ohne eigene Seite
centre-without-text = Sie brauchen kein Konto: Wählen Sie, was Sie möchten, und weisen Sie Ihre Adresse mit einem Link nach.
centre-right-ACCESS = Ihre Daten sehen
centre-right-ACCESS-text = Sie erfahren, was über Sie gespeichert ist, wofür und wie lange, und erhalten eine Kopie.
centre-right-RECTIFICATION = Etwas berichtigen lassen
centre-right-RECTIFICATION-text = Was falsch oder veraltet ist, wird richtiggestellt, und wer es erhalten hat, wird unterrichtet.
centre-right-ERASURE = Ihre Daten löschen lassen
centre-right-ERASURE-text = Alles wird gelöscht, was nicht nach dem Gesetz aufbewahrt werden muss. Sie erfahren, was bleibt und warum.
centre-right-PORTABILITY = Ihre Daten mitnehmen
centre-right-PORTABILITY-text = Sie erhalten, was Sie selbst angegeben haben, in einer Form, die andere Dienste lesen können.
centre-right-RESTRICTION = Ihre Daten ruhen lassen
centre-right-RESTRICTION-text = Sie bleiben gespeichert und werden nicht verwendet, bis die Sache geklärt ist.
centre-right-OBJECTION = Einer Verwendung widersprechen
centre-right-OBJECTION-text = Sie sagen Nein zu einer Verwendung, die auf berechtigten Interessen oder einer öffentlichen Aufgabe beruht.
centre-right-OPT_OUT_OF_SALE = Kein Verkauf, keine Weitergabe
centre-right-OPT_OUT_OF_SALE-text = Ihre Daten werden nicht mehr verkauft oder für Werbung weitergegeben.
centre-unknown-title = Hier ist nichts
centre-unknown = Unter dieser Adresse gibt es kein Datenschutz-Center. Bitte prüfen Sie die Adresse oder fragen Sie dort nach, wo Sie sie erhalten haben.

# Anträge ohne Konto.
centre-back = Zurück zur ersten Seite
centre-ask-law = Welches Gesetz schützt Sie?
centre-law-GDPR = Die DSGVO: Ich lebe in der Europäischen Union oder im Europäischen Wirtschaftsraum
centre-law-CCPA = Der CCPA: Ich lebe in Kalifornien
centre-ask-purpose = Wogegen widersprechen Sie?
centre-ask-no-purpose = Derzeit gibt es nichts, dem Sie widersprechen könnten: { $tenant } verwendet keine Daten aufgrund berechtigter Interessen oder einer öffentlichen Aufgabe.
centre-ask-note = Was ist falsch, und was wäre richtig?
centre-ask-note-hint = Zum Beispiel: Meine Telefonnummer ist jetzt +43 1 5880.
centre-ask-email = Ihre E-Mail-Adresse
centre-ask-email-hint = Die, unter der { $tenant } Sie kennt. Dorthin geht ein Link, damit niemand sonst in Ihrem Namen etwas beantragen kann.
centre-ask-send = Antrag absenden
centre-ask-problem = Das konnte nicht abgeschickt werden
centre-ask-problem-email = Bitte geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.org.
centre-ask-problem-note = Bitte sagen Sie, was falsch ist und was richtig wäre, mit höchstens 2.000 Zeichen.
centre-ask-problem-purpose = Bitte wählen Sie, wogegen Sie widersprechen.
centre-ask-problem-regime = Dieses Gesetz kennt dieses Recht nicht. Bitte wählen Sie ein anderes.
centre-ask-next = Wie es weitergeht
centre-ask-next-mail = Sie erhalten eine E-Mail mit einem Link.
centre-ask-next-confirm = Mit dem Link bestätigen Sie, dass der Antrag von Ihnen ist. Vorher geschieht nichts.
centre-ask-next-answer = { $tenant } antwortet in der Frist, die das Gesetz setzt, und Sie sehen jederzeit, wie weit es ist.
centre-asked-title = Sehen Sie in Ihr Postfach
centre-asked = Wenn unter der Adresse etwas gespeichert ist, ist eine E-Mail mit einem Link dorthin unterwegs. Wenn nicht, sagt eine E-Mail das.
centre-asked-again = Nach einigen Minuten ist nichts gekommen? Sehen Sie unter den unerwünschten E-Mails nach, oder senden Sie den Antrag noch einmal ab: Der Link wird dann erneut geschickt.

nothing-held-subject = { $tenant } hat unter dieser Adresse nichts gespeichert
nothing-held-preheader = Jemand hat nach Daten unter dieser Adresse gefragt.
nothing-held-body =
    Jemand hat { $tenant } diese Adresse genannt und dies beantragt: { request-type }.

    Unter dieser Adresse ist nichts gespeichert. Wenn man Sie dort unter einer anderen kennt, stellen Sie den Antrag bitte mit dieser.
nothing-held-after = Wenn Sie das nicht waren, müssen Sie nichts tun. Sie erhalten dazu heute keine weitere E-Mail, und die Adresse wird nicht gespeichert.

request-message-subject = { $tenant } hat Ihnen zu Ihrem Antrag geschrieben
request-message-preheader = Es gibt eine Nachricht für Sie.
request-message-body = { $tenant } hat Ihnen zu Ihrem Antrag geschrieben: { request-type }. Zu Ihrem Schutz steht die Nachricht nicht in dieser E-Mail: Sie lesen sie auf der Seite Ihres Antrags.
request-message-action = Nachricht lesen
request-message-after = { request-complaint }
request-page-messages = Was { $tenant } Ihnen geschrieben hat
