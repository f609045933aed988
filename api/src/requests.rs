//! Subject requests.
