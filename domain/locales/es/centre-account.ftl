account-confirmation-subject = Confirme su cuenta en { $tenant }
account-confirmation-preheader = Un paso más, en 24 horas.
account-confirmation-body =
    Alguien abrió con esta dirección una cuenta en el centro de privacidad de { $tenant }. Si fue usted, confírmela con la contraseña que eligió.

    El enlace funciona una vez, durante 24 horas.
account-confirmation-action = Confirmar mi cuenta
account-confirmation-after = ¿No fue usted? Entonces no haga nada: sin su confirmación no hay cuenta, y lo que se introdujo se borra a las 24 horas.

account-exists-subject = Ya tiene una cuenta en { $tenant }
account-exists-preheader = Con este enlace inicia sesión.
account-exists-body =
    Alguien quiso abrir con esta dirección una cuenta en el centro de privacidad de { $tenant }. Usted ya tiene una.

    Si fue usted, inicie sesión con este enlace. Funciona una vez, durante 15 minutos. Si olvidó su contraseña, allí puede elegir otra.
account-exists-action = Iniciar sesión
account-exists-after = ¿No fue usted? Entonces no haga nada. Nadie ha sabido que tiene una cuenta.

account-sign-in-subject = Su enlace para iniciar sesión en { $tenant }
account-sign-in-preheader = Funciona una vez, durante 15 minutos.
account-sign-in-body =
    Con este enlace inicia sesión en el centro de privacidad de { $tenant }. Funciona una vez, durante 15 minutos.
account-sign-in-action = Iniciar sesión
account-sign-in-after = ¿No lo pidió? Entonces no haga nada. No comparta el enlace: quien lo tenga ve sus datos.

account-new-password-subject = Elija una contraseña nueva en { $tenant }
account-new-password-preheader = El enlace funciona una vez, durante una hora.
account-new-password-body =
    Alguien pidió una contraseña nueva para su cuenta en el centro de privacidad de { $tenant }. Si fue usted, elíjala con este enlace. Funciona una vez, durante una hora.
account-new-password-action = Elegir una contraseña nueva
account-new-password-after = ¿No la pidió? Entonces no haga nada: su contraseña sigue como está.

account-password-changed-subject = Su contraseña en { $tenant } ha cambiado
account-password-changed-preheader = Si fue usted, no hay nada que hacer.
account-password-changed-body =
    La contraseña de su cuenta en el centro de privacidad de { $tenant } ha cambiado. En cualquier otro navegador se ha cerrado su sesión.

    Si fue usted, no hay nada que hacer. Si no, elija ahora una contraseña nueva.
account-password-changed-action = Elegir una contraseña nueva
account-password-changed-after = Quien la cambió podía leer su correo o conocía su contraseña anterior. Cambie también la de su buzón.

