account-confirmation-subject = Confermi il suo account presso { $tenant }
account-confirmation-preheader = Ancora un passo, entro 24 ore.
account-confirmation-body =
    Con questo indirizzo qualcuno ha aperto un account nel centro privacy di { $tenant }. Se è stato lei, lo confermi con la password che ha scelto.

    Il link vale una volta, per 24 ore.
account-confirmation-action = Confermare il mio account
account-confirmation-after = Non è stato lei? Allora non faccia nulla: senza la sua conferma non c’è alcun account, e quanto è stato inserito viene cancellato dopo 24 ore.

account-exists-subject = Ha già un account presso { $tenant }
account-exists-preheader = Con questo link accede.
account-exists-body =
    Con questo indirizzo qualcuno voleva aprire un account nel centro privacy di { $tenant }. Lei ne ha già uno.

    Se è stato lei, acceda con questo link. Vale una volta, per 15 minuti. Se ha dimenticato la password, lì può sceglierne una nuova.
account-exists-action = Accedere
account-exists-after = Non è stato lei? Allora non faccia nulla. Nessuno ha saputo che ha un account.

account-sign-in-subject = Il suo link per accedere presso { $tenant }
account-sign-in-preheader = Vale una volta, per 15 minuti.
account-sign-in-body =
    Con questo link accede al centro privacy di { $tenant }. Vale una volta, per 15 minuti.
account-sign-in-action = Accedere
account-sign-in-after = Non l’ha chiesto? Allora non faccia nulla. Non inoltri il link: chi lo ha vede i suoi dati.

account-new-password-subject = Scelga una nuova password presso { $tenant }
account-new-password-preheader = Il link vale una volta, per un’ora.
account-new-password-body =
    Qualcuno ha chiesto una nuova password per il suo account nel centro privacy di { $tenant }. Se è stato lei, la scelga con questo link. Vale una volta, per un’ora.
account-new-password-action = Scegliere una nuova password
account-new-password-after = Non l’ha chiesta? Allora non faccia nulla: la sua password resta com’è.

account-password-changed-subject = La sua password presso { $tenant } è cambiata
account-password-changed-preheader = Se è stato lei, non c’è nulla da fare.
account-password-changed-body =
    La password del suo account nel centro privacy di { $tenant } è cambiata. In ogni altro browser è stato disconnesso.

    Se è stato lei, non c’è nulla da fare. Altrimenti scelga subito una nuova password.
account-password-changed-action = Scegliere una nuova password
account-password-changed-after = Chi l’ha cambiata poteva leggere la sua posta o conosceva la vecchia password. Cambi anche quella della sua casella.

