export-unknown-title = This link does not work
export-unknown = We do not know this link. Please check that you copied all of it, or ask for a new copy of your data.
export-expired-title = This link has expired
export-expired = The copy of your data is kept for a limited time. Please ask for a new one.
export-unavailable-title = Please try again later
export-unavailable = Your data cannot be fetched right now. Nothing is lost; please try again in a few minutes.
