//! One type per kind of id, so that a consent's id is never taken for a subject's.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($name:ident),+ $(,)?) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        /// Ids are never drawn from a counter: the ORM asks for this bound on every primary key.
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    AccountLinkId, AccountSessionId, ApiKeyId, AttestationId, AuditEntryId, CentreAskId, ConsentConfirmationId, ConsentEventId, ConsentId, ExportPackageId, FileId,
    IncidentId, JobRunId, LegalHoldId, MemberId, OperatorEntryId, OperatorTokenId, PreferenceLinkId, PurposeId, RecordId,
    RequestEventId,
    RetentionPolicyId, RetentionRunId, ReverificationId, SubjectId, SubjectRequestId, TenantId, TokenId,
    WebhookDeliveryId, WebhookEndpointId, WorkItemId, WorkerId,
}

/// The id that clients know a row by (Relay's global id): opaque to them, `Type:uuid` inside.
#[must_use]
pub fn global_id(kind: &str, id: Uuid) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("{kind}:{id}"))
}
