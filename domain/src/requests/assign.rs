//! Giving a request to a member.

use recital_entities::{MemberId, SubjectRequestId, access::members, requests::subject_requests::Model};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::case::{Case, Step};
use crate::{
    app::App,
    error::{Error, Result},
    evidence::Event,
    viewer::{Permission, Viewer},
};

/// Makes a member responsible, in place of whoever was.
///
/// # Errors
/// `NOT_FOUND` for the request or the member; CONFLICT with `REQUEST_CLOSED`; `BAD_USER_INPUT` with
/// `MEMBER_CANNOT_HANDLE` when the member's role may not handle requests.
pub async fn assign(app: &App, viewer: &Viewer, id: SubjectRequestId, member: MemberId) -> Result<Model> {
    app.write(viewer, Permission::RequestHandle, async |tx| {
        let select = members::Entity::find_by_id((tx.tenant(), member)).filter(members::Column::RemovedAt.is_null());
        let assignee = tx.get("member", select).await?;
        if !Permission::RequestHandle.granted_to(assignee.role) {
            let message = format!("a member who is {} may not handle requests", assignee.role);
            return Err(Error::invalid("member", "MEMBER_CANNOT_HANDLE", message));
        }
        let case = Case::lock_open(tx, id).await?;
        let request = case.save(|row| row.assignee_id = Set(Some(member)), Step::Assigned, None).await?;
        Ok(Event::RequestAssigned { id, member }.with(request))
    })
    .await
}
