//! How the tenant handles requests: who lets an erasure begin, and how long a person has to prove who they are.

use recital_entities::{
    ErasureApproval,
    requests::request_policies::{Entity, Model},
};
use sea_orm::{EntityTrait as _, IntoActiveModel as _};

use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    viewer::{Permission, Viewer},
};

/// What the tenant set, or the defaults: a second member approves, 30 days.
pub(super) async fn policy(tx: &TenantTx) -> Result<Model> {
    let set = tx.one(Entity::find()).await?;
    Ok(set.unwrap_or_else(|| Model {
        tenant_id: tx.tenant(),
        erasure_approval: ErasureApproval::SecondMember,
        identity_within_days: 30,
        updated_at: tx.now(),
    }))
}

/// The policy in force.
pub async fn read_policy(app: &App, viewer: &Viewer) -> Result<Model> {
    app.read(viewer, Permission::RequestRead, policy).await
}

/// What of the policy is to change.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestPolicyChanges {
    pub erasure_approval: Option<ErasureApproval>,
    /// 1 to 90.
    pub identity_within_days: Option<i32>,
}

/// Sets what is given and leaves the rest. Holds for requests whose identity is verified from now on.
///
/// # Errors
/// `BAD_USER_INPUT` with `OUT_OF_RANGE`.
pub async fn set_policy(app: &App, viewer: &Viewer, changes: RequestPolicyChanges) -> Result<Model> {
    app.write(viewer, Permission::RequestConfigure, async |tx| {
        tx.serialise("requests.policy").await?;
        let mut wanted = policy(tx).await?;
        wanted.erasure_approval = changes.erasure_approval.unwrap_or(wanted.erasure_approval);
        wanted.identity_within_days = changes.identity_within_days.unwrap_or(wanted.identity_within_days);
        if !(1..=90).contains(&wanted.identity_within_days) {
            let message = "a person has 1 to 90 days to prove who they are";
            return Err(Error::invalid("identityWithinDays", "OUT_OF_RANGE", message));
        }
        wanted.updated_at = tx.now();
        tx.put(wanted.clone().into_active_model()).await?;
        let event = Event::RequestPolicySet {
            id: tx.tenant(),
            erasure_approval: wanted.erasure_approval,
            identity_within_days: wanted.identity_within_days,
        };
        Ok(event.with(wanted))
    })
    .await
}
