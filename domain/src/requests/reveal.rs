//! Opening what was written about a request: sealed under its subject's key, audited when it is read.

use std::collections::{HashMap, HashSet};

use recital_entities::{
    RequestEventId, Sealed, SubjectId, SubjectRequestId,
    requests::{request_events, subject_requests},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    keys::RowName,
    vault::SubjectKey,
    viewer::{Permission, Viewer},
};

/// What was written on a request. No `Debug`: it is personal.
#[derive(Clone, Default)]
pub struct RequestTexts {
    pub extension_reason: Option<String>,
    pub rejection_explanation: Option<String>,
}

/// Opens the texts of several requests; one audit entry for all of them. An erased subject's are gone.
pub async fn reveal_texts(
    app: &App,
    viewer: &Viewer,
    ids: Vec<SubjectRequestId>,
) -> Result<HashMap<SubjectRequestId, RequestTexts>> {
    app.write(viewer, Permission::VaultReveal, async |tx| {
        let select = subject_requests::Entity::find().filter(subject_requests::Column::Id.is_in(ids));
        let requests = tx.all(select).await?;
        let keys = SubjectKeys::of(tx, &requests).await?;
        let mut texts = HashMap::new();
        for request in &requests {
            let open = |column, sealed: &Option<Sealed>| {
                keys.open(request.subject_id, ("subject_requests", column), &request.id, sealed.as_ref())
            };
            let opened = RequestTexts {
                extension_reason: open("extension_reason", &request.extension_reason)?,
                rejection_explanation: open("rejection_explanation", &request.rejection_explanation)?,
            };
            texts.insert(request.id, opened);
        }
        let rows = requests.iter().map(|request| request.id.to_string()).collect();
        Ok(Event::NotesRevealed { id: tx.tenant(), table: "subject_requests".to_owned(), rows }.with(texts))
    })
    .await
}

/// Opens the notes of several steps; one audit entry for all of them. An erased subject's are gone.
pub async fn reveal_notes(
    app: &App,
    viewer: &Viewer,
    ids: Vec<RequestEventId>,
) -> Result<HashMap<RequestEventId, String>> {
    app.write(viewer, Permission::VaultReveal, async |tx| {
        let select = request_events::Entity::find().filter(request_events::Column::Id.is_in(ids));
        let steps = tx.all(select).await?;
        let asked: HashSet<_> = steps.iter().map(|step| step.request_id).collect();
        let requests =
            tx.all(subject_requests::Entity::find().filter(subject_requests::Column::Id.is_in(asked))).await?;
        let keys = SubjectKeys::of(tx, &requests).await?;
        let subjects: HashMap<_, _> = requests.iter().map(|request| (request.id, request.subject_id)).collect();
        let mut notes = HashMap::new();
        for step in &steps {
            let subject = subjects.get(&step.request_id).copied().flatten();
            if let Some(note) = keys.open(subject, ("request_events", "note"), &step.id, step.note.as_ref())? {
                notes.insert(step.id, note);
            }
        }
        let rows = steps.iter().map(|step| step.id.to_string()).collect();
        Ok(Event::NotesRevealed { id: tx.tenant(), table: "request_events".to_owned(), rows }.with(notes))
    })
    .await
}

/// The keys of the people that some requests are about.
struct SubjectKeys(HashMap<SubjectId, SubjectKey>);

impl SubjectKeys {
    async fn of(tx: &TenantTx, requests: &[subject_requests::Model]) -> Result<Self> {
        let subjects: HashSet<_> = requests.iter().filter_map(|request| request.subject_id).collect();
        Ok(Self(SubjectKey::of_all(tx, subjects).await?))
    }

    fn open(
        &self,
        subject: Option<SubjectId>,
        (table, column): (&'static str, &'static str),
        row: &dyn RowName,
        sealed: Option<&Sealed>,
    ) -> Result<Option<String>> {
        let (Some(sealed), Some(key)) = (sealed, subject.and_then(|subject| self.0.get(&subject))) else {
            return Ok(None);
        };
        let clear = key.open(table, column, row, sealed)?;
        let text = String::from_utf8(clear.to_vec());
        text.map(Some).map_err(|_| Error::internal("a sealed text is not UTF-8"))
    }
}
