account-confirmation-subject = Bitte bestätigen Sie Ihr Konto bei { $tenant }
account-confirmation-preheader = Nur noch ein Schritt, innerhalb von 24 Stunden.
account-confirmation-body =
    Mit dieser Adresse hat jemand ein Konto im Datenschutz-Center von { $tenant } angelegt. Wenn Sie das waren, bestätigen Sie es mit dem Passwort, das Sie gewählt haben.

    Der Link gilt einmal, 24 Stunden lang.
account-confirmation-action = Mein Konto bestätigen
account-confirmation-after = Waren Sie das nicht? Dann tun Sie nichts: Ohne Ihre Bestätigung entsteht kein Konto, und was eingegeben wurde, wird nach 24 Stunden gelöscht.

account-exists-subject = Sie haben schon ein Konto bei { $tenant }
account-exists-preheader = Mit diesem Link melden Sie sich an.
account-exists-body =
    Mit dieser Adresse wollte jemand ein Konto im Datenschutz-Center von { $tenant } anlegen. Sie haben schon eines.

    Wenn Sie das waren, melden Sie sich mit diesem Link an. Er gilt einmal, 15 Minuten lang. Haben Sie Ihr Passwort vergessen, können Sie dort ein neues wählen.
account-exists-action = Anmelden
account-exists-after = Waren Sie das nicht? Dann tun Sie nichts. Niemand hat erfahren, dass Sie ein Konto haben.

account-sign-in-subject = Ihr Link zur Anmeldung bei { $tenant }
account-sign-in-preheader = Er gilt einmal, 15 Minuten lang.
account-sign-in-body =
    Mit diesem Link melden Sie sich im Datenschutz-Center von { $tenant } an. Er gilt einmal, 15 Minuten lang.
account-sign-in-action = Anmelden
account-sign-in-after = Haben Sie ihn nicht verlangt? Dann tun Sie nichts. Geben Sie den Link nicht weiter: Wer ihn hat, sieht Ihre Daten.

account-new-password-subject = Wählen Sie ein neues Passwort bei { $tenant }
account-new-password-preheader = Der Link gilt einmal, eine Stunde lang.
account-new-password-body =
    Jemand hat ein neues Passwort für Ihr Konto im Datenschutz-Center von { $tenant } verlangt. Wenn Sie das waren, wählen Sie es mit diesem Link. Er gilt einmal, eine Stunde lang.
account-new-password-action = Neues Passwort wählen
account-new-password-after = Haben Sie es nicht verlangt? Dann tun Sie nichts: Ihr Passwort bleibt, wie es ist.

account-password-changed-subject = Ihr Passwort bei { $tenant } wurde geändert
account-password-changed-preheader = Wenn Sie das waren, ist nichts zu tun.
account-password-changed-body =
    Das Passwort Ihres Kontos im Datenschutz-Center von { $tenant } wurde geändert. In jedem anderen Browser sind Sie abgemeldet.

    Wenn Sie das waren, ist nichts zu tun. Wenn nicht, wählen Sie jetzt ein neues Passwort.
account-password-changed-action = Neues Passwort wählen
account-password-changed-after = Wer es geändert hat, konnte Ihre E-Mails lesen oder kannte Ihr altes Passwort. Ändern Sie auch das Passwort Ihres Postfachs.

