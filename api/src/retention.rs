//! Retention: policies, runs, holds.