account-sign-in = Iniciar sesión
account-sign-out = Cerrar sesión
account-sign-up = Crear una cuenta
account-email = Dirección de correo electrónico
account-password = Contraseña
account-sign-in-title = Iniciar sesión
account-sign-in-intro = Aquí ve lo que { $tenant } guarda sobre usted, y decide sobre ello.
account-sign-in-forgotten = ¿Olvidó su contraseña?
account-link-title = Iniciar sesión sin contraseña
account-link-intro = Le enviamos un enlace con el que inicia sesión. No necesita una cuenta: basta con que { $tenant } conozca su dirección.
account-link-send = Enviarme un enlace
account-no-account = ¿Aún no tiene cuenta?
account-wrong = La dirección y la contraseña no se corresponden.
account-wrong-hint = Compruebe ambas o pida que le enviemos un enlace.
account-wait-title = Demasiados intentos
account-wait = Se ha intentado demasiadas veces. Espere { $minutes } min e inténtelo de nuevo. Un enlace que se le haya enviado sigue funcionando.
account-asked-title = Mire en su buzón
account-asked = Si { $tenant } conoce esta dirección, un enlace va en camino. Puede tardar un minuto.
account-asked-hint = ¿No llega? Mire en la carpeta de correo no deseado y compruebe la dirección. Aquí no decimos si una dirección es conocida: eso solo incumbe a quien la tiene.
account-signed-up = Un correo va en camino a la dirección que indicó. Confirme su cuenta con el enlace que contiene, en 24 horas.
account-link-use-title = Iniciar sesión en { $tenant }
account-link-use = Un clic más y habrá iniciado sesión en este navegador.
account-link-dead-title = Este enlace no funciona
account-link-dead = Ya se usó, su plazo ha pasado o está incompleto. Pida uno nuevo.
account-sign-up-title = Crear una cuenta
account-sign-up-intro = Con una cuenta puede ver en todo momento lo que { $tenant } guarda sobre usted, y decidir sobre ello.
account-name = Nombre
account-password-hint = De 8 a 128 caracteres. Unas cuantas palabras seguidas son fáciles de recordar y difíciles de adivinar.
account-consents-title = A qué da su consentimiento
account-consents-intro = Usted decide sobre cada uno, y nada está marcado de antemano. Puede cambiarlo en todo momento.
account-consents-required = Necesario para tener una cuenta
account-agree = Doy mi consentimiento: { $purpose }
account-agree-special = Doy mi consentimiento explícito, aunque se usan datos especialmente protegidos (artículo 9 del RGPD): { $purpose }
account-problem-title = Algo no está bien todavía
account-problem-INVALID_NAME = Indique su nombre, en una sola línea.
account-problem-INVALID_EMAIL = No es una dirección de correo completa.
account-problem-TOO_SHORT = La contraseña tiene al menos 8 caracteres.
account-problem-TOO_LONG = La contraseña tiene como máximo 128 caracteres.
account-problem-TOO_COMMON = Esta contraseña es de las primeras que se prueban, o está hecha de su nombre o su dirección. Elija otra.
account-problem-CONSENT_REQUIRED = { $tenant } no crea cuentas sin este consentimiento. Si no quiere darlo, puede ejercer sus derechos sin cuenta.
account-problem-PURPOSE_CHANGED = Lo que se pregunta aquí ha cambiado entretanto. Mírelo de nuevo.
account-problem-WRONG_CREDENTIALS = No es la contraseña correcta.
account-problem-other = Compruebe esto.
account-confirm-title = Confirmar su cuenta
account-confirm-intro = Introduzca la contraseña que eligió al crear la cuenta. Así nadie abre una cuenta en su nombre.
account-confirm-agreed = Usted da su consentimiento a:
account-confirm-button = Confirmar mi cuenta
account-confirm-otherwise = ¿No fue usted, o ha cambiado de opinión? Entonces cierre esta página: sin su confirmación no hay cuenta.
account-exists-title = Ya tiene una cuenta
account-exists = Hay una cuenta con esta dirección. Inicie sesión con su contraseña o pida que le enviemos un enlace.
account-changed-title = Ha cambiado aquello a lo que dio su consentimiento
account-changed = { $tenant } ha cambiado aquello a lo que dio su consentimiento. Cree la cuenta de nuevo y mírelo.
account-full-title = Ahora no hay cuentas nuevas
account-full = { $tenant } no puede admitir cuentas nuevas en este momento. Puede ejercer sus derechos sin cuenta.
account-forgotten-title = Elegir una contraseña nueva
account-forgotten-intro = Introduzca su dirección. Si hay una cuenta con ella, le enviamos un enlace con el que elige una contraseña nueva.
account-new-password-title = Elegir una contraseña nueva
account-new-password-intro = En cualquier otro navegador se cerrará su sesión.
account-new-password = Contraseña nueva
account-current-password = Contraseña actual
account-new-password-button = Guardar la contraseña
account-security-title = Contraseña y sesiones
account-security-changed = Su contraseña ha cambiado. En cualquier otro navegador se ha cerrado su sesión.
account-security-ended = Allí se ha cerrado su sesión.
account-sessions-title = Dónde tiene la sesión iniciada
account-session-here = Este navegador
account-session = { $agent }, sesión iniciada el { $date }
account-session-unknown = Un navegador
account-session-end = Cerrar esa sesión
account-sessions-end-all = Cerrar sesión en cualquier otro navegador
account-password-title = Cambiar su contraseña
account-form-old-title = Inténtelo de nuevo
account-form-old = Este formulario estuvo abierto demasiado tiempo o no venía de esta página. No se ha cambiado nada. Abra la página de nuevo; su navegador debe aceptar su cookie.
account-cookie = Esta página guarda una sola cookie, sin la que nadie podría iniciar sesión. No nombra a nadie y desaparece cuando cierra el navegador.
