# Il centro privacy.
language-en = English
language-de = Deutsch
language-fr = Français
language-es = Español
language-it = Italiano

law-article = Articolo { $article } del GDPR

centre-name = Centro privacy
centre-title = Centro privacy di { $tenant }
centre-skip = Vai al contenuto
centre-policy = Informativa sulla privacy
centre-languages = Lingua
centre-heading = I Suoi dati presso { $tenant }
centre-lead = Veda che cosa è conservato su di Lei, decida per che cosa può essere usato ed eserciti i Suoi diritti. È gratuito e non deve indicare alcun motivo.
centre-message = Una parola da { $tenant }
centre-me = La mia pagina
centre-own = La Sua pagina
centre-own-text = Sulla Sua pagina vede tutto a colpo d’occhio e lo cambia subito.
centre-own-open = Apri la mia pagina
centre-without = Senza una pagina propria
centre-without-text = Non serve un account: scelga che cosa desidera e dimostri il Suo indirizzo con un link.
centre-right-ACCESS = Vedere i Suoi dati
centre-right-ACCESS-text = Viene a sapere che cosa è conservato su di Lei, perché e per quanto tempo, e ne riceve una copia.
centre-right-RECTIFICATION = Far correggere un dato
centre-right-RECTIFICATION-text = Ciò che è sbagliato o superato viene corretto, e chi lo ha ricevuto ne è informato.
centre-right-ERASURE = Far cancellare i Suoi dati
centre-right-ERASURE-text = Si cancella tutto ciò che la legge non impone di conservare. Viene a sapere che cosa resta e perché.
centre-right-PORTABILITY = Portare con sé i Suoi dati
centre-right-PORTABILITY-text = Riceve ciò che ha fornito, in una forma che altri servizi sanno leggere.
centre-right-RESTRICTION = Far mettere da parte i Suoi dati
centre-right-RESTRICTION-text = Restano conservati e non vengono usati, finché la questione non è chiarita.
centre-right-OBJECTION = Opporsi a un uso
centre-right-OBJECTION-text = Dice di no a un uso fondato su legittimi interessi o su un compito pubblico.
centre-right-OPT_OUT_OF_SALE = Né vendita né condivisione
centre-right-OPT_OUT_OF_SALE-text = I Suoi dati non vengono più venduti, né condivisi per la pubblicità.
centre-unknown-title = Qui non c’è nulla
centre-unknown = A questo indirizzo non c’è alcun centro privacy. Controlli l’indirizzo o chieda a chi glielo ha dato.

# Richieste senza account.
centre-back = Torna alla prima pagina
centre-ask-law = Quale legge La protegge?
centre-law-GDPR = Il GDPR: vivo nell’Unione europea o nello Spazio economico europeo
centre-law-CCPA = Il CCPA: vivo in California
centre-ask-purpose = A che cosa si oppone?
centre-ask-no-purpose = Al momento non c’è nulla a cui opporsi: { $tenant } non usa dati in base a legittimi interessi o a un compito pubblico.
centre-ask-note = Che cosa è sbagliato, e che cosa sarebbe giusto?
centre-ask-note-hint = Per esempio: il mio numero di telefono è ora +43 1 5880.
centre-ask-email = Il Suo indirizzo e-mail
centre-ask-email-hint = Quello con cui { $tenant } La conosce. Lì arriva un link, perché nessun altro possa fare richieste a Suo nome.
centre-ask-send = Invia la richiesta
centre-ask-problem = L’invio non è riuscito
centre-ask-problem-email = Inserisca un indirizzo e-mail, per esempio nome@example.org.
centre-ask-problem-note = Dica che cosa è sbagliato e che cosa sarebbe giusto, in non più di 2000 caratteri.
centre-ask-problem-purpose = Scelga a che cosa si oppone.
centre-ask-problem-regime = Questa legge non conosce questo diritto. Ne scelga un’altra.
centre-ask-next = Che cosa succede ora
centre-ask-next-mail = Riceve un’e-mail con un link.
centre-ask-next-confirm = Con il link conferma che la richiesta è Sua. Prima non succede nulla.
centre-ask-next-answer = { $tenant } risponde entro il termine fissato dalla legge, e può vedere in ogni momento a che punto è.
centre-asked-title = Guardi nella Sua casella di posta
centre-asked = Se a quell’indirizzo è conservato qualcosa, un’e-mail con un link è in arrivo. Altrimenti un’e-mail lo dice.
centre-asked-again = Dopo qualche minuto non è arrivato nulla? Guardi tra la posta indesiderata, oppure invii la richiesta un’altra volta: il link viene allora mandato di nuovo.

nothing-held-subject = { $tenant } non conserva nulla con questo indirizzo
nothing-held-preheader = Qualcuno ha chiesto di dati con questo indirizzo.
nothing-held-body =
    Qualcuno ha indicato a { $tenant } questo indirizzo e ha chiesto questo: { request-type }.

    Con questo indirizzo non è conservato nulla. Se lì La conoscono con un altro, faccia la richiesta con quello.
nothing-held-after = Se non è stato Lei, non deve fare nulla. Oggi non riceverà altre e-mail al riguardo, e l’indirizzo non viene conservato.

request-message-subject = { $tenant } Le ha scritto sulla Sua richiesta
request-message-preheader = C’è un messaggio per Lei.
request-message-body = { $tenant } Le ha scritto sulla Sua richiesta: { request-type }. Per proteggerLa, il messaggio non è in questa e-mail: lo legge sulla pagina della Sua richiesta.
request-message-action = Leggi il messaggio
request-message-after = { request-complaint }
request-page-messages = Che cosa Le ha scritto { $tenant }
