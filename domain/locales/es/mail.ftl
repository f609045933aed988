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
