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
centre-rights = Lo que puede pedir
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
