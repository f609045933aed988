mail-greeting = Buongiorno,
mail-greeting-name = Buongiorno { $name },
mail-link-hint = Se il pulsante non funziona, copi questo indirizzo nel browser:
mail-contact = Domande? Scriva a { $contact }.
mail-footer = Questa e-mail è stata inviata per conto di { $tenant }. Non è pubblicità.

reverification-subject = I Suoi dati presso { $tenant } sono ancora corretti?
reverification-preheader = Controlli i Suoi dati entro il { $until }. Basta un minuto.
reverification-body =
    { $tenant } conserva dati personali che La riguardano e deve assicurarsi che siano esatti e aggiornati. Controlli i Suoi dati e ci dica se sono corretti, oppure li corregga.

    Il link è destinato solo a Lei. Può essere usato una sola volta, fino al { $until }.
reverification-action = Controllare i miei dati
reverification-after =
    { $unanswered ->
        [RESTRICT] Se non risponde entro tale data, i Suoi dati restano conservati ma non vengono usati finché la questione non è chiarita.
        [MARK_STALE] Se non risponde entro tale data, i Suoi dati vengono contrassegnati come non verificati.
       *[NOTHING] Se non risponde entro tale data, non cambia nulla.
    }

    Perché Le viene chiesto: l’articolo 5, paragrafo 1, lettera d) del Regolamento generale sulla protezione dei dati (GDPR) richiede che i dati personali siano esatti e aggiornati.

reverification-reminder-subject = Promemoria: i Suoi dati presso { $tenant } sono ancora corretti?
reverification-reminder-preheader = Non abbiamo ancora ricevuto risposta. Il link è valido fino al { $until }.
reverification-reminder-body =
    Le abbiamo scritto qualche tempo fa perché { $tenant } deve assicurarsi che i dati personali conservati su di Lei siano esatti. Non abbiamo ancora ricevuto risposta.

    Controlli i Suoi dati e ci dica se sono corretti, oppure li corregga. Il link è destinato solo a Lei. Può essere usato una sola volta, fino al { $until }.
reverification-reminder-action = Controllare i miei dati
reverification-reminder-after =
    { $unanswered ->
        [RESTRICT] Se non risponde entro tale data, i Suoi dati restano conservati ma non vengono usati finché la questione non è chiarita.
        [MARK_STALE] Se non risponde entro tale data, i Suoi dati vengono contrassegnati come non verificati.
       *[NOTHING] Se non risponde entro tale data, non cambia nulla.
    }

    Perché Le viene chiesto: l’articolo 5, paragrafo 1, lettera d) del Regolamento generale sulla protezione dei dati (GDPR) richiede che i dati personali siano esatti e aggiornati.

consent-confirmation-subject = Confermi, per favore: { $purpose } presso { $tenant }
consent-confirmation-preheader = Un clic entro il { $until } e il Suo consenso vale.
consent-confirmation-body =
    Con il Suo indirizzo qualcuno ha acconsentito presso { $tenant } a quanto segue: { $purpose }. Affinché nessuno acconsenta a Suo nome, ciò vale solo dopo la Sua conferma.

    Il link è destinato solo a Lei. È valido fino al { $until }.
consent-confirmation-action = Guardare e confermare
consent-confirmation-after = Non è stato Lei, o ha cambiato idea? Allora non faccia nulla: senza la Sua conferma non succede nulla.

consent-expiry-subject = Il Suo consenso presso { $tenant } sta per terminare: { $purpose }
consent-expiry-preheader = Termina il { $until }. Se Le va bene, non deve fare nulla.
consent-expiry-body =
    Lei ha acconsentito presso { $tenant } a quanto segue: { $purpose }. Questo consenso termina il { $until }.

    Se vuole che termini, non deve fare nulla. Sulla Sua pagina può vedere a che cosa ha acconsentito, revocarlo in qualsiasi momento o acconsentire di nuovo dopo la fine.
consent-expiry-action = Vedere le mie scelte
consent-expiry-after = Il link è destinato solo a Lei. È valido fino al { $until }.

webhook-disabled-subject = { $tenant }: il vostro endpoint webhook presso { $host } è disattivato
webhook-disabled-preheader = Non ha accettato alcun evento dal { $since } al { $until }.
webhook-disabled-body =
    Il vostro endpoint webhook presso { $host } non ha accettato nessuno degli eventi inviati dal { $since } al { $until }. È disattivato: non gli viene più comunicato nulla.

    Quando risponderà di nuovo, riattivatelo con enableWebhookEndpoint. Ciò che è accaduto nel frattempo non viene inviato in seguito; si trova nelle cronologie.
webhook-disabled-after = Ricevete questo messaggio perché siete tra i proprietari di { $tenant }.
