//! Retention (Articles 5(1)(e), 17): how long each data type is kept, what holds it, and the sweep that lets it go.
