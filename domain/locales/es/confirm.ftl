confirm-title = ¿Está de acuerdo?
confirm-intro = Con su dirección alguien ha consentido esto en { $tenant }. Solo cuenta si usted lo confirma.
confirm-button = Sí, consiento
confirm-otherwise-title = No fui yo
confirm-otherwise = Entonces no tiene que hacer nada: cierre esta página y no ocurre nada. Quien consiente puede retirarlo en cualquier momento, con la misma facilidad.
confirm-done-title = Gracias, su consentimiento cuenta
confirm-done = Ha consentido en { $tenant } lo siguiente: { $purpose }. Puede retirarlo en cualquier momento.
