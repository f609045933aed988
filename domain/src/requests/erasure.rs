//! Erasing a subject (Article 17), and the signed statement about it.

use std::collections::BTreeMap;

use recital_entities::{
    RejectionReason, SubjectId, SubjectRequestId, SubjectRequestState,
    requests::{
        erasure_certificates,
        subject_requests::{self, Column, Entity},
    },
    vault::subjects,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryTrait as _,
};
use serde_json::{Value, json};

use super::{
    case::{Case, Step, record},
    fulfil::Outcome,
    letters::keep_address,
};
use crate::{
    bus::Change,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    subject_data::{self, Found},
    vault::{self, Erased, Ground, Retained, SubjectKey, SubjectRef},
};

/// The `typ` of a certificate's JWS.
const CERTIFICATE: &str = "erasure-certificate+jwt";

/// Erases the subject, looks through every table that nothing was left, and signs what was found. The person's other
/// open requests end with them.
///
/// # Errors
/// CONFLICT with `UNDER_LEGAL_HOLD`; internal when anything was left, and then nothing was erased.
pub(super) async fn erase(case: &Case<'_>) -> Result<Outcome> {
    if let Some(address) = vault::open_email(case.tx, &case.subject).await? {
        keep_address(case.tx, case.request.id, &address).await?;
    }
    let (erased, found) = erase_and_prove(case.tx, &case.subject).await?;
    certify(case.tx, &case.request, &erased, &found).await?;
    let mut events = vec![Event::SubjectErased {
        id: case.subject.id,
        request: Some(case.request.id),
        key_destroyed: erased.key_destroyed,
    }];
    events.extend(close_others(case.tx, case.subject.id, Some(case.request.id)).await?);
    Ok(Outcome { events, note: None, partial: !erased.retained.is_empty() })
}

/// Erases the subject and looks through every table that nothing was left.
///
/// # Errors
/// As [`erase`].
pub(super) async fn erase_and_prove(tx: &TenantTx, subject: &subjects::Model) -> Result<(Erased, Found)> {
    let known_by = known_by(tx, subject).await?;
    let erased = vault::erase_subject(tx, subject).await?;
    let found = prove_absence(tx, subject.id, &erased, &known_by).await?;
    Ok((erased, found))
}

/// The references that find the subject until it is erased.
async fn known_by(tx: &TenantTx, subject: &subjects::Model) -> Result<Vec<SubjectRef>> {
    let key = SubjectKey::of(tx, subject.id).await?;
    let email = vault::open_email_with(&key, subject)?.map(SubjectRef::Email);
    let external_id = vault::open_external_id_with(&key, subject)?.map(SubjectRef::ExternalId);
    Ok(email.into_iter().chain(external_id).collect())
}

/// Looks for the subject by every blind index and in every registered table.
async fn prove_absence(tx: &TenantTx, subject: SubjectId, erased: &Erased, known_by: &[SubjectRef]) -> Result<Found> {
    for reference in known_by {
        if vault::find_subject_if_any(tx, reference).await?.is_some() {
            return Err(Error::internal("an erased subject is still found by an identifier"));
        }
    }
    let found = subject_data::find_all(tx, subject).await?;
    let mut expected = BTreeMap::new();
    if !erased.key_destroyed {
        for kept in &erased.retained {
            *expected.entry(kept.table).or_default() += kept.count;
        }
        expected.insert("subject_keys", 1);
    }
    if found.erasable != expected {
        let tables: Vec<_> = found.erasable.keys().collect();
        return Err(Error::internal(format!("an erasure left rows in {tables:?}")));
    }
    Ok(found)
}

/// Ids, counts and grounds: no personal data.
pub(super) async fn certify(
    tx: &TenantTx,
    request: &subject_requests::Model,
    erased: &Erased,
    found: &Found,
) -> Result<()> {
    let now = tx.now();
    let gone: BTreeMap<_, _> = erased.erased.iter().filter(|(_, count)| **count > 0).collect();
    let gone = json!(gone);
    let retained = retained(erased, found);
    let claims = json!({
        "iss": tx.core().settings.public_url,
        "iat": now.timestamp(),
        "jti": request.id,
        "sub": request.subject_id,
        "tenant": tx.tenant(),
        "regime": request.regime,
        "requestReceivedAt": request.received_at,
        "erasedAt": now,
        "erased": gone,
        "retained": retained,
        "keyDestroyed": erased.key_destroyed,
        "verifiedAbsentAt": now,
    });
    let row = erasure_certificates::Model {
        tenant_id: tx.tenant(),
        request_id: request.id,
        erased_at: now,
        erased: gone,
        retained,
        key_destroyed: erased.key_destroyed,
        verified_absent_at: Some(now),
        jws: tx.keys().await?.sign_jws(CERTIFICATE, &claims)?,
    };
    tx.insert(row.into_active_model()).await?;
    Ok(())
}

/// What stays: records and files with what keeps them, and the tables that prove what was done.
fn retained(erased: &Erased, found: &Found) -> Value {
    let records = erased.retained.iter().map(|kept| {
        json!({ "table": kept.table, "dataType": kept.data_type, "count": kept.count, "ground": reference(kept) })
    });
    let tables =
        found.kept.iter().map(|(table, (count, ground))| json!({ "table": table, "count": count, "ground": ground }));
    records.chain(tables).collect()
}

fn reference(kept: &Retained) -> &'static str {
    match kept.ground {
        Ground::LegalObligation => {
            "GDPR Article 17(3)(b): kept for a legal obligation or a task in the public interest"
        }
        Ground::LegalHold => "GDPR Article 17(3)(e): establishment, exercise or defence of legal claims",
    }
}

/// There is nothing left that another request than `this` could be about.
pub(super) async fn close_others(
    tx: &TenantTx,
    subject: SubjectId,
    this: Option<SubjectRequestId>,
) -> Result<Vec<Event>> {
    let select = Entity::find()
        .filter(Column::SubjectId.eq(subject))
        .filter(Column::ClosedAt.is_null())
        .apply_if(this, |select, this| select.filter(Column::Id.ne(this)));
    let mut events = Vec::new();
    for request in tx.all(select).await? {
        record(tx, &request, Step::Rejected, None).await?;
        let id = request.id;
        let mut row: subject_requests::ActiveModel = request.into_active_model();
        row.state = Set(SubjectRequestState::Rejected);
        row.rejection_reason = Set(Some(RejectionReason::NoDataFound));
        row.closed_at = Set(Some(tx.now()));
        tx.update(row).await?;
        tx.announce(Change::SubjectRequest(id));
        events.push(Event::RequestRejected { id, reason: RejectionReason::NoDataFound.to_string() });
    }
    Ok(events)
}
