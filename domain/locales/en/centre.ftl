# The privacy centre.
language-en = English
language-de = Deutsch
language-fr = Français
language-es = Español
language-it = Italiano

law-article = Article { $article } GDPR

centre-name = Privacy centre
centre-title = Privacy centre of { $tenant }
centre-skip = Skip to the content
centre-policy = Privacy policy
centre-languages = Language
centre-heading = Your data at { $tenant }
centre-lead = See what is held about you, decide what it may be used for, and exercise your rights. It costs nothing, and you need not give any reasons.
centre-message = A word from { $tenant }
centre-rights = What you can ask for
centre-right-ACCESS = See your data
centre-right-ACCESS-text = You learn what is held about you, what for and for how long, and you get a copy.
centre-right-RECTIFICATION = Have something corrected
centre-right-RECTIFICATION-text = What is wrong or out of date is put right, and those who received it are told.
centre-right-ERASURE = Have your data erased
centre-right-ERASURE-text = Everything goes that the law does not require to be kept. You learn what stays, and why.
centre-right-PORTABILITY = Take your data with you
centre-right-PORTABILITY-text = You get what you provided in a form that other services can read.
centre-right-RESTRICTION = Have your data set aside
centre-right-RESTRICTION-text = It stays stored and is not used, until the matter is settled.
centre-right-OBJECTION = Object to a use
centre-right-OBJECTION-text = You say no to a use that rests on legitimate interests or on a public task.
centre-right-OPT_OUT_OF_SALE = No sale, no sharing
centre-right-OPT_OUT_OF_SALE-text = Your data is no longer sold, or shared for advertising.
centre-unknown-title = There is nothing here
centre-unknown = There is no privacy centre at this address. Please check the address, or ask those who gave it to you.
