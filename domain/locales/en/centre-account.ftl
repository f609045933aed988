account-confirmation-subject = Please confirm your account at { $tenant }
account-confirmation-preheader = One step more, within 24 hours.
account-confirmation-body =
    With this address somebody opened an account at the privacy centre of { $tenant }. If that was you, confirm it with the password that you chose.

    The link works once, for 24 hours.
account-confirmation-action = Confirm my account
account-confirmation-after = Was it not you? Then do nothing: without your confirmation there is no account, and what was entered is deleted after 24 hours.

account-exists-subject = You already have an account at { $tenant }
account-exists-preheader = With this link you sign in.
account-exists-body =
    With this address somebody wanted to open an account at the privacy centre of { $tenant }. You have one already.

    If that was you, sign in with this link. It works once, for 15 minutes. If you have forgotten your password, you can choose a new one there.
account-exists-action = Sign in
account-exists-after = Was it not you? Then do nothing. Nobody learned that you have an account.

account-sign-in-subject = Your link to sign in at { $tenant }
account-sign-in-preheader = It works once, for 15 minutes.
account-sign-in-body =
    With this link you sign in at the privacy centre of { $tenant }. It works once, for 15 minutes.
account-sign-in-action = Sign in
account-sign-in-after = Did you not ask for it? Then do nothing. Do not pass the link on: whoever has it sees your data.

account-new-password-subject = Choose a new password at { $tenant }
account-new-password-preheader = The link works once, for an hour.
account-new-password-body =
    Somebody asked for a new password for your account at the privacy centre of { $tenant }. If that was you, choose it with this link. It works once, for an hour.
account-new-password-action = Choose a new password
account-new-password-after = Did you not ask for it? Then do nothing: your password stays as it is.

account-password-changed-subject = Your password at { $tenant } was changed
account-password-changed-preheader = If that was you, there is nothing to do.
account-password-changed-body =
    The password of your account at the privacy centre of { $tenant } was changed. You are signed out in every other browser.

    If that was you, there is nothing to do. If it was not, choose a new password now.
account-password-changed-action = Choose a new password
account-password-changed-after = Whoever changed it could read your mail or knew your old password. Change the password of your mailbox as well.

account-sign-in = Sign in
account-sign-out = Sign out
account-sign-up = Create an account
account-email = E-mail address
account-password = Password
account-sign-in-title = Sign in
account-sign-in-intro = Here you see what { $tenant } holds about you, and decide about it.
account-sign-in-forgotten = Forgotten your password?
account-link-title = Sign in without a password
account-link-intro = We mail you a link with which you sign in. For that you need no account: it is enough that { $tenant } knows your address.
account-link-send = Mail me a link
account-no-account = No account yet?
account-wrong = Address and password do not belong together.
account-wrong-hint = Check both, or have a link mailed to you.
account-wait-title = Too many tries
account-wait = This was tried too often. Please wait { $minutes } min, then try again. A link that was mailed to you still works.
account-asked-title = Look into your mailbox
account-asked = If { $tenant } knows this address, a link is on its way to it. It can take a minute.
account-asked-hint = No mail? Look into the folder for unwanted mail, and check the address. We do not say here whether an address is known: that is nobody’s business but its owner’s.
account-signed-up = A mail is on its way to the address that you gave. Confirm your account with the link in it, within 24 hours.
account-link-use-title = Sign in at { $tenant }
account-link-use = One click more, and you are signed in in this browser.
account-link-dead-title = This link does not work
account-link-dead = It was used already, its time is over, or it is incomplete. Ask for a new one.
account-sign-up-title = Create an account
account-sign-up-intro = With an account you can see at any time what { $tenant } holds about you, and decide about it.
account-name = Name
account-password-hint = 8 to 128 characters. A few words in a row are easy to remember and hard to guess.
account-consents-title = What you agree to
account-consents-intro = Each is up to you, and nothing is ticked beforehand. You can change it at any time.
account-consents-required = Needed for an account
account-agree = I agree: { $purpose }
account-agree-special = I agree explicitly, although this uses data that is especially protected (Article 9 GDPR): { $purpose }
account-problem-title = Something is not right yet
account-problem-INVALID_NAME = Please give your name, in one line.
account-problem-INVALID_EMAIL = This is not a complete e-mail address.
account-problem-TOO_SHORT = The password has at least 8 characters.
account-problem-TOO_LONG = The password has at most 128 characters.
account-problem-TOO_COMMON = This password is among the first that are tried, or made of your name or address. Choose another.
account-problem-CONSENT_REQUIRED = { $tenant } makes no account without this consent. If you do not want to give it, you can still exercise your rights without an account.
account-problem-PURPOSE_CHANGED = What is asked here has changed meanwhile. Please look at it again.
account-problem-WRONG_CREDENTIALS = This is not the right password.
account-problem-other = Please check this.
account-confirm-title = Confirm your account
account-confirm-intro = Enter the password that you chose when you signed up. So nobody opens an account in your name.
account-confirm-agreed = You agree to:
account-confirm-button = Confirm my account
account-confirm-otherwise = That was not you, or you have changed your mind? Then close this page: without your confirmation there is no account.
account-exists-title = You already have an account
account-exists = There is an account with this address. Sign in with your password, or have a link mailed to you.
account-changed-title = What you agreed to has changed
account-changed = { $tenant } has changed what you agreed to since you signed up. Please sign up again and look at it.
account-full-title = No new account at the moment
account-full = { $tenant } cannot take new accounts at the moment. You can exercise your rights without one.
account-forgotten-title = Choose a new password
account-forgotten-intro = Enter your address. If there is an account with it, we mail you a link with which you choose a new password.
account-new-password-title = Choose a new password
account-new-password-intro = You are signed out in every other browser then.
account-new-password = New password
account-current-password = Password so far
account-new-password-button = Save the password
account-security-title = Password and sign-in
account-security-changed = Your password was changed. In every other browser you are signed out.
account-security-ended = You are signed out there.
account-sessions-title = Where you are signed in
account-session-here = This browser
account-session = { $agent }, signed in on { $date }
account-session-unknown = A browser
account-session-end = Sign out there
account-sessions-end-all = Sign out in every other browser
account-password-title = Change your password
account-form-old-title = Please try again
account-form-old = This form was open for too long, or did not come from this page. Nothing was changed. Open the page again; your browser must accept its cookie.
account-cookie = This page keeps one cookie, without which nobody could sign in. It names nobody and is gone when you close the browser.
