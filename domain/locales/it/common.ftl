date = { $day ->
    [1] 1º
   *[other] { $day }
} { $month } { $year }
month-1 = gennaio
month-2 = febbraio
month-3 = marzo
month-4 = aprile
month-5 = maggio
month-6 = giugno
month-7 = luglio
month-8 = agosto
month-9 = settembre
month-10 = ottobre
month-11 = novembre
month-12 = dicembre

field-name = Nome
field-full-name = Nome e cognome
field-first-name = Nome
field-given-name = Nome
field-last-name = Cognome
field-family-name = Cognome
field-email = Indirizzo e-mail
field-phone = Numero di telefono
field-address = Indirizzo
field-street = Via
field-city = Città
field-postal-code = CAP
field-zip = CAP
field-country = Paese
field-date-of-birth = Data di nascita
field-birth-date = Data di nascita
field-language = Lingua
field-company = Azienda
