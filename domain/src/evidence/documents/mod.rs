//! Documents generated from what is enforced (Articles 5(2), 13, 24, 30): nothing in them is typed twice, and each
//! figure is counted at the time of asking.

mod compliance;
mod facts;
mod privacy_policy;
mod processing_record;
mod record_formats;

pub use compliance::{ComplianceCheck, ComplianceReport, compliance_report};
pub use privacy_policy::{Policy, PolicyPurpose, policy_parts, privacy_policy};
pub use processing_record::processing_record;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

/// A document as it was generated.
#[derive(Clone, Debug)]
pub struct GeneratedDocument {
    /// RFC 6838.
    pub media_type: &'static str,
    pub body: String,
    pub generated_at: DateTime<Utc>,
    /// Of the body, in hex.
    pub sha256: String,
}

impl GeneratedDocument {
    fn new(media_type: &'static str, body: String, generated_at: DateTime<Utc>) -> Self {
        let sha256 = hex::encode(Sha256::digest(&body));
        Self { media_type, body, generated_at, sha256 }
    }
}
