export-unknown-title = Ce lien ne fonctionne pas
export-unknown = Nous ne connaissons pas ce lien. Vérifiez que vous l’avez copié en entier, ou demandez une nouvelle copie de vos données.
export-expired-title = Ce lien a expiré
export-expired = La copie de vos données n’est conservée que pendant une durée limitée. Veuillez en demander une nouvelle.
export-unavailable-title = Veuillez réessayer plus tard
export-unavailable = Vos données ne peuvent pas être récupérées pour le moment. Rien n’est perdu ; veuillez réessayer dans quelques minutes.
