//! Members: the people who work for the tenant. Their names and addresses are sealed under the tenant key.

use std::collections::HashMap;

use recital_entities::{MemberId, Role, access::members};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    db::{Order, Page, PageRequest, TenantTx},
    error::{Error, Result},
    evidence::Event,
    keys::TenantKeys,
    vault::normalise_email,
    viewer::{Actor, Permission, Viewer},
};

#[derive(Clone, Debug)]
pub struct InviteMember {
    pub email: String,
    pub name: String,
    pub role: Role,
}

/// What is sealed of a member.
#[derive(Clone, Serialize, Deserialize)]
pub struct Contact {
    pub email: String,
    pub name: String,
}

/// # Errors
/// `BAD_USER_INPUT` naming the field; FORBIDDEN with `ABOVE_OWN_ROLE`; CONFLICT with `MEMBER_EXISTS`.
pub async fn invite_member(app: &App, viewer: &Viewer, input: InviteMember) -> Result<members::Model> {
    app.write(viewer, Permission::MemberManage, async |tx| {
        check_grant(viewer, input.role)?;
        let (member, event) = add_member(tx, &input).await?;
        Ok(event.with(member))
    })
    .await
}

pub(super) async fn add_member(tx: &TenantTx, input: &InviteMember) -> Result<(members::Model, Event)> {
    check_name("name", &input.name)?;
    let email = normalise_email(&input.email)?;
    let keys = tx.keys().await?;
    let id: MemberId = tx.new_id();
    let contact = Contact { email: email.clone(), name: input.name.trim().to_owned() };
    let contact = serde_json::to_vec(&contact).map_err(Error::internal)?;
    let row = members::ActiveModel {
        tenant_id: Set(tx.tenant()),
        id: Set(id),
        contact: Set(keys.seal("members", "contact", &id, &contact)?),
        email_index: Set(keys.index("member-email", &email)),
        role: Set(input.role),
        created_at: Set(tx.now()),
        last_seen_at: Set(None),
        removed_at: Set(None),
    };
    let member = tx.insert(row).await.map_err(|error| {
        if error.is_duplicate() { Error::conflict("MEMBER_EXISTS", "a member has this address") } else { error }
    })?;
    Ok((member, Event::MemberInvited { id, role: input.role }))
}

/// # Errors
/// `NOT_FOUND`; FORBIDDEN with `ABOVE_OWN_ROLE`; CONFLICT with `LAST_OWNER`.
pub async fn change_role(app: &App, viewer: &Viewer, id: MemberId, role: Role) -> Result<members::Model> {
    app.write(viewer, Permission::MemberManage, async |tx| {
        let member = locked(tx, id).await?;
        check_grant(viewer, role)?;
        check_grant(viewer, member.role)?;
        if role != Role::Owner {
            keep_an_owner(tx, &member).await?;
        }
        let from = member.role;
        let mut row = members::ActiveModel::from(member);
        row.role = Set(role);
        Ok(Event::MemberRoleChanged { id, from, to: role }.with(tx.update(row).await?))
    })
    .await
}

/// # Errors
/// `NOT_FOUND`; FORBIDDEN with `ABOVE_OWN_ROLE`; CONFLICT with `LAST_OWNER`.
pub async fn remove_member(app: &App, viewer: &Viewer, id: MemberId) -> Result<members::Model> {
    app.write(viewer, Permission::MemberManage, async |tx| {
        let member = locked(tx, id).await?;
        check_grant(viewer, member.role)?;
        keep_an_owner(tx, &member).await?;
        let mut row = members::ActiveModel::from(member);
        row.removed_at = Set(Some(tx.now()));
        Ok(Event::MemberRemoved { id }.with(tx.update(row).await?))
    })
    .await
}

