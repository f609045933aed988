# Mails and pages about subject requests.
request-type =
    { $type ->
        [ACCESS] access to your data
        [RECTIFICATION] correction of your data
        [ERASURE] erasure of your data
        [PORTABILITY] a copy of your data to take elsewhere
        [RESTRICTION] restriction of the use of your data
        [OBJECTION] objection to the use of your data
       *[OPT_OUT_OF_SALE] no sale or sharing of your data
    }
request-complaint = If you do not agree, you can lodge a complaint with a data protection authority or go to court.

request-received-subject = { $tenant } has your request: { request-type }
request-received-preheader = You will have an answer by { $until }.
request-received-body =
    { $tenant } has received your request: { request-type }. It is certain that it comes from you.

    You will have an answer by { $until } at the latest ({ $right }). There is nothing more for you to do.
request-received-action = Follow my request
request-received-after = With the link you can see how your request stands, and take it back until it has been carried out.

request-identity-subject = Please confirm your request to { $tenant }: { request-type }
request-identity-preheader = Confirm by { $until } that it comes from you.
request-identity-body =
    { $tenant } has received a request in your name: { request-type }. To protect your data, please confirm that it comes from you.

    Open the link and confirm there. This works until { $until }.
request-identity-action = This request is mine
request-identity-after = If you have not asked for this, do nothing, or cancel the request with the link. Nothing happens with your data.

request-extended-subject = { $tenant } needs more time for your request: { request-type }
request-extended-preheader = You will have an answer by { $until }.
request-extended-body =
    Your request to { $tenant } ({ request-type }) takes longer than usual. You will have an answer by { $until } at the latest. The reason:

    { $text }
request-extended-action = Follow my request
request-extended-after = { request-complaint }

request-rejected-subject = { $tenant } cannot do what you asked: { request-type }
request-rejected-preheader = Here is why.
request-rejected-body =
    You asked { $tenant } for this: { request-type }. It will not be done, for this reason:

    { $text }
request-rejected-action = See my request
request-rejected-after = { request-complaint }

request-cancelled-subject = Your request to { $tenant } is cancelled: { request-type }
request-cancelled-preheader = It will not be carried out.
request-cancelled-body = Your request to { $tenant } ({ request-type }) has been cancelled and will not be carried out. You can ask again at any time.
request-cancelled-action = See my request
request-cancelled-after = If you did not want this, please get in touch.

request-expired-subject = Your request to { $tenant } was not confirmed: { request-type }
request-expired-preheader = It will not be carried out.
request-expired-body = A request in your name to { $tenant } ({ request-type }) was not confirmed in time. It is closed, and nothing happens with your data. You can ask again at any time.
request-expired-action = See my request
request-expired-after = If you did not ask for this, there is nothing to do.

request-package-subject = Your data from { $tenant } is ready
request-package-preheader = You can download it until { $until }.
request-package-body =
    You asked { $tenant } for this: { request-type }. It is ready in one file: a page to read and print, and the same data for computers.

    The link is meant for you alone: whoever has it can download your data. It works until { $until }.
request-package-action = Download my data
request-package-after = { request-complaint }

request-erased-subject = { $tenant } has erased your data
request-erased-preheader = Your request has been carried out.
request-erased-body =
    { $partial ->
        [yes] { $tenant } has erased your data as you asked. Some of it has to be kept by law, and is used for nothing else until it may go too.
       *[no] { $tenant } has erased your data as you asked.
    }

    This is the last mail about it: your address is not kept after it.
request-erased-action = See what was done
request-erased-after = { request-complaint }

request-completed-subject = { $tenant } has done what you asked: { request-type }
request-completed-preheader = Your request has been carried out.
request-completed-body = Your request to { $tenant } ({ request-type }) has been carried out. Those who received your data from { $tenant } are told where they have to know.
request-completed-action = See my request
request-completed-after = { request-complaint }

restriction-lift-subject = { $tenant } will use your data again
restriction-lift-preheader = The restriction ends with this mail.
restriction-lift-body = The use of your data at { $tenant } was restricted. This restriction ends now, and your data can be used again for the purposes that you know. You are told beforehand because Article 18(3) of the General Data Protection Regulation (GDPR) says so.
restriction-lift-after = { request-complaint }

request-reminder-subject = { $tenant }: a subject request is due on { $until }
request-reminder-preheader = Not more than { $days } days are left.
request-reminder-body =
    This request must be answered by { $until }: { $type }, { $request }.

    You receive this because it is assigned to you, or because it is assigned to nobody and you are responsible at { $tenant }.
request-reminder-after = A deadline can be extended once, with a reason that the person is told, before it has passed.

request-overdue-subject = { $tenant }: a subject request is overdue since { $until }
request-overdue-preheader = It must be answered without further delay.
request-overdue-body =
    This request should have been answered by { $until }: { $type }, { $request }. Please answer it without further delay.

    You receive this because it is assigned to you, or because it is assigned to nobody and you are responsible at { $tenant }.
request-overdue-after = This is the last reminder.

request-page-title = Your request
request-page-what = What you asked for
request-page-received = Received on
request-page-due = Answer by
request-page-state = How it stands
request-page-state-RECEIVED = Received
request-page-state-AWAITING_IDENTITY = Waiting for your confirmation
request-page-state-IN_PROGRESS = Being carried out
request-page-state-AWAITING_APPROVAL = Being examined
request-page-state-COMPLETED = Done
request-page-state-PARTIALLY_COMPLETED = Done, except for what the law says must be kept
request-page-state-REJECTED = Refused; the mail to you says why
request-page-state-CANCELLED = Cancelled
request-page-state-EXPIRED = Not confirmed in time
request-page-prove-title = This request is mine
request-page-prove-hint = With this you confirm that the request comes from you. It is then carried out.
request-page-prove = Yes, I made this request
request-page-cancel-title = I do not want this
request-page-cancel-hint = The request is cancelled and will not be carried out.
request-page-cancel = Cancel the request
request-page-proven = Thank you. Your request is being dealt with.
request-page-cancelled = The request is cancelled.
request-page-already = This was confirmed before. There is nothing more to do.
request-page-too-late = This request is closed already.
request-page-closed-title = This request is closed
request-page-closed = It was closed a while ago and is not shown any more. For questions, reply to the mail with the link.
