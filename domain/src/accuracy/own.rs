//! What a person says about their own data without being asked, on a page that knows them.

use std::collections::BTreeMap;

use recital_entities::{SubjectId, accuracy::reverifications, vault::subjects};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::{
    answer,
    fields::changes,
    open::{OPEN, locked_subject},
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    vault,
    viewer::{Permission, Viewer},
};

/// The person says that all is right. Answers the question that is open, if there is one.
///
/// # Errors
/// CONFLICT with `SUBJECT_ERASED`.
pub async fn confirm_own(app: &App, viewer: &Viewer) -> Result<()> {
    app.write(viewer, Permission::AccuracyAnswer, async |tx| {
        let subject = locked_subject(tx, viewer.subject()?).await?;
        if let Some(row) = open_question(tx, subject.id).await? {
            return Ok(answer::confirm(tx, row, subject).await?.map(drop));
        }
        let id = subject.id;
        answer::mark_verified(tx, subject).await?;
        Ok(Event::OwnDataConfirmed { id }.with(()))
    })
    .await
}

/// The person corrects what is wrong: the fields of a form by their path, `version` the one they saw. Answers the
/// question that is open, if there is one, and which fields changed.
///
/// # Errors
/// `BAD_USER_INPUT` for a correction that cannot be saved, with `NO_CHANGES` for one that changes nothing; CONFLICT
/// with `VERSION_CONFLICT` when the data changed since the person saw it, or `SUBJECT_ERASED`.
pub async fn correct_own(
    app: &App,
    viewer: &Viewer,
    version: i32,
    form: &BTreeMap<String, String>,
) -> Result<Vec<String>> {
    app.write(viewer, Permission::AccuracyAnswer, async |tx| {
        let subject = locked_subject(tx, viewer.subject()?).await?;
        match open_question(tx, subject.id).await? {
            Some(row) => answer::correct(tx, row, subject, version, form).await,
            None => correct(tx, subject, version, form).await,
        }
    })
    .await
}

async fn correct(
    tx: &TenantTx,
    subject: subjects::Model,
    version: i32,
    form: &BTreeMap<String, String>,
) -> Result<Audited<Vec<String>>> {
    let profile = vault::open_profile(tx, &subject).await?;
    let change = vault::change_profile(tx, &subject, changes(&profile.attributes, form)?, Some(version)).await?;
    let fields = change.changed_fields;
    if fields.is_empty() {
        return Err(Error::invalid("changes", "NO_CHANGES", "nothing was changed"));
    }
    let updated = Event::ProfileUpdated { id: subject.id, version: change.version, fields: fields.clone() };
    answer::mark_verified(tx, subject).await?;
    Ok(updated.with(fields))
}

async fn open_question(tx: &TenantTx, subject: SubjectId) -> Result<Option<reverifications::Model>> {
    use reverifications::{Column, Entity};
    let open = Entity::find()
        .filter(Column::SubjectId.eq(subject))
        .filter(Column::State.is_in(OPEN))
        .filter(Column::ExpiresAt.gt(tx.now()));
    tx.one(open.lock_exclusive()).await
}
