//! Whether consents are still good for what is done on them.

use std::collections::HashMap;

use recital_entities::{ComplianceArea, ConsentState, LawfulBasis, PurposeId, consent::consents};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _, sea_query::Expr, sea_query::ExprTrait as _,
};
use serde_json::json;

use super::{ComplianceCheck, worst};
use crate::{db::TenantTx, error::Result, evidence::documents::facts::Facts};

pub(super) async fn standing(tx: &TenantTx, facts: &Facts) -> Result<ComplianceCheck> {
    use consents::Column;
    let select = consents::Entity::find()
        .select_only()
        .columns([Column::PurposeId, Column::PurposeVersion])
        .expr(Expr::col(Column::Id).count())
        .filter(Column::State.eq(ConsentState::Given))
        .group_by(Column::PurposeId)
        .group_by(Column::PurposeVersion);
    let given: Vec<(PurposeId, i32, i64)> = tx.tuples(select).await?;
    let on_consent = facts.activities.iter().filter(|entry| entry.purpose.lawful_basis == LawfulBasis::Consent);
    let since: HashMap<_, _> =
        on_consent.map(|entry| (entry.purpose.id, entry.purpose.consent_since_version)).collect();
    let outdated = given.iter().filter(|(purpose, version, _)| since.get(purpose).is_some_and(|since| version < since));
    let outdated: i64 = outdated.map(|(_, _, count)| count).sum();
    let withdrawn = consents::Entity::find().filter(Column::State.eq(ConsentState::Withdrawn));
    Ok(ComplianceCheck {
        key: "consent.current".into(),
        area: ComplianceArea::Consent,
        status: worst(false, outdated > 0),
        title: "Every consent was given for what its purpose says today".into(),
        measured: json!({
            "purposesOnConsent": since.len(),
            "given": given.iter().map(|(_, _, count)| count).sum::<i64>(),
            "reconsentNeeded": outdated,
            "withdrawn": tx.count(withdrawn).await?,
        }),
        legal_reference: "GDPR Articles 6(1)(a), 7",
    })
}
