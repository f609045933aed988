export-unknown-title = Questo link non funziona
export-unknown = Non conosciamo questo link. Verifichi di averlo copiato per intero oppure chieda una nuova copia dei suoi dati.
export-expired-title = Questo link è scaduto
export-expired = La copia dei suoi dati viene conservata per un periodo limitato. Ne chieda una nuova.
export-unavailable-title = Riprovi più tardi
export-unavailable = I suoi dati non possono essere recuperati in questo momento. Nulla è andato perso; riprovi tra qualche minuto.
