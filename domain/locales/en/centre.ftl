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
centre-me = My page
centre-own = Your own page
centre-own-text = With your own page you see everything at a glance and change it at once.
centre-own-open = Open my page
centre-without = Without a page of your own
centre-without-text = You need no account: choose what you want, and prove your address with a link.
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

# Asking without an account.
centre-back = Back to the first page
centre-ask-law = Which law protects you?
centre-law-GDPR = The GDPR: I live in the European Union or the European Economic Area
centre-law-CCPA = The CCPA: I live in California
centre-ask-purpose = What do you object to?
centre-ask-no-purpose = There is nothing to object to at the moment: { $tenant } uses no data on the ground of legitimate interests or of a public task.
centre-ask-note = What is wrong, and what would be right?
centre-ask-note-hint = For example: my telephone number is now +43 1 5880.
centre-ask-email = Your e-mail address
centre-ask-email-hint = The one that { $tenant } knows you by. A link goes there, so that nobody else can ask in your name.
centre-ask-send = Send the request
centre-ask-problem = This could not be sent
centre-ask-problem-email = Please enter an e-mail address, such as name@example.org.
centre-ask-problem-note = Please say what is wrong and what would be right, in at most 2,000 characters.
centre-ask-problem-purpose = Please choose what you object to.
centre-ask-problem-regime = This law does not know this right. Please choose another.
centre-ask-next = What happens next
centre-ask-next-mail = You get a mail with a link.
centre-ask-next-confirm = With the link you confirm that the request is yours. Nothing happens before.
centre-ask-next-answer = { $tenant } answers within the time that the law sets, and you can see at any time how far it is.
centre-asked-title = Look into your mailbox
centre-asked = If anything is held under the address, a mail with a link is on its way there. If not, a mail says so.
centre-asked-again = Nothing has come after a few minutes? Look among the unwanted mail, or send the request once more: the link is then sent again.

nothing-held-subject = { $tenant } holds nothing under this address
nothing-held-preheader = Somebody asked about data under this address.
nothing-held-body =
    Somebody named this address to { $tenant } and asked for this: { request-type }.

    Nothing is held under this address. If you are known there under another one, please ask with that one.
nothing-held-after = If this was not you, there is nothing to do. You get no further mail about it today, and the address is not kept.

request-message-subject = { $tenant } has written to you about your request
request-message-preheader = There is a message for you.
request-message-body = { $tenant } has written to you about your request: { request-type }. For your protection the message itself is not in this mail: you read it on the page of your request.
request-message-action = Read the message
request-message-after = { request-complaint }
request-page-messages = What { $tenant } wrote to you
