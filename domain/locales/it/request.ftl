# Mails and pages about subject requests.
request-type =
    { $type ->
        [ACCESS] accesso ai Suoi dati
        [RECTIFICATION] rettifica dei Suoi dati
        [ERASURE] cancellazione dei Suoi dati
        [PORTABILITY] copia dei Suoi dati da portare altrove
        [RESTRICTION] limitazione del trattamento dei Suoi dati
        [OBJECTION] opposizione al trattamento dei Suoi dati
       *[OPT_OUT_OF_SALE] nessuna vendita o condivisione dei Suoi dati
    }
request-complaint = Se non è d’accordo, può proporre reclamo a un’autorità per la protezione dei dati o rivolgersi al giudice.

request-received-subject = { $tenant } ha ricevuto la Sua richiesta: { request-type }
request-received-preheader = Avrà una risposta entro il { $until }.
request-received-body =
    { $tenant } ha ricevuto la Sua richiesta: { request-type }. È accertato che proviene da Lei.

    Avrà una risposta al più tardi il { $until } ({ $right }). Non deve fare altro.
request-received-action = Seguire la mia richiesta
request-received-after = Con il link può vedere a che punto è la richiesta e ritirarla finché non è stata eseguita.

request-identity-subject = Confermi la Sua richiesta a { $tenant }: { request-type }
request-identity-preheader = Confermi entro il { $until } che proviene da Lei.
request-identity-body =
    { $tenant } ha ricevuto una richiesta a Suo nome: { request-type }. Per proteggere i Suoi dati, confermi che proviene da Lei.

    Apra il link e confermi. È possibile fino al { $until }.
request-identity-action = Questa richiesta è mia
request-identity-after = Se non ha chiesto nulla, non faccia nulla oppure ritiri la richiesta con il link. Dei Suoi dati non sarà fatto nulla.

request-extended-subject = { $tenant } ha bisogno di più tempo per la Sua richiesta: { request-type }
request-extended-preheader = Avrà una risposta entro il { $until }.
request-extended-body =
    La Sua richiesta a { $tenant } ({ request-type }) richiede più tempo del solito. Avrà una risposta al più tardi il { $until }. Il motivo:

    { $text }
request-extended-action = Seguire la mia richiesta
request-extended-after = { request-complaint }

request-rejected-subject = { $tenant } non può accogliere la Sua richiesta: { request-type }
request-rejected-preheader = Ecco perché.
request-rejected-body =
    Lei ha chiesto questo a { $tenant }: { request-type }. Non sarà accolto, per questo motivo:

    { $text }
request-rejected-action = Vedere la mia richiesta
request-rejected-after = { request-complaint }

request-cancelled-subject = La Sua richiesta a { $tenant } è ritirata: { request-type }
request-cancelled-preheader = Non sarà eseguita.
request-cancelled-body = La Sua richiesta a { $tenant } ({ request-type }) è ritirata e non sarà eseguita. Può ripresentarla in qualsiasi momento.
request-cancelled-action = Vedere la mia richiesta
request-cancelled-after = Se non lo voleva, ci contatti.

request-expired-subject = La Sua richiesta a { $tenant } non è stata confermata: { request-type }
request-expired-preheader = Non sarà eseguita.
request-expired-body = Una richiesta a Suo nome a { $tenant } ({ request-type }) non è stata confermata in tempo. È chiusa, e dei Suoi dati non sarà fatto nulla. Può ripresentarla in qualsiasi momento.
request-expired-action = Vedere la mia richiesta
request-expired-after = Se non ha chiesto nulla, non deve fare nulla.

request-package-subject = I Suoi dati presso { $tenant } sono pronti
request-package-preheader = Può scaricarli fino al { $until }.
request-package-body =
    Lei ha chiesto questo a { $tenant }: { request-type }. È pronto in un unico file: una pagina da leggere e stampare e gli stessi dati per i computer.

    Il link è destinato solo a Lei: chi lo possiede può scaricare i Suoi dati. È valido fino al { $until }.
request-package-action = Scaricare i miei dati
request-package-after = { request-complaint }

