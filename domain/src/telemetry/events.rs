//! Counting what happened, once it is committed.

use recital_entities::{IncidentSeverity, SubjectRequestType};

use super::metrics::{ConsentEvents, GdprRequests, IncidentType, Known, SecurityIncidents};
use crate::evidence::Event;

const CONSENT: &str = "consent.";

/// Counts the events of one change.
pub(crate) fn count(events: &[Event]) {
    for event in events {
        match event {
            Event::RequestOpened { r#type, .. } => {
                if let Ok(r#type) = r#type.parse::<SubjectRequestType>() {
                    GdprRequests { r#type }.count();
                }
            }
            Event::IncidentReported { severity, .. } => {
                if let Ok(severity) = severity.parse::<IncidentSeverity>() {
                    SecurityIncidents { r#type: IncidentType::Reported, severity }.count();
                }
            }
            other if other.action().starts_with(CONSENT) => ConsentEvents { action: Known(other.action()) }.count(),
            _ => {}
        }
    }
}
