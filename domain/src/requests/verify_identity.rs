//! Verifying who asks (Article 12(6)), and what a request waits for next.

use recital_entities::{
    ErasureApproval, SubjectRequestId, SubjectRequestState, SubjectRequestType,
    requests::subject_requests::{ActiveModel, Model},
};
use sea_orm::ActiveValue::Set;

use super::{
    case::{Case, Step, required_text},
    policy::policy,
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    viewer::{Permission, Viewer},
};

/// Records that the tenant has made sure who asks, and how. The evidence is sealed under the subject's key.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `REQUEST_CLOSED` or `IDENTITY_ALREADY_VERIFIED`; `BAD_USER_INPUT` on `evidence`.
pub async fn verify_identity(app: &App, viewer: &Viewer, id: SubjectRequestId, evidence: &str) -> Result<Model> {
    app.write(viewer, Permission::RequestHandle, async |tx| {
        let evidence = required_text("evidence", evidence)?;
        let case = Case::lock_open(tx, id).await?;
        if case.request.state != SubjectRequestState::AwaitingIdentity {
            return Err(Error::conflict("IDENTITY_ALREADY_VERIFIED", "the identity is verified already"));
        }
        let sealed = case.seal("identity_evidence", evidence).await?;
        let next = next_step(tx, case.request.r#type).await?;
        let change = |row: &mut ActiveModel| {
            row.identity_evidence = Set(Some(sealed));
            next.apply(tx, row);
        };
        let request = case.save(change, Step::IdentityVerified, None).await?;
        Ok(Event::RequestIdentityVerified { id }.with(request))
    })
    .await
}

/// What follows once it is known who asks.
pub(super) struct NextStep {
    pub state: SubjectRequestState,
    pub approved_by: Option<String>,
}

/// An erasure waits for whom the tenant's policy names; all else is carried out.
pub(super) async fn next_step(tx: &TenantTx, request: SubjectRequestType) -> Result<NextStep> {
    if request != SubjectRequestType::Erasure {
        return Ok(NextStep { state: SubjectRequestState::InProgress, approved_by: None });
    }
    let vouches = tx.viewer().may(Permission::RequestApprove);
    Ok(match policy(tx).await?.erasure_approval {
        ErasureApproval::None => NextStep { state: SubjectRequestState::InProgress, approved_by: None },
        ErasureApproval::Voucher if vouches => {
            NextStep { state: SubjectRequestState::InProgress, approved_by: Some(tx.actor()) }
        }
        ErasureApproval::Voucher | ErasureApproval::SecondMember => {
            NextStep { state: SubjectRequestState::AwaitingApproval, approved_by: None }
        }
    })
}

impl NextStep {
    pub fn apply(self, tx: &TenantTx, row: &mut ActiveModel) {
        row.state = Set(self.state);
        row.identity_verified_at = Set(Some(tx.now()));
        row.approved_by = Set(self.approved_by);
    }
}
