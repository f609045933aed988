confirm-title = Do you agree?
confirm-intro = With your address somebody agreed to this at { $tenant }. It counts only if you confirm it.
confirm-button = Yes, I agree
confirm-otherwise-title = That was not me
confirm-otherwise = Then you need not do anything: close this page, and nothing happens. Whoever agrees can take it back at any time, as easily as they gave it.
confirm-done-title = Thank you, your consent counts
confirm-done = You agreed at { $tenant } to: { $purpose }. You can take it back at any time.
