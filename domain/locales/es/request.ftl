# Mails and pages about subject requests.
request-type =
    { $type ->
        [ACCESS] acceso a sus datos
        [RECTIFICATION] rectificación de sus datos
        [ERASURE] supresión de sus datos
        [PORTABILITY] copia de sus datos para llevársela
        [RESTRICTION] limitación del tratamiento de sus datos
        [OBJECTION] oposición al tratamiento de sus datos
       *[OPT_OUT_OF_SALE] ni venta ni cesión de sus datos
    }
request-complaint = Si no está de acuerdo, puede reclamar ante una autoridad de protección de datos o acudir a los tribunales.

request-received-subject = { $tenant } ha recibido su solicitud: { request-type }
request-received-preheader = Tendrá una respuesta antes del { $until }.
request-received-body =
    { $tenant } ha recibido su solicitud: { request-type }. Consta que procede de usted.

    Tendrá una respuesta a más tardar el { $until } ({ $right }). No tiene que hacer nada más.
request-received-action = Seguir mi solicitud
request-received-after = Con el enlace puede ver cómo está su solicitud y retirarla mientras no se haya ejecutado.

request-identity-subject = Confirme su solicitud a { $tenant }: { request-type }
request-identity-preheader = Confirme antes del { $until } que procede de usted.
request-identity-body =
    { $tenant } ha recibido una solicitud en su nombre: { request-type }. Para proteger sus datos, confirme que procede de usted.

    Abra el enlace y confirme allí. Es posible hasta el { $until }.
request-identity-action = Esta solicitud es mía
request-identity-after = Si no ha pedido esto, no haga nada o retire la solicitud con el enlace. No se hará nada con sus datos.

request-extended-subject = { $tenant } necesita más tiempo para su solicitud: { request-type }
request-extended-preheader = Tendrá una respuesta antes del { $until }.
request-extended-body =
    Su solicitud a { $tenant } ({ request-type }) tarda más de lo habitual. Tendrá una respuesta a más tardar el { $until }. El motivo:

    { $text }
request-extended-action = Seguir mi solicitud
request-extended-after = { request-complaint }

request-rejected-subject = { $tenant } no puede atender su solicitud: { request-type }
request-rejected-preheader = Aquí se explica por qué.
request-rejected-body =
    Usted pidió esto a { $tenant }: { request-type }. No se atenderá, por este motivo:

    { $text }
request-rejected-action = Ver mi solicitud
request-rejected-after = { request-complaint }

request-cancelled-subject = Su solicitud a { $tenant } está retirada: { request-type }
request-cancelled-preheader = No se ejecutará.
request-cancelled-body = Su solicitud a { $tenant } ({ request-type }) está retirada y no se ejecutará. Puede volver a presentarla en cualquier momento.
request-cancelled-action = Ver mi solicitud
request-cancelled-after = Si no lo quería, póngase en contacto.

request-expired-subject = Su solicitud a { $tenant } no se confirmó: { request-type }
request-expired-preheader = No se ejecutará.
request-expired-body = Una solicitud en su nombre a { $tenant } ({ request-type }) no se confirmó a tiempo. Está cerrada y no se hará nada con sus datos. Puede volver a presentarla en cualquier momento.
request-expired-action = Ver mi solicitud
request-expired-after = Si no ha pedido esto, no tiene que hacer nada.

request-package-subject = Sus datos de { $tenant } están listos
request-package-preheader = Puede descargarlos hasta el { $until }.
request-package-body =
    Usted pidió esto a { $tenant }: { request-type }. Está listo en un solo archivo: una página para leer e imprimir y los mismos datos para ordenadores.

    El enlace es solo para usted: quien lo tenga puede descargar sus datos. Es válido hasta el { $until }.
request-package-action = Descargar mis datos
request-package-after = { request-complaint }

request-erased-subject = { $tenant } ha suprimido sus datos
request-erased-preheader = Su solicitud se ha ejecutado.
request-erased-body =
    { $partial ->
        [yes] { $tenant } ha suprimido sus datos como pidió. Una parte debe conservarse por ley y no se usa para nada más hasta que también pueda suprimirse.
       *[no] { $tenant } ha suprimido sus datos como pidió.
    }

    Este es el último correo al respecto: su dirección no se conserva después.
request-erased-action = Ver lo que se hizo
request-erased-after = { request-complaint }

request-completed-subject = { $tenant } ha hecho lo que pidió: { request-type }
request-completed-preheader = Su solicitud se ha ejecutado.
request-completed-body = Su solicitud a { $tenant } ({ request-type }) se ha ejecutado. Se informa a quienes recibieron sus datos de { $tenant } cuando es necesario.
request-completed-action = Ver mi solicitud
request-completed-after = { request-complaint }

restriction-lift-subject = { $tenant } volverá a usar sus datos
restriction-lift-preheader = La limitación termina con este correo.
restriction-lift-body = El tratamiento de sus datos en { $tenant } estaba limitado. Esta limitación termina ahora y sus datos pueden volver a usarse para los fines que conoce. Se le informa antes porque lo exige el artículo 18, apartado 3, del Reglamento General de Protección de Datos (RGPD).
restriction-lift-after = { request-complaint }

request-reminder-subject = { $tenant }: una solicitud vence el { $until }
request-reminder-preheader = Quedan como máximo { $days } días.
request-reminder-body =
    Esta solicitud debe responderse a más tardar el { $until }: { $type }, { $request }.

    Recibe este correo porque le está asignada, o porque no está asignada a nadie y usted es responsable en { $tenant }.
request-reminder-after = El plazo puede ampliarse una vez, con un motivo que se comunica a la persona, antes de que venza.

request-overdue-subject = { $tenant }: una solicitud está vencida desde el { $until }
request-overdue-preheader = Debe responderse sin más demora.
request-overdue-body =
    Esta solicitud debía responderse a más tardar el { $until }: { $type }, { $request }. Respóndala sin más demora.

    Recibe este correo porque le está asignada, o porque no está asignada a nadie y usted es responsable en { $tenant }.
request-overdue-after = Este es el último recordatorio.

request-page-title = Su solicitud
request-page-what = Lo que pidió
request-page-received = Recibida el
request-page-due = Respuesta antes del
request-page-state = Estado
request-page-state-RECEIVED = Recibida
request-page-state-AWAITING_IDENTITY = A la espera de su confirmación
request-page-state-IN_PROGRESS = En ejecución
request-page-state-AWAITING_APPROVAL = En examen
request-page-state-COMPLETED = Ejecutada
request-page-state-PARTIALLY_COMPLETED = Ejecutada, salvo lo que la ley obliga a conservar
request-page-state-REJECTED = Denegada; el correo que recibió explica por qué
request-page-state-CANCELLED = Retirada
request-page-state-EXPIRED = No confirmada a tiempo
request-page-prove-title = Esta solicitud es mía
request-page-prove-hint = Así confirma que la solicitud procede de usted. Después se tramita.
request-page-prove = Sí, yo lo he pedido
request-page-cancel-title = No quiero esto
request-page-cancel-hint = La solicitud se retira y no se ejecutará.
request-page-cancel = Retirar la solicitud
request-page-proven = Gracias. Su solicitud se está tramitando.
request-page-cancelled = La solicitud está retirada.
request-page-already = Esto ya se confirmó. No hay nada más que hacer.
request-page-too-late = Esta solicitud ya está cerrada.
request-page-closed-title = Esta solicitud está cerrada
request-page-closed = Se cerró hace un tiempo y ya no se muestra. Si tiene preguntas, responda al correo con el enlace.
