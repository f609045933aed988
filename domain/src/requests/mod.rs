//! Subject requests (Articles 12, 15 to 18, 20, 21; CCPA): from the asking to the answer, in time.
