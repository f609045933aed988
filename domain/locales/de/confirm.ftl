confirm-title = Sind Sie einverstanden?
confirm-intro = Mit Ihrer Adresse hat jemand bei { $tenant } hierin eingewilligt. Es gilt nur, wenn Sie es bestätigen.
confirm-button = Ja, ich willige ein
confirm-otherwise-title = Das war ich nicht
confirm-otherwise = Dann brauchen Sie nichts zu tun: Schließen Sie diese Seite, und es geschieht nichts. Wer einwilligt, kann es jederzeit ebenso leicht zurücknehmen.
confirm-done-title = Danke, Ihre Einwilligung gilt
confirm-done = Sie haben bei { $tenant } eingewilligt in: { $purpose }. Sie können das jederzeit zurücknehmen.
