date = { $day ->
    [1] 1er
   *[other] { $day }
} { $month } { $year }
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

field-name = Nom
field-full-name = Nom complet
field-first-name = Prénom
field-given-name = Prénom
field-last-name = Nom de famille
field-family-name = Nom de famille
field-email = Adresse e-mail
field-phone = Numéro de téléphone
field-address = Adresse
field-street = Rue
field-city = Ville
field-postal-code = Code postal
field-zip = Code postal
field-country = Pays
field-date-of-birth = Date de naissance
field-birth-date = Date de naissance
field-language = Langue
field-company = Entreprise
