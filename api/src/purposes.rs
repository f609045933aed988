//! Purposes and lawful bases.

mod finding;
mod inputs;
mod version;

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, dataloader::Loader};
use chrono::{DateTime, Utc};
use recital_domain::{error::Error, purposes as room};
use recital_entities::{DeletionMethod, LawfulBasis, PurposeId, PurposeStatus, purposes::purposes};

use self::{
    finding::RegisterFinding,
    inputs::{DefinePurposeInput, ImportRegisterInput, LintRegisterInput, RetirePurposeInput, RevisePurposeInput},
    version::{PurposeVersion, VersionsOf},
};

use crate::{
    auth::{app, viewer},
    batch::{Batch, Loaded, load},
    connection::{Connection, connect, page_cost, page_request},
    errors::ApiResult,
    ids::global_id,
    scalars::Period,
};

/// A purpose of processing and its lawful basis.
pub struct Purpose(pub purposes::Model);

#[Object]
impl Purpose {
    pub async fn id(&self) -> ID {
        global_id("Purpose", self.0.id.0)
    }

    async fn key(&self) -> &str {
        &self.0.key
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn description(&self) -> &str {
        &self.0.description
    }

    async fn lawful_basis(&self) -> LawfulBasis {
        self.0.lawful_basis
    }

    async fn version(&self) -> i32 {
        self.0.version
    }

    async fn status(&self) -> PurposeStatus {
        self.0.status
    }

    /// The data types that may be stored or read for this purpose.
    async fn data_collected(&self) -> &[String] {
        &self.0.data_collected.0
    }

    /// The only payload and profile fields (dotted paths) that may be collected or read for it (Article 5(1)(c));
    /// null = not narrowed, which the compliance report warns of.
    async fn fields(&self) -> Option<&[String]> {
        self.0.fields.as_ref().map(|fields| fields.0.as_slice())
    }

    async fn retention(&self) -> Period {
        Period(self.0.retention)
    }

    async fn storage_location(&self) -> &str {
        &self.0.storage_location
    }

    /// Where the legitimate-interest assessment stands; required for `LEGITIMATE_INTERESTS`.
    async fn legitimate_interest_assessment(&self) -> Option<&str> {
        self.0.legitimate_interest_assessment.as_deref()
    }

    /// Article 9: special categories need explicit consent or another Article 9(2) condition.
    async fn special_category(&self) -> bool {
        self.0.special_category
    }

    async fn special_category_condition(&self) -> Option<&str> {
        self.0.special_category_condition.as_deref()
    }

    async fn recipients(&self) -> &[String] {
        &self.0.recipients.0
    }

    async fn transfers_outside_eu(&self) -> bool {
        self.0.transfers_outside_eu
    }

    async fn transfer_safeguards(&self) -> Option<&str> {
        self.0.transfer_safeguards.as_deref()
    }

    /// How long a consent for this purpose stays good; null = until withdrawn.
    async fn consent_valid_for(&self) -> Option<Period> {
        self.0.consent_valid_for.map(Period)
    }

    /// How long before its end a consent's giver is told; null = 30 days. Never earlier than half its life.
    async fn consent_expiry_notice(&self) -> Option<Period> {
        self.0.consent_expiry_notice.map(Period)
    }

    /// Whether what is disclosed for it is sold or shared (CCPA 1798.120): then Global Privacy Control ends it.
    async fn sale_or_sharing(&self) -> bool {
        self.0.sale_or_sharing
    }

    /// Oldest first, the present one last.
    async fn versions(&self, ctx: &Context<'_>) -> ApiResult<Vec<PurposeVersion>> {
        let versions = load(ctx, VersionsOf(self.0.id)).await?.unwrap_or_default();
        Ok(versions.into_iter().map(PurposeVersion).collect())
    }

    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

/// A kind of data, as the registers know it.
pub struct DataType(room::DataType);

#[Object]
impl DataType {
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// Its policy's; where it has none, the longest of its purposes.
    async fn retention(&self) -> Period {
        Period(self.0.retention)
    }

    async fn deletion_method(&self) -> DeletionMethod {
        self.0.deletion_method
    }

    /// The purposes in use that collect it.
    async fn purposes(&self) -> Vec<Purpose> {
        self.0.purposes.iter().cloned().map(Purpose).collect()
    }
}

impl Loader<PurposeId> for Batch {
    type Value = purposes::Model;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[PurposeId]) -> Loaded<HashMap<PurposeId, purposes::Model>> {
        Ok(room::find_all(&self.app, &self.viewer, ids.to_vec()).await?)
    }
}

/// The purpose of a row that names it; null for another tenant's.
pub async fn purpose(ctx: &Context<'_>, id: PurposeId) -> ApiResult<Option<Purpose>> {
    Ok(load(ctx, id).await?.map(Purpose))
}

#[derive(InputObject, Default)]
struct PurposeFilter {
    lawful_basis: Option<LawfulBasis>,
    status: Option<PurposeStatus>,
}

#[derive(Default)]
pub struct PurposesQuery;

#[Object]
impl PurposesQuery {
    /// Purposes, retired ones too, oldest first.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn purposes(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<PurposeFilter>,
    ) -> ApiResult<Connection<Purpose>> {
        let page = page_request(ctx, (first, after, last, before))?;
        let filter = filter.unwrap_or_default();
        let page = room::list(app(ctx), viewer(ctx)?, filter.lawful_basis, filter.status, page).await?;
        Ok(connect(page, |row| row.id.0, Purpose))
    }

