mail-greeting = Hello,
mail-greeting-name = Hello { $name },
mail-link-hint = If the button does not work, copy this address into your browser:
mail-contact = Questions? Write to { $contact }.
mail-footer = This mail was sent on behalf of { $tenant }. It is no advertising.

reverification-subject = Is what { $tenant } holds about you still right?
reverification-preheader = Please look at your data by { $until }. It takes a minute.
reverification-body =
    { $tenant } keeps personal data about you and must make sure that it is accurate and up to date. Please look at your data and tell us whether it is right, or correct it.

    The link is meant for you alone. It can be used once, until { $until }.
reverification-action = Check my data
reverification-after =
    { $unanswered ->
        [RESTRICT] If you do not answer by then, your data stays stored but is not used until this is cleared up.
        [MARK_STALE] If you do not answer by then, your data is marked as not verified.
       *[NOTHING] If you do not answer by then, nothing changes.
    }

    Why you are asked: Article 5(1)(d) of the General Data Protection Regulation (GDPR) requires personal data to be accurate and kept up to date.

reverification-reminder-subject = Reminder: is what { $tenant } holds about you still right?
reverification-reminder-preheader = We have not heard from you yet. The link works until { $until }.
reverification-reminder-body =
    We wrote to you a while ago because { $tenant } must make sure that the personal data it keeps about you is accurate. We have not heard from you yet.

    Please look at your data and tell us whether it is right, or correct it. The link is meant for you alone. It can be used once, until { $until }.
reverification-reminder-action = Check my data
reverification-reminder-after =
    { $unanswered ->
        [RESTRICT] If you do not answer by then, your data stays stored but is not used until this is cleared up.
        [MARK_STALE] If you do not answer by then, your data is marked as not verified.
       *[NOTHING] If you do not answer by then, nothing changes.
    }

    Why you are asked: Article 5(1)(d) of the General Data Protection Regulation (GDPR) requires personal data to be accurate and kept up to date.

consent-confirmation-subject = Please confirm: { $purpose } at { $tenant }
consent-confirmation-preheader = One click by { $until }, and your consent counts.
consent-confirmation-body =
    With your address somebody agreed at { $tenant } to: { $purpose }. So that nobody agrees in your name, this counts only once you have confirmed it.

    The link is meant for you alone. It works until { $until }.
consent-confirmation-action = Look and confirm
consent-confirmation-after = Was it not you, or have you changed your mind? Then do nothing: without your confirmation nothing happens.

consent-expiry-subject = Your consent at { $tenant } ends soon: { $purpose }
consent-expiry-preheader = It ends on { $until }. If you agree to that, there is nothing to do.
consent-expiry-body =
    You agreed at { $tenant } to: { $purpose }. This consent ends on { $until }.

    If you want it to end, you need not do anything. On your own page you can see what you agreed to, take it back at any time, or agree anew after it has ended.
consent-expiry-action = See my choices
consent-expiry-after = The link is meant for you alone. It works until { $until }.

webhook-disabled-subject = { $tenant }: your webhook endpoint at { $host } is switched off
webhook-disabled-preheader = It accepted no event from { $since } to { $until }.
webhook-disabled-body =
    Your webhook endpoint at { $host } accepted none of the events that we sent it from { $since } to { $until }. It is switched off: it is told of nothing more.

    When it answers again, switch it on with enableWebhookEndpoint. What happened in between is not sent afterwards; the histories have it.
webhook-disabled-after = You get this mail because you are an owner of { $tenant }.