account-sign-in = Accedere
account-sign-out = Uscire
account-sign-up = Creare un account
account-email = Indirizzo e-mail
account-password = Password
account-sign-in-title = Accedere
account-sign-in-intro = Qui vede che cosa { $tenant } conserva su di lei, e ne decide.
account-sign-in-forgotten = Ha dimenticato la password?
account-link-title = Accedere senza password
account-link-intro = Le inviamo un link con cui accede. Non serve un account: basta che { $tenant } conosca il suo indirizzo.
account-link-send = Inviatemi un link
account-no-account = Non ha ancora un account?
account-wrong = Indirizzo e password non vanno insieme.
account-wrong-hint = Li controlli entrambi, o si faccia inviare un link.
account-wait-title = Troppi tentativi
account-wait = Ci sono stati troppi tentativi. Attenda { $minutes } min e poi riprovi. Un link che le è stato inviato vale ancora.
account-asked-title = Guardi nella sua casella
account-asked = Se { $tenant } conosce questo indirizzo, un link è in arrivo. Può volerci un minuto.
account-asked-hint = Nessun messaggio? Guardi nella cartella della posta indesiderata e controlli l’indirizzo. Non diciamo qui se un indirizzo è conosciuto: riguarda soltanto chi lo possiede.
account-signed-up = Un messaggio è in arrivo all’indirizzo che ha indicato. Confermi il suo account con il link che contiene, entro 24 ore.
account-link-use-title = Accedere presso { $tenant }
account-link-use = Ancora un clic, e ha eseguito l’accesso in questo browser.
account-link-dead-title = Questo link non vale
account-link-dead = È già stato usato, il suo tempo è passato, o è incompleto. Ne chieda uno nuovo.
account-sign-up-title = Creare un account
account-sign-up-intro = Con un account vede in ogni momento che cosa { $tenant } conserva su di lei, e ne decide.
account-name = Nome
account-password-hint = Da 8 a 128 caratteri. Alcune parole di seguito sono facili da ricordare e difficili da indovinare.
account-consents-title = A che cosa acconsente
account-consents-intro = Decide lei di ciascuno, e nulla è spuntato in anticipo. Può cambiare in ogni momento.
account-consents-required = Necessario per un account
account-agree = Acconsento: { $purpose }
account-agree-special = Acconsento esplicitamente, benché si usino dati particolarmente protetti (articolo 9 del GDPR): { $purpose }
account-problem-title = Qualcosa non va ancora bene
account-problem-INVALID_NAME = Indichi il suo nome, su una riga.
account-problem-INVALID_EMAIL = Non è un indirizzo e-mail completo.
account-problem-TOO_SHORT = La password ha almeno 8 caratteri.
account-problem-TOO_LONG = La password ha al massimo 128 caratteri.
account-problem-TOO_COMMON = Questa password è tra le prime che si provano, o è fatta del suo nome o indirizzo. Ne scelga un’altra.
account-problem-CONSENT_REQUIRED = { $tenant } non crea account senza questo consenso. Se non vuole darlo, può esercitare i suoi diritti anche senza account.
account-problem-PURPOSE_CHANGED = Quello che si chiede qui è cambiato nel frattempo. Lo guardi di nuovo.
account-problem-WRONG_CREDENTIALS = Non è la password giusta.
account-problem-other = Controlli questo punto.
account-confirm-title = Confermare il suo account
account-confirm-intro = Inserisca la password che ha scelto quando ha creato l’account. Così nessuno apre un account a suo nome.
account-confirm-agreed = Acconsente a:
account-confirm-button = Confermare il mio account
account-confirm-otherwise = Non è stato lei, o ha cambiato idea? Allora chiuda questa pagina: senza la sua conferma non c’è alcun account.
account-exists-title = Ha già un account
account-exists = C’è un account con questo indirizzo. Acceda con la sua password, o si faccia inviare un link.
account-changed-title = Ciò a cui ha acconsentito è cambiato
account-changed = { $tenant } ha cambiato ciò a cui ha acconsentito. Crei di nuovo l’account e lo guardi.
account-full-title = Al momento nessun nuovo account
account-full = { $tenant } non può accogliere nuovi account al momento. Può esercitare i suoi diritti anche senza.
account-forgotten-title = Scegliere una nuova password
account-forgotten-intro = Inserisca il suo indirizzo. Se c’è un account con esso, le inviamo un link con cui scegliere una nuova password.
account-new-password-title = Scegliere una nuova password
account-new-password-intro = In ogni altro browser verrà disconnesso.
account-new-password = Nuova password
account-current-password = Password attuale
account-new-password-button = Salvare la password
account-security-title = Password e accesso
account-security-changed = La sua password è cambiata. In ogni altro browser è stato disconnesso.
account-security-ended = Lì è stato disconnesso.
account-sessions-title = Dove ha eseguito l’accesso
account-session-here = Questo browser
account-session = { $agent }, accesso del { $date }
account-session-unknown = Un browser
account-session-end = Uscire da lì
account-sessions-end-all = Uscire da ogni altro browser
account-password-title = Cambiare la password
account-form-old-title = Riprovi
account-form-old = Questo modulo è rimasto aperto troppo a lungo, o non veniva da questa pagina. Nulla è cambiato. Apra di nuovo la pagina; il suo browser deve accettarne il cookie.
account-cookie = Questa pagina conserva un solo cookie, senza il quale nessuno potrebbe accedere. Non nomina nessuno e scompare quando chiude il browser.
