export-unknown-title = Este enlace no funciona
export-unknown = No conocemos este enlace. Compruebe que lo ha copiado entero o solicite una nueva copia de sus datos.
export-expired-title = Este enlace ha caducado
export-expired = La copia de sus datos se conserva durante un tiempo limitado. Solicite una nueva.
export-unavailable-title = Inténtelo de nuevo más tarde
export-unavailable = Sus datos no se pueden obtener en este momento. No se ha perdido nada; inténtelo de nuevo dentro de unos minutos.
