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
centre-rights = Was Sie verlangen können
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
