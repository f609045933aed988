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
