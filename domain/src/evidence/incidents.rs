//! Personal data breaches (Articles 33, 34): the authority is told within 72 hours of becoming aware.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::{IncidentId, IncidentSeverity, TenantId, evidence::incidents};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};

use super::Event;
use crate::{
    app::App,
    db::{Order, Page, PageRequest},
    error::{Error, Result},
    viewer::{Permission, Viewer},
};

use incidents::{Column, Entity, Model};

const TABLE: &str = "incidents";
const LONGEST_TITLE: usize = 200;
const LONGEST_DESCRIPTION: usize = 20_000;

/// Article 33(1).
const NOTIFY_WITHIN: TimeDelta = TimeDelta::hours(72);

/// What was noticed.
#[derive(Clone, Debug)]
pub struct ReportIncident {
    pub title: String,
    pub severity: IncidentSeverity,
    /// When the controller became aware of it: the clock starts here.
    pub detected_at: DateTime<Utc>,
    pub description: String,
    pub subjects_affected: Option<i32>,
}

/// # Errors
/// `BAD_USER_INPUT` for an empty text, a detection in the future or a negative count.
pub async fn report_incident(app: &App, viewer: &Viewer, report: ReportIncident) -> Result<Model> {
    app.write(viewer, Permission::IncidentReport, async |tx| {
        report.check(tx.now())?;
        let (id, keys) = (tx.new_id::<IncidentId>(), tx.keys().await?);
        let row = Model {
            tenant_id: tx.tenant(),
            id,
            title: keys.seal_text(TABLE, "title", &id, report.title.trim())?,
            description: keys.seal_text(TABLE, "description", &id, &report.description)?,
            severity: report.severity,
            detected_at: report.detected_at,
            notify_authority_by: report.detected_at + NOTIFY_WITHIN,
            authority_notified_at: None,
            subjects_affected: report.subjects_affected,
            reported_by: tx.actor(),
            closed_at: None,
        };
        let row = tx.insert(row.into_active_model()).await?;
        Ok(Event::IncidentReported { id, severity: report.severity.to_string() }.with(row))
    })
    .await
}

impl ReportIncident {
    fn check(&self, now: DateTime<Utc>) -> Result<()> {
        let texts = [("title", &self.title, LONGEST_TITLE), ("description", &self.description, LONGEST_DESCRIPTION)];
        for (field, text, longest) in texts {
            if text.trim().is_empty() || text.len() > longest {
                return Err(Error::invalid(field, "INVALID_TEXT", format!("1 to {longest} bytes of text")));
            }
        }
        if self.detected_at > now {
            return Err(Error::invalid("detectedAt", "IN_THE_FUTURE", "an incident was detected at a past instant"));
        }
        if self.subjects_affected.is_some_and(|count| count < 0) {
            return Err(Error::invalid("subjectsAffected", "NEGATIVE_COUNT", "a count is zero or more"));
        }
        Ok(())
    }
}

/// Incidents, newest first.
pub async fn list_incidents(app: &App, viewer: &Viewer, page: PageRequest) -> Result<Page<Model>> {
    app.read(viewer, Permission::IncidentRead, async |tx| {
        tx.page(Entity::find(), Column::Id, Order::NewestFirst, &page).await
    })
    .await
}

/// Several incidents in one statement.
pub async fn incidents_by_ids(app: &App, viewer: &Viewer, ids: Vec<IncidentId>) -> Result<Vec<Model>> {
    let select = Entity::find().filter(Column::Id.is_in(ids));
    app.read(viewer, Permission::IncidentRead, async |tx| tx.all(select).await).await
}

/// An incident's words, opened.
#[derive(Clone, Debug)]
pub struct IncidentText {
    pub title: String,
    pub description: String,
}

/// Opens the words of several incidents; one audit entry for all of them.
pub async fn reveal_incidents(
    app: &App,
    viewer: &Viewer,
    ids: Vec<IncidentId>,
) -> Result<HashMap<IncidentId, IncidentText>> {
    app.write(viewer, Permission::IncidentRead, async |tx| {
        let incidents = tx.all(Entity::find().filter(Column::Id.is_in(ids))).await?;
        let keys = tx.keys_for(incidents.iter().flat_map(|row| [&row.title, &row.description])).await?;
        let open = |row: &Model| {
            let title = keys.open_text(TABLE, "title", &row.id, &row.title)?;
            let description = keys.open_text(TABLE, "description", &row.id, &row.description)?;
            Ok((row.id, IncidentText { title, description }))
        };
        let texts = incidents.iter().map(open).collect::<Result<HashMap<_, _>>>()?;
        let rows = incidents.iter().map(|row| row.id.to_string()).collect();
        let id: TenantId = tx.tenant();
        Ok(Event::NotesRevealed { id, table: TABLE.to_owned(), rows }.with(texts))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_makes_no_sense_names_the_field() {
        let now = DateTime::UNIX_EPOCH;
        let report = ReportIncident {
            title: "lost laptop".into(),
            severity: IncidentSeverity::Low,
            detected_at: now,
            description: "left on a train".into(),
            subjects_affected: Some(0),
        };
        assert!(report.check(now).is_ok());
        for (wrong, field) in [
            (ReportIncident { title: " ".into(), ..report.clone() }, "title"),
            (ReportIncident { description: "x".repeat(20_001), ..report.clone() }, "description"),
            (ReportIncident { detected_at: now + TimeDelta::seconds(1), ..report.clone() }, "detectedAt"),
            (ReportIncident { subjects_affected: Some(-1), ..report.clone() }, "subjectsAffected"),
        ] {
            assert_eq!(wrong.check(now).unwrap_err().field(), Some(field));
        }
    }
}
