//! Audit entries, checkpoints and proofs.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, dataloader::Loader};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use recital_domain::{
    error::Error,
    evidence::{self as room, AuditFilter as Filter, ConsistencyProof, EntryProof, SignedCheckpoint},
};
use recital_entities::{AuditEntryId, AuditOutcome, evidence::audit_entries};

use crate::{
    auth::{app, viewer},
    batch::{Batch, Loaded, load},
    errors::ApiResult,
    ids::{global_id, parse_id},
};

/// What was done, by whom, to what, with which outcome.
pub struct AuditEntry(pub audit_entries::Model);

#[Object]
impl AuditEntry {
    pub async fn id(&self) -> ID {
        global_id("AuditEntry", self.0.id.0)
    }

    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// `room.verb`, past tense; of an attempt that came to nothing, the permission it needed.
    async fn action(&self) -> &str {
        &self.0.action
    }

    async fn outcome(&self) -> AuditOutcome {
        self.0.outcome
    }

    /// `api_key:<id>`, `member:<id>`, `subject:<id>`, `job:<name>` or `operator`.
    async fn actor(&self) -> &str {
        &self.0.actor
    }

    async fn resource_type(&self) -> &str {
        &self.0.resource_type
    }

    async fn resource_id(&self) -> Option<String> {
        let id = self.0.resource_id.as_ref()?;
        Some(id.parse().map_or_else(|_| id.clone(), |id: uuid::Uuid| global_id(&self.0.resource_type, id).to_string()))
    }

    /// The same for all entries of one request, and sent back as its `x-request-id`.
    async fn correlation_id(&self) -> String {
        self.0.correlation_id.to_string()
    }

    /// The network: IPv4 /24, IPv6 /48.
    async fn ip_address(&self) -> Option<&str> {
        self.0.ip_address.as_deref()
    }

    /// Browser and system, no versions.
    async fn user_agent(&self) -> Option<&str> {
        self.0.user_agent.as_deref()
    }

    /// Ids, words and counts, never a personal value.
    async fn details(&self) -> &serde_json::Value {
        &self.0.details
    }

    /// Null until the entry is in the log; the log takes it in within seconds.
    async fn log_index(&self, ctx: &Context<'_>) -> ApiResult<Option<i32>> {
        load(ctx, PlaceOf(self.0.id)).await
    }

    /// RFC 6962, base64. Null until the entry is in the log.
    async fn leaf_hash(&self, ctx: &Context<'_>) -> ApiResult<Option<String>> {
        let place = load(ctx, PlaceOf(self.0.id)).await?;
        Ok(place.map(|_| BASE64_STANDARD.encode(&self.0.leaf_hash)))
    }
}

/// Where an entry stands in the log.
#[derive(Clone, PartialEq, Eq, Hash)]
struct PlaceOf(AuditEntryId);

impl Loader<PlaceOf> for Batch {
    type Value = i32;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PlaceOf]) -> Loaded<HashMap<PlaceOf, i32>> {
        let places = room::places(&self.app, &self.viewer, keys.iter().map(|key| key.0).collect()).await?;
        Ok(places.into_iter().map(|(id, place)| (PlaceOf(id), place)).collect())
    }
}

pub async fn entry(ctx: &Context<'_>, id: AuditEntryId) -> ApiResult<Option<AuditEntry>> {
    Ok(room::entries_by_ids(app(ctx), viewer(ctx)?, vec![id]).await?.pop().map(AuditEntry))
}

/// Every part given must hold. `from` is inclusive, `to` is not.
#[derive(InputObject, Default)]
pub struct AuditFilter {
    action: Option<String>,
    resource_type: Option<String>,
    /// A global id, or the bare one.
    resource_id: Option<String>,
    actor: Option<String>,
    outcome: Option<AuditOutcome>,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

impl From<AuditFilter> for Filter {
    fn from(filter: AuditFilter) -> Self {
        let bare = |id: String| parse_id(&ID(id.clone())).map_or(id, |(_, bare)| bare.to_string());
        Self {
            action: filter.action,
            resource_type: filter.resource_type,
            resource_id: filter.resource_id.map(bare),
            actor: filter.actor,
            outcome: filter.outcome,
            from: filter.from,
            to: filter.to,
        }
    }
}

/// C2SP tlog-checkpoint: origin, size, root, Ed25519 note signature.
#[derive(SimpleObject)]
pub struct AuditCheckpoint {
    origin: String,
    size: i32,
    /// Base64.
    root_hash: String,
    /// C2SP signed-note, whole.
    note: String,
    /// The verifier key of C2SP signed-note: name, key id, base64 of the algorithm and the key.
    public_key: String,
    at: DateTime<Utc>,
    /// How many entries at the log's beginning are there as hashes alone: their own period has ended.
    aged: i32,
}

impl From<SignedCheckpoint> for AuditCheckpoint {
    fn from(checkpoint: SignedCheckpoint) -> Self {
        Self {
            origin: checkpoint.origin,
            size: checkpoint.size,
            root_hash: BASE64_STANDARD.encode(checkpoint.root_hash),
            note: checkpoint.note,
            public_key: checkpoint.verifier_key,
            at: checkpoint.at,
            aged: checkpoint.aged,
        }
    }
}

/// Shows that an entry is in the checkpoint's tree (RFC 6962). Hashes are base64.
#[derive(SimpleObject)]
pub struct AuditProof {
    log_index: i32,
    leaf_hash: String,
    /// What was hashed: canonical JSON (RFC 8785) of the whole entry.
    leaf: String,
    /// From the leaf's sibling to the root's child.
    hashes: Vec<String>,
    checkpoint: AuditCheckpoint,
}

impl From<EntryProof> for AuditProof {
    fn from(proof: EntryProof) -> Self {
        Self {
            log_index: proof.log_index,
            leaf_hash: BASE64_STANDARD.encode(proof.leaf_hash),
            leaf: String::from_utf8_lossy(&proof.leaf).into_owned(),
            hashes: proof.hashes.iter().map(|hash| BASE64_STANDARD.encode(hash)).collect(),
            checkpoint: proof.checkpoint.into(),
        }
    }
}

/// Shows that one state of the log begins with another (RFC 6962, section 2.1.2). Hashes are base64.
#[derive(SimpleObject)]
pub struct AuditConsistency {
    from_size: i32,
    from_root: String,
    to_size: i32,
    to_root: String,
    hashes: Vec<String>,
}

impl From<ConsistencyProof> for AuditConsistency {
    fn from(proof: ConsistencyProof) -> Self {
        Self {
            from_size: proof.old_size,
            from_root: BASE64_STANDARD.encode(proof.old_root),
            to_size: proof.new_size,
            to_root: BASE64_STANDARD.encode(proof.new_root),
            hashes: proof.hashes.iter().map(|hash| BASE64_STANDARD.encode(hash)).collect(),
        }
    }
}
