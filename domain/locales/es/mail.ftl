mail-greeting = Hola:
mail-greeting-name = Hola, { $name }:
mail-link-hint = Si el botón no funciona, copie esta dirección en su navegador:
mail-contact = ¿Tiene preguntas? Escriba a { $contact }.
mail-footer = Este correo se ha enviado por cuenta de { $tenant }. No es publicidad.

reverification-subject = ¿Siguen siendo correctos sus datos en { $tenant }?
reverification-preheader = Revise sus datos antes del { $until }. Le llevará un minuto.
reverification-body =
    { $tenant } conserva datos personales sobre usted y debe asegurarse de que sean exactos y estén actualizados. Revise sus datos y díganos si son correctos, o corríjalos.

    El enlace es solo para usted. Puede usarse una sola vez, hasta el { $until }.
reverification-action = Revisar mis datos
reverification-after =
    { $unanswered ->
        [RESTRICT] Si no responde antes de esa fecha, sus datos seguirán guardados, pero no se usarán hasta que esto se aclare.
        [MARK_STALE] Si no responde antes de esa fecha, sus datos se marcarán como no verificados.
       *[NOTHING] Si no responde antes de esa fecha, no cambia nada.
    }

    Por qué se lo preguntamos: el artículo 5, apartado 1, letra d) del Reglamento General de Protección de Datos (RGPD) exige que los datos personales sean exactos y estén actualizados.

reverification-reminder-subject = Recordatorio: ¿siguen siendo correctos sus datos en { $tenant }?
reverification-reminder-preheader = Aún no hemos recibido su respuesta. El enlace es válido hasta el { $until }.
reverification-reminder-body =
    Le escribimos hace un tiempo porque { $tenant } debe asegurarse de que los datos personales que conserva sobre usted sean exactos. Aún no hemos recibido su respuesta.

    Revise sus datos y díganos si son correctos, o corríjalos. El enlace es solo para usted. Puede usarse una sola vez, hasta el { $until }.
reverification-reminder-action = Revisar mis datos
reverification-reminder-after =
    { $unanswered ->
        [RESTRICT] Si no responde antes de esa fecha, sus datos seguirán guardados, pero no se usarán hasta que esto se aclare.
        [MARK_STALE] Si no responde antes de esa fecha, sus datos se marcarán como no verificados.
       *[NOTHING] Si no responde antes de esa fecha, no cambia nada.
    }

    Por qué se lo preguntamos: el artículo 5, apartado 1, letra d) del Reglamento General de Protección de Datos (RGPD) exige que los datos personales sean exactos y estén actualizados.

consent-confirmation-subject = Confirme, por favor: { $purpose } en { $tenant }
consent-confirmation-preheader = Un clic antes del { $until } y su consentimiento cuenta.
consent-confirmation-body =
    Con su dirección alguien ha consentido en { $tenant } lo siguiente: { $purpose }. Para que nadie consienta en su nombre, esto solo cuenta cuando usted lo haya confirmado.

    El enlace es solo para usted. Es válido hasta el { $until }.
consent-confirmation-action = Ver y confirmar
consent-confirmation-after = ¿No fue usted, o ha cambiado de opinión? Entonces no haga nada: sin su confirmación no ocurre nada.

consent-expiry-subject = Su consentimiento en { $tenant } termina pronto: { $purpose }
consent-expiry-preheader = Termina el { $until }. Si le parece bien, no tiene que hacer nada.
consent-expiry-body =
    Usted consintió en { $tenant } lo siguiente: { $purpose }. Este consentimiento termina el { $until }.

    Si quiere que termine, no tiene que hacer nada. En su propia página puede ver qué ha consentido, retirarlo en cualquier momento o consentir de nuevo cuando haya terminado.
consent-expiry-action = Ver mis opciones
consent-expiry-after = El enlace es solo para usted. Es válido hasta el { $until }.

webhook-disabled-subject = { $tenant }: su punto de conexión de webhook en { $host } está desactivado
webhook-disabled-preheader = No aceptó ningún evento desde el { $since } hasta el { $until }.
webhook-disabled-body =
    Su punto de conexión de webhook en { $host } no aceptó ninguno de los eventos enviados desde el { $since } hasta el { $until }. Está desactivado: ya no se le comunica nada.

    Cuando vuelva a responder, actívelo con enableWebhookEndpoint. Lo ocurrido entretanto no se envía después; está en los historiales.
webhook-disabled-after = Recibe este mensaje porque es propietario de { $tenant }.