account-sign-in = Anmelden
account-sign-out = Abmelden
account-sign-up = Konto anlegen
account-email = E-Mail-Adresse
account-password = Passwort
account-sign-in-title = Anmelden
account-sign-in-intro = Hier sehen Sie, was { $tenant } über Sie gespeichert hat, und entscheiden darüber.
account-sign-in-forgotten = Passwort vergessen?
account-link-title = Ohne Passwort anmelden
account-link-intro = Wir schicken Ihnen einen Link, mit dem Sie sich anmelden. Dafür brauchen Sie kein Konto: Es genügt, dass { $tenant } Ihre Adresse kennt.
account-link-send = Link zuschicken
account-no-account = Noch kein Konto?
account-wrong = Adresse und Passwort gehören nicht zusammen.
account-wrong-hint = Prüfen Sie beides, oder lassen Sie sich einen Link zuschicken.
account-wait-title = Zu viele Versuche
account-wait = Das wurde zu oft versucht. Bitte warten Sie { $minutes } min und versuchen Sie es dann wieder. Ein Link, der Ihnen zugeschickt wurde, gilt weiterhin.
account-asked-title = Sehen Sie in Ihr Postfach
account-asked = Wenn { $tenant } diese Adresse kennt, ist ein Link an sie unterwegs. Es kann eine Minute dauern.
account-asked-hint = Keine E-Mail? Sehen Sie im Ordner für unerwünschte E-Mails nach, und prüfen Sie die Adresse. Ob eine Adresse bekannt ist, sagen wir hier nicht: Das geht nur ihren Inhaber etwas an.
account-signed-up = An die angegebene Adresse ist eine E-Mail unterwegs. Bestätigen Sie Ihr Konto mit dem Link darin, innerhalb von 24 Stunden.
account-link-use-title = Anmelden bei { $tenant }
account-link-use = Noch ein Klick, und Sie sind in diesem Browser angemeldet.
account-link-dead-title = Dieser Link gilt nicht
account-link-dead = Er wurde schon verwendet, seine Zeit ist vorbei, oder er ist unvollständig. Verlangen Sie einen neuen.
account-sign-up-title = Konto anlegen
account-sign-up-intro = Mit einem Konto sehen Sie jederzeit, was { $tenant } über Sie gespeichert hat, und entscheiden darüber.
account-name = Name
account-password-hint = 8 bis 128 Zeichen. Einige Wörter hintereinander sind leicht zu merken und schwer zu erraten.
account-consents-title = Worin Sie einwilligen
account-consents-intro = Über jedes entscheiden Sie, und nichts ist vorab angekreuzt. Sie können es jederzeit ändern.
account-consents-required = Für ein Konto nötig
account-agree = Ich willige ein: { $purpose }
account-agree-special = Ich willige ausdrücklich ein, obwohl dafür besonders geschützte Daten verwendet werden (Artikel 9 DSGVO): { $purpose }
account-problem-title = Etwas stimmt noch nicht
account-problem-INVALID_NAME = Bitte geben Sie Ihren Namen an, in einer Zeile.
account-problem-INVALID_EMAIL = Das ist keine vollständige E-Mail-Adresse.
account-problem-TOO_SHORT = Das Passwort hat mindestens 8 Zeichen.
account-problem-TOO_LONG = Das Passwort hat höchstens 128 Zeichen.
account-problem-TOO_COMMON = Dieses Passwort gehört zu den ersten, die probiert werden, oder besteht aus Ihrem Namen oder Ihrer Adresse. Wählen Sie ein anderes.
account-problem-CONSENT_REQUIRED = { $tenant } legt ohne diese Einwilligung kein Konto an. Wenn Sie sie nicht geben wollen, können Sie Ihre Rechte auch ohne Konto ausüben.
account-problem-PURPOSE_CHANGED = Was hier gefragt wird, hat sich inzwischen geändert. Bitte sehen Sie es noch einmal an.
account-problem-WRONG_CREDENTIALS = Das ist nicht das richtige Passwort.
account-problem-other = Bitte prüfen Sie das.
account-confirm-title = Konto bestätigen
account-confirm-intro = Geben Sie das Passwort ein, das Sie beim Anlegen gewählt haben. So legt niemand ein Konto in Ihrem Namen an.
account-confirm-agreed = Sie willigen ein in:
account-confirm-button = Mein Konto bestätigen
account-confirm-otherwise = Waren Sie das nicht, oder haben Sie es sich anders überlegt? Dann schließen Sie diese Seite: Ohne Ihre Bestätigung entsteht kein Konto.
account-exists-title = Sie haben schon ein Konto
account-exists = Mit dieser Adresse gibt es ein Konto. Melden Sie sich mit Ihrem Passwort an, oder lassen Sie sich einen Link zuschicken.
account-changed-title = Worin Sie eingewilligt haben, hat sich geändert
account-changed = { $tenant } hat seit Ihrer Anmeldung geändert, worin Sie eingewilligt haben. Bitte legen Sie das Konto noch einmal an und sehen Sie es sich an.
account-full-title = Derzeit kein neues Konto
account-full = { $tenant } kann derzeit keine neuen Konten aufnehmen. Ihre Rechte können Sie auch ohne Konto ausüben.
account-forgotten-title = Neues Passwort wählen
account-forgotten-intro = Geben Sie Ihre Adresse ein. Wenn es ein Konto mit ihr gibt, schicken wir Ihnen einen Link, mit dem Sie ein neues Passwort wählen.
account-new-password-title = Neues Passwort wählen
account-new-password-intro = In jedem anderen Browser werden Sie damit abgemeldet.
account-new-password = Neues Passwort
account-current-password = Bisheriges Passwort
account-new-password-button = Passwort speichern
account-security-title = Passwort und Anmeldung
account-security-changed = Ihr Passwort wurde geändert. In jedem anderen Browser sind Sie abgemeldet.
account-security-ended = Sie sind dort abgemeldet.
account-sessions-title = Wo Sie angemeldet sind
account-session-here = Dieser Browser
account-session = { $agent }, angemeldet am { $date }
account-session-unknown = Ein Browser
account-session-end = Dort abmelden
account-sessions-end-all = In jedem anderen Browser abmelden
account-password-title = Passwort ändern
account-form-old-title = Bitte noch einmal
account-form-old = Dieses Formular war zu lange offen oder kam nicht von dieser Seite. Es wurde nichts geändert. Öffnen Sie die Seite noch einmal; Ihr Browser muss ihr Cookie annehmen.
account-cookie = Diese Seite verwendet ein einziges Cookie, ohne das sich niemand anmelden könnte. Es nennt niemanden und ist weg, wenn Sie den Browser schließen.
