//! Subjects and their sealed data.
