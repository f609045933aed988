# Le centre de confidentialité.
language-en = English
language-de = Deutsch
language-fr = Français
language-es = Español
language-it = Italiano

law-article = Article { $article } du RGPD

centre-name = Centre de confidentialité
centre-title = Centre de confidentialité de { $tenant }
centre-skip = Aller au contenu
centre-policy = Politique de confidentialité
centre-languages = Langue
centre-heading = Vos données chez { $tenant }
centre-lead = Voyez ce qui est conservé à votre sujet, décidez de l’usage qui peut en être fait et exercez vos droits. C’est gratuit, et vous n’avez pas à donner de raison.
centre-message = Un mot de { $tenant }
centre-rights = Ce que vous pouvez demander
centre-right-ACCESS = Voir vos données
centre-right-ACCESS-text = Vous apprenez ce qui est conservé à votre sujet, pourquoi et combien de temps, et vous en recevez une copie.
centre-right-RECTIFICATION = Faire corriger une donnée
centre-right-RECTIFICATION-text = Ce qui est faux ou dépassé est corrigé, et ceux qui l’ont reçu en sont informés.
centre-right-ERASURE = Faire effacer vos données
centre-right-ERASURE-text = Tout disparaît, sauf ce que la loi oblige à conserver. Vous apprenez ce qui reste, et pourquoi.
centre-right-PORTABILITY = Emporter vos données
centre-right-PORTABILITY-text = Vous recevez ce que vous avez fourni, sous une forme que d’autres services savent lire.
centre-right-RESTRICTION = Faire mettre vos données de côté
centre-right-RESTRICTION-text = Elles restent conservées sans être utilisées, jusqu’à ce que la question soit réglée.
centre-right-OBJECTION = S’opposer à un usage
centre-right-OBJECTION-text = Vous refusez un usage fondé sur des intérêts légitimes ou sur une mission publique.
centre-right-OPT_OUT_OF_SALE = Ni vente, ni partage
centre-right-OPT_OUT_OF_SALE-text = Vos données ne sont plus vendues, ni partagées à des fins publicitaires.
centre-unknown-title = Il n’y a rien ici
centre-unknown = Il n’y a pas de centre de confidentialité à cette adresse. Veuillez vérifier l’adresse, ou demander à ceux qui vous l’ont donnée.