    /// The purpose of that key, retired or not.
    async fn purpose(&self, ctx: &Context<'_>, key: String) -> ApiResult<Option<Purpose>> {
        Ok(room::find(app(ctx), viewer(ctx)?, &key).await?.map(Purpose))
    }

    /// What a purpose in use collects or a retention policy names.
    #[graphql(complexity = "20 * child_complexity")]
    async fn data_types(&self, ctx: &Context<'_>) -> ApiResult<Vec<DataType>> {
        Ok(room::data_types(app(ctx), viewer(ctx)?).await?.into_iter().map(DataType).collect())
    }

    /// Looks register files over beside what there is already, and changes nothing: errors would block an import,
    /// warnings deserve a second look.
    async fn lint_register(&self, ctx: &Context<'_>, input: LintRegisterInput) -> ApiResult<Vec<RegisterFinding>> {
        let findings = room::lint_register(app(ctx), viewer(ctx)?, input.into()).await?;
        Ok(findings.into_iter().map(RegisterFinding).collect())
    }

    /// The registers as files; imported again they change nothing. Retired purposes are no part of them.
    async fn export_register(&self, ctx: &Context<'_>) -> ApiResult<RegisterExport> {
        let room::RegisterExport { purposes_yaml, retention_yaml } = room::export(app(ctx), viewer(ctx)?).await?;
        Ok(RegisterExport { purposes_yaml, retention_yaml })
    }
}

/// The registers as YAML files.
#[derive(SimpleObject)]
struct RegisterExport {
    purposes_yaml: String,
    retention_yaml: String,
}

/// Purposes by their keys, data types as `retention:<type>`, and `cleanup:schedule` where the sweep's time changed.
#[derive(SimpleObject)]
struct ImportRegisterPayload {
    created: Vec<String>,
    revised: Vec<String>,
    unchanged: Vec<String>,
    /// What deserves a second look; errors block an import.
    findings: Vec<RegisterFinding>,
}

#[derive(SimpleObject)]
struct PurposePayload {
    purpose: Purpose,
}

#[derive(Default)]
pub struct PurposesMutation;

#[Object]
impl PurposesMutation {
    /// The register files `processing_purposes` and `retention_policy` as YAML. All or nothing; says what changed.
    async fn import_register(&self, ctx: &Context<'_>, input: ImportRegisterInput) -> ApiResult<ImportRegisterPayload> {
        let imported = room::import(app(ctx), viewer(ctx)?, input.into()).await?;
        let room::Imported { created, revised, unchanged, findings } = imported;
        let findings = findings.into_iter().map(RegisterFinding).collect();
        Ok(ImportRegisterPayload { created, revised, unchanged, findings })
    }

    async fn define_purpose(&self, ctx: &Context<'_>, input: DefinePurposeInput) -> ApiResult<PurposePayload> {
        let (key, definition) = input.into_parts();
        Ok(PurposePayload { purpose: Purpose(room::define(app(ctx), viewer(ctx)?, &key, definition).await?) })
    }

    /// Makes the purpose's next version, unless it says all of it already.
    async fn revise_purpose(&self, ctx: &Context<'_>, input: RevisePurposeInput) -> ApiResult<PurposePayload> {
        Ok(PurposePayload { purpose: Purpose(room::revise(app(ctx), viewer(ctx)?, input.into()).await?) })
    }

    /// From now on nothing may be processed for it. What was stored for it runs out its period.
    async fn retire_purpose(&self, ctx: &Context<'_>, input: RetirePurposeInput) -> ApiResult<PurposePayload> {
        Ok(PurposePayload { purpose: Purpose(room::retire(app(ctx), viewer(ctx)?, &input.key).await?) })
    }
}