/// Members who have not been removed, oldest first.
pub async fn list_members(app: &App, viewer: &Viewer, page: PageRequest) -> Result<Page<members::Model>> {
    let select = members::Entity::find().filter(members::Column::RemovedAt.is_null());
    app.read(viewer, Permission::MemberRead, async |tx| {
        tx.page(select, members::Column::Id, Order::OldestFirst, &page).await
    })
    .await
}

/// Several members, removed ones too.
pub async fn members_by_ids(app: &App, viewer: &Viewer, ids: Vec<MemberId>) -> Result<Vec<members::Model>> {
    let select = members::Entity::find().filter(members::Column::Id.is_in(ids));
    app.read(viewer, Permission::MemberRead, async |tx| tx.all(select).await).await
}

/// Opens names and addresses, with one audit entry for all.
pub async fn reveal_members(app: &App, viewer: &Viewer, ids: Vec<MemberId>) -> Result<HashMap<MemberId, Contact>> {
    let select = members::Entity::find().filter(members::Column::Id.is_in(ids.iter().copied()));
    app.write(viewer, Permission::MemberRead, async |tx| {
        let rows = tx.all(select).await?;
        let keys = tx.keys_for(rows.iter().map(|row| &row.contact)).await?;
        let contacts = rows.iter().map(|row| Ok((row.id, open(&keys, row)?))).collect::<Result<_>>()?;
        Ok(Event::MembersRevealed { id: tx.tenant(), members: ids }.with(contacts))
    })
    .await
}

/// Whether a member has that id and was not removed.
pub(crate) async fn is_member(tx: &TenantTx, id: MemberId) -> Result<bool> {
    tx.exists(members::Entity::find().filter(members::Column::Id.eq(id)).filter(members::Column::RemovedAt.is_null()))
        .await
}

/// Opens one member's contact, to write to them: the caller's event says so.
pub(crate) async fn contact_of(tx: &TenantTx, id: MemberId) -> Result<Contact> {
    let member = tx.get("member", members::Entity::find().filter(members::Column::Id.eq(id))).await?;
    open(&*tx.keys_for([&member.contact]).await?, &member)
}

fn open(keys: &TenantKeys, member: &members::Model) -> Result<Contact> {
    let clear = keys.open("members", "contact", &member.id, &member.contact)?;
    serde_json::from_slice(&clear).map_err(|_| Error::internal("a sealed contact is malformed"))
}

async fn locked(tx: &TenantTx, id: MemberId) -> Result<members::Model> {
    tx.serialise("owners").await?;
    let select = members::Entity::find()
        .filter(members::Column::Id.eq(id))
        .filter(members::Column::RemovedAt.is_null())
        .lock_exclusive();
    tx.get("member", select).await
}

/// The last owner cannot leave.
async fn keep_an_owner(tx: &TenantTx, leaving: &members::Model) -> Result<()> {
    let others = members::Entity::find()
        .filter(members::Column::Role.eq(Role::Owner))
        .filter(members::Column::RemovedAt.is_null())
        .filter(members::Column::Id.ne(leaving.id));
    if leaving.role == Role::Owner && !tx.exists(others).await? {
        return Err(Error::conflict("LAST_OWNER", "a tenant keeps at least one owner"));
    }
    Ok(())
}

/// Nobody grants, or takes away, a role above their own.
pub(super) fn check_grant(viewer: &Viewer, role: Role) -> Result<()> {
    let own = match viewer.actor() {
        Actor::Operator => return Ok(()),
        _ => viewer.role(),
    };
    let covers = own.is_some_and(|own| own == Role::Owner || own == role);
    if covers {
        Ok(())
    } else {
        Err(Error::refused("ABOVE_OWN_ROLE", "nobody grants a role that covers more than their own"))
    }
}

pub(super) fn check_name(field: &'static str, name: &str) -> Result<()> {
    let length = name.trim().chars().count();
    if (1..=200).contains(&length) && !name.chars().any(char::is_control) {
        return Ok(());
    }
    Err(Error::invalid(field, "INVALID_NAME", "1 to 200 characters, no control characters"))
}
