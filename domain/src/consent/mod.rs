//! Consent (Articles 4(11), 7, 9(2)(a)): append-only events, the state they lead to, and the decision that reads it.
