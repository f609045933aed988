//! Re-verification of accuracy.
