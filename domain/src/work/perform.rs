//! Which room does which work.

use super::{Claimed, Work};
use crate::{
    app::App,
    error::Result,
    viewer::{Actor, Viewer},
};

/// Performs an item. Safe to do again after a crash at any point.
pub async fn perform(_app: &App, item: &Claimed) -> Result<()> {
    let _viewer = Viewer::new(item.tenant, Actor::Job("work"), item.id.0);
    match &item.work()? {
        Work::ReverificationMail { .. } | Work::FulfilRequest { .. } | Work::Restamp { .. } => Ok(()),
    }
}
