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
centre-rights = Che cosa può chiedere
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
