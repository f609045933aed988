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
