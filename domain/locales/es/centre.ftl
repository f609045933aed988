# El centro de privacidad.
language-en = English
language-de = Deutsch
language-fr = Français
language-es = Español
language-it = Italiano

law-article = Artículo { $article } del RGPD

centre-name = Centro de privacidad
centre-title = Centro de privacidad de { $tenant }
centre-skip = Ir al contenido
centre-policy = Política de privacidad
centre-languages = Idioma
centre-heading = Sus datos en { $tenant }
centre-lead = Vea qué se conserva sobre usted, decida para qué puede usarse y ejerza sus derechos. Es gratuito y no tiene que dar ningún motivo.
centre-message = Unas palabras de { $tenant }
centre-me = Mi página
centre-own = Su propia página
centre-own-text = En su propia página lo ve todo de un vistazo y lo cambia enseguida.
centre-own-open = Abrir mi página
centre-without = Sin página propia
centre-without-text = No necesita cuenta: elija lo que desea y demuestre su dirección con un enlace.
centre-right-ACCESS = Ver sus datos
centre-right-ACCESS-text = Usted sabe qué se conserva sobre usted, para qué y durante cuánto tiempo, y recibe una copia.
centre-right-RECTIFICATION = Hacer corregir un dato
centre-right-RECTIFICATION-text = Lo que es erróneo o está anticuado se corrige, y se informa a quienes lo recibieron.
centre-right-ERASURE = Hacer borrar sus datos
centre-right-ERASURE-text = Se borra todo lo que la ley no obliga a conservar. Usted sabe qué queda y por qué.
centre-right-PORTABILITY = Llevarse sus datos
centre-right-PORTABILITY-text = Usted recibe lo que facilitó, en una forma que otros servicios pueden leer.
centre-right-RESTRICTION = Hacer apartar sus datos
centre-right-RESTRICTION-text = Siguen guardados y no se usan, hasta que el asunto se aclare.
centre-right-OBJECTION = Oponerse a un uso
centre-right-OBJECTION-text = Usted dice no a un uso basado en intereses legítimos o en una misión pública.
centre-right-OPT_OUT_OF_SALE = Ni venta ni cesión
centre-right-OPT_OUT_OF_SALE-text = Sus datos ya no se venden ni se ceden para publicidad.
centre-unknown-title = Aquí no hay nada
centre-unknown = No hay ningún centro de privacidad en esta dirección. Compruebe la dirección o pregunte a quien se la dio.

# Solicitudes sin cuenta.
centre-back = Volver a la primera página
centre-ask-law = ¿Qué ley le protege?
centre-law-GDPR = El RGPD: vivo en la Unión Europea o en el Espacio Económico Europeo
centre-law-CCPA = La CCPA: vivo en California
centre-ask-purpose = ¿A qué se opone?
centre-ask-no-purpose = De momento no hay nada a lo que oponerse: { $tenant } no usa datos por intereses legítimos ni por una misión pública.
centre-ask-note = ¿Qué es erróneo y qué sería lo correcto?
centre-ask-note-hint = Por ejemplo: mi número de teléfono es ahora +43 1 5880.
centre-ask-email = Su dirección de correo electrónico
centre-ask-email-hint = Aquella con la que { $tenant } le conoce. Se envía allí un enlace, para que nadie más pueda solicitar algo en su nombre.
centre-ask-send = Enviar la solicitud
centre-ask-problem = No se ha podido enviar
centre-ask-problem-email = Escriba una dirección de correo electrónico, por ejemplo nombre@example.org.
centre-ask-problem-note = Diga qué es erróneo y qué sería lo correcto, con 2000 caracteres como máximo.
centre-ask-problem-purpose = Elija a qué se opone.
centre-ask-problem-regime = Esta ley no conoce este derecho. Elija otra.
centre-ask-next = Qué pasa después
centre-ask-next-mail = Recibe un correo con un enlace.
centre-ask-next-confirm = Con el enlace confirma que la solicitud es suya. Antes no pasa nada.
centre-ask-next-answer = { $tenant } responde en el plazo que fija la ley, y usted puede ver en todo momento cómo va.
centre-asked-title = Mire en su buzón
centre-asked = Si se conserva algo con esa dirección, un correo con un enlace va de camino. Si no, un correo se lo dice.
centre-asked-again = ¿No ha llegado nada al cabo de unos minutos? Mire entre el correo no deseado o envíe la solicitud otra vez: el enlace se envía entonces de nuevo.

nothing-held-subject = { $tenant } no conserva nada con esta dirección
nothing-held-preheader = Alguien ha preguntado por datos con esta dirección.
nothing-held-body =
    Alguien ha dado esta dirección a { $tenant } y ha solicitado esto: { request-type }.

    No se conserva nada con esta dirección. Si allí le conocen con otra, haga la solicitud con esa.
nothing-held-after = Si no fue usted, no tiene que hacer nada. Hoy no recibirá más correos sobre esto, y la dirección no se guarda.

request-message-subject = { $tenant } le ha escrito sobre su solicitud
request-message-preheader = Hay un mensaje para usted.
request-message-body = { $tenant } le ha escrito sobre su solicitud: { request-type }. Para protegerle, el mensaje no está en este correo: lo lee en la página de su solicitud.
request-message-action = Leer el mensaje
request-message-after = { request-complaint }
request-page-messages = Lo que le ha escrito { $tenant }
