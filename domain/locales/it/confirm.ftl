confirm-title = È d’accordo?
confirm-intro = Con il Suo indirizzo qualcuno ha acconsentito a questo presso { $tenant }. Vale solo se Lei lo conferma.
confirm-button = Sì, acconsento
confirm-otherwise-title = Non ero io
confirm-otherwise = Allora non deve fare nulla: chiuda questa pagina e non succede nulla. Chi acconsente può revocarlo in qualsiasi momento, con la stessa facilità.
confirm-done-title = Grazie, il Suo consenso vale
confirm-done = Ha acconsentito presso { $tenant } a quanto segue: { $purpose }. Può revocarlo in qualsiasi momento.