request-erased-subject = { $tenant } ha cancellato i Suoi dati
request-erased-preheader = La Sua richiesta è stata eseguita.
request-erased-body =
    { $partial ->
        [yes] { $tenant } ha cancellato i Suoi dati come ha chiesto. Una parte deve essere conservata per legge e non è usata per nient’altro finché non potrà essere cancellata anch’essa.
       *[no] { $tenant } ha cancellato i Suoi dati come ha chiesto.
    }

    Questa è l’ultima e-mail in merito: dopo, il Suo indirizzo non è più conservato.
request-erased-action = Vedere che cosa è stato fatto
request-erased-after = { request-complaint }

request-completed-subject = { $tenant } ha fatto ciò che ha chiesto: { request-type }
request-completed-preheader = La Sua richiesta è stata eseguita.
request-completed-body = La Sua richiesta a { $tenant } ({ request-type }) è stata eseguita. Chi ha ricevuto i Suoi dati da { $tenant } ne è informato dove è necessario.
request-completed-action = Vedere la mia richiesta
request-completed-after = { request-complaint }

restriction-lift-subject = { $tenant } userà di nuovo i Suoi dati
restriction-lift-preheader = La limitazione termina con questa e-mail.
restriction-lift-body = Il trattamento dei Suoi dati presso { $tenant } era limitato. Questa limitazione termina ora, e i Suoi dati possono essere usati di nuovo per le finalità che conosce. È informato prima perché lo richiede l’articolo 18, paragrafo 3, del Regolamento generale sulla protezione dei dati (GDPR).
restriction-lift-after = { request-complaint }

request-reminder-subject = { $tenant }: una richiesta scade il { $until }
request-reminder-preheader = Restano al massimo { $days } giorni.
request-reminder-body =
    A questa richiesta si deve rispondere entro il { $until }: { $type }, { $request }.

    Riceve questa e-mail perché Le è assegnata, o perché non è assegnata a nessuno e Lei è responsabile presso { $tenant }.
request-reminder-after = Il termine può essere prorogato una volta, con un motivo comunicato alla persona, prima che scada.

request-overdue-subject = { $tenant }: una richiesta è scaduta dal { $until }
request-overdue-preheader = Si deve rispondere senza ulteriore ritardo.
request-overdue-body =
    A questa richiesta si doveva rispondere entro il { $until }: { $type }, { $request }. Risponda senza ulteriore ritardo.

    Riceve questa e-mail perché Le è assegnata, o perché non è assegnata a nessuno e Lei è responsabile presso { $tenant }.
request-overdue-after = Questo è l’ultimo promemoria.

request-page-title = La Sua richiesta
request-page-what = Che cosa ha chiesto
request-page-received = Ricevuta il
request-page-due = Risposta entro il
request-page-state = Stato
request-page-state-RECEIVED = Ricevuta
request-page-state-AWAITING_IDENTITY = In attesa della Sua conferma
request-page-state-IN_PROGRESS = In esecuzione
request-page-state-AWAITING_APPROVAL = In esame
request-page-state-COMPLETED = Eseguita
request-page-state-PARTIALLY_COMPLETED = Eseguita, salvo ciò che la legge impone di conservare
request-page-state-REJECTED = Respinta; l’e-mail che ha ricevuto dice perché
request-page-state-CANCELLED = Ritirata
request-page-state-EXPIRED = Non confermata in tempo
request-page-prove-title = Questa richiesta è mia
request-page-prove-hint = Così conferma che la richiesta proviene da Lei. Poi viene trattata.
request-page-prove = Sì, l’ho chiesto io
request-page-cancel-title = Non lo voglio
request-page-cancel-hint = La richiesta è ritirata e non sarà eseguita.
request-page-cancel = Ritirare la richiesta
request-page-proven = Grazie. La Sua richiesta è in corso.
request-page-cancelled = La richiesta è ritirata.
request-page-already = Era già confermato. Non c’è altro da fare.
request-page-too-late = Questa richiesta è già chiusa.
request-page-closed-title = Questa richiesta è chiusa
request-page-closed = È stata chiusa tempo fa e non è più mostrata. Per domande, risponda all’e-mail con il link.
