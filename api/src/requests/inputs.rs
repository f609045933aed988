//! What the mutations on subject requests take.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};
use recital_domain::{
    error::Result,
    requests::{OpenRequest, RequestFilter, RequestPolicyChanges},
};
use recital_entities::{ErasureApproval, Regime, RejectionReason, SubjectRequestState, SubjectRequestType};
use serde_json::Value;

use crate::subject_ref::SubjectRef;

/// Every part given must hold.
#[derive(InputObject)]
pub struct SubjectRequestFilter {
    r#type: Option<SubjectRequestType>,
    state: Option<SubjectRequestState>,
    overdue: Option<bool>,
    /// Not closed yet.
    open: Option<bool>,
}

impl From<SubjectRequestFilter> for RequestFilter {
    fn from(filter: SubjectRequestFilter) -> Self {
        Self { r#type: filter.r#type, state: filter.state, overdue: filter.overdue, open: filter.open }
    }
}

#[derive(InputObject)]
pub struct OpenSubjectRequestInput {
    r#type: SubjectRequestType,
    subject: SubjectRef,
    #[graphql(default_with = "Regime::Gdpr")]
    regime: Regime,
    /// Now when not given. The deadline counts from here.
    received_at: Option<DateTime<Utc>>,
    /// For RECTIFICATION: the fields to set; null removes one.
    corrections: Option<Value>,
    /// For OBJECTION: the key of the purpose objected to.
    purpose: Option<String>,
    /// Sealed under the person's key.
    note: Option<String>,
    /// The tenant has made sure who asks.
    #[graphql(default)]
    identity_verified: bool,
}

impl TryFrom<OpenSubjectRequestInput> for OpenRequest {
    type Error = recital_domain::error::Error;

    fn try_from(input: OpenSubjectRequestInput) -> Result<Self> {
        Ok(Self {
            r#type: input.r#type,
            subject: input.subject.parse()?,
            regime: input.regime,
            received_at: input.received_at,
            corrections: input.corrections,
            purpose: input.purpose,
            note: input.note,
            identity_verified: input.identity_verified,
        })
    }
}

#[derive(InputObject)]
pub struct VerifyIdentityInput {
    pub id: ID,
    /// By what the person was recognised. Sealed under their key.
    pub evidence: String,
}

#[derive(InputObject)]
pub struct AssignSubjectRequestInput {
    pub id: ID,
    pub member: ID,
}

#[derive(InputObject)]
pub struct ExtendSubjectRequestInput {
    pub id: ID,
    pub reason: String,
}

#[derive(InputObject)]
pub struct ApproveSubjectRequestInput {
    pub id: ID,
    pub note: Option<String>,
}

#[derive(InputObject)]
pub struct RejectSubjectRequestInput {
    pub id: ID,
    pub reason: RejectionReason,
    /// For the person.
    pub explanation: String,
}

#[derive(InputObject)]
pub struct CancelSubjectRequestInput {
    pub id: ID,
    pub note: Option<String>,
}

#[derive(InputObject)]
pub struct NoteSubjectRequestInput {
    pub id: ID,
    pub note: String,
}

#[derive(InputObject)]
pub struct MessageSubjectRequestInput {
    pub id: ID,
    /// At most 10,000 characters.
    pub text: String,
}

#[derive(InputObject)]
pub struct RequestPolicyInput {
    erasure_approval: Option<ErasureApproval>,
    /// 1 to 90.
    identity_within_days: Option<i32>,
}

impl From<RequestPolicyInput> for RequestPolicyChanges {
    fn from(input: RequestPolicyInput) -> Self {
        Self { erasure_approval: input.erasure_approval, identity_within_days: input.identity_within_days }
    }
}

#[derive(InputObject)]
pub struct LiftRestrictionInput {
    pub subject: SubjectRef,
    /// The person has been told by other means: no mail goes out, and the restriction ends at once.
    #[graphql(default)]
    pub already_told: bool,
}

#[derive(InputObject)]
pub struct WithdrawObjectionInput {
    pub subject: SubjectRef,
    /// The purpose's key.
    pub purpose: String,
}
