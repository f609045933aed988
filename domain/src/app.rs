//! The door: every change and every look goes through [`App::write`] or [`App::read`].
//!
//! ```text
//! write:  permission → begin, tenant named → the room's closure → audit entries → commit → tell subscribers
//! ```
//!
//! What the door makes impossible: a change without a permission named, without a tenant, without an audit entry
//! (the closure answers [`Audited`], which only an [`Event`] makes) or without a commit; and a
//! mail for a change that was rolled back, since mails are only ever work items of the same transaction. A refused or
//! failed attempt leaves its entry too, in a transaction of its own.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use recital_entities::{IncidentSeverity, TenantId};
use sea_orm::AccessMode;
use tokio::sync::{Notify, broadcast};

use crate::{
    access::{self, Courier, Credentials},
    accounts::Passwords,
    bus::{Bus, Change},
    clock::{Clock, Ids},
    db::{Db, Platform, TenantTx},
    error::Result,
    evidence::{self, Audited, Event},
    keys::{self, KeyRing, RefusedValue, TenantKeys},
    mail::Mailer,
    telemetry::{
        self,
        metrics::{IncidentType, SecurityIncidents},
    },
    vault::{ErasureLedger, FileStore},
    viewer::{Permission, Viewer},
};

/// What every operation may use. Rooms reach it through their transaction.
pub struct Core {
    pub db: Db,
    pub keys: KeyRing,
    pub clock: Clock,
    pub ids: Ids,
    pub mailer: Mailer,
    pub files: FileStore,
    pub ledger: ErasureLedger,
    pub passwords: Passwords,
    pub bus: Bus,
    pub settings: Settings,
    /// Woken when work was enqueued, so that it does not wait for the next look.
    pub work: Notify,
}

/// What the operator decides for all tenants.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people and clients reach this service, without a slash at the end.
    pub public_url: String,
}

impl Settings {
    /// Whether people reach the service on its own machine alone: then webhooks may go there too.
    #[must_use]
    pub fn is_development(&self) -> bool {
        let host = url::Url::parse(&self.public_url).ok().and_then(|url| url.host().map(|host| host.to_owned()));
        match host {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

/// The one handle on the product. Cheap to clone.
#[derive(Clone)]
pub struct App {
    core: Arc<Core>,
    courier: Arc<Courier>,
    credentials: Credentials,
}

impl App {
    #[must_use]
    pub fn new(core: Core) -> Self {
        let courier = Courier::new(core.settings.is_development());
        let core = Arc::new(core);
        tokio::spawn(wipe_keys(Arc::downgrade(&core)));
        Self { core, courier: Arc::new(courier), credentials: Credentials::default() }
    }

    /// Who was let in a moment ago.
    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Carries webhooks out.
    pub(crate) fn courier(&self) -> &Courier {
        &self.courier
    }

    #[must_use]
    pub fn core(&self) -> &Core {
        &self.core
    }

    #[must_use]
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.core.clock.now()
    }

    /// What all tenants' transactions change from now on, in whatever process: ids, after their commit.
    pub(crate) async fn changes(&self) -> Result<broadcast::Receiver<(TenantId, Change)>> {
        self.core.bus.subscribe(&self.core.db).await
    }

    /// The tables without a tenant.
    #[must_use]
    pub(crate) fn platform(&self) -> Platform<'_> {
        Platform::new(&self.core.db)
    }

    /// Looks at one tenant's rows. Revealing personal data is no look: it is audited and goes through [`Self::write`].
    ///
    /// # Errors
    /// FORBIDDEN without the permission; whatever the closure answers; UNAVAILABLE without a database.
    pub async fn read<T>(
        &self,
        viewer: &Viewer,
        permission: Permission,
        look: impl AsyncFnOnce(&TenantTx) -> Result<T>,
    ) -> Result<T> {
        self.permit(viewer, permission).await?;
        self.prepare_keys(viewer).await;
        self.look(viewer, look).await
    }

    /// Like [`Self::read`], for a look that is one call of a function of the database: one round trip instead of a
    /// transaction's four.
    pub(crate) async fn ask<T>(
        &self,
        viewer: &Viewer,
        permission: Permission,
        ask: impl AsyncFnOnce(&Self) -> Result<T>,
    ) -> Result<T> {
        self.permit(viewer, permission).await?;
        ask(self).await
    }

    async fn permit(&self, viewer: &Viewer, permission: Permission) -> Result<()> {
        let refusal = viewer.require(permission);
        if let Err(refusal) = &refusal {
            self.audit_refusal(viewer, permission, refusal).await?;
        }
        refusal
    }

    /// The tenant's keys, without a transaction while they are held.
    pub(crate) async fn keys(&self, viewer: &Viewer) -> Result<Arc<TenantKeys>> {
        match self.core.keys.held(viewer.tenant()).await {
            Some(keys) => Ok(keys),
            None => self.look(viewer, async |tx| tx.keys().await).await,
        }
    }

    /// A key service that is slow keeps no database connection waiting.
    async fn prepare_keys(&self, viewer: &Viewer) {
        let stored = async || {
            let tx = TenantTx::begin(&self.core, viewer, AccessMode::ReadOnly).await?;
            let stored = keys::Stored::of(&tx).await?;
            tx.commit().await?;
            Ok(stored)
        };
        self.core.keys.prepare(viewer.tenant(), stored).await;
    }

    /// A look that is nobody's in particular: for telling who is asking.
    pub(crate) async fn look<T>(&self, viewer: &Viewer, look: impl AsyncFnOnce(&TenantTx) -> Result<T>) -> Result<T> {
        let seen = async {
            let tx = TenantTx::begin(&self.core, viewer, AccessMode::ReadOnly).await?;
            let answer = look(&tx).await?;
            tx.commit().await?;
            Ok(answer)
        };
        self.reported(viewer, seen.await).await
    }

    /// Book-keeping that is no act of anybody: when a key was last used, which entries the log has taken in. It leaves
    /// no entry of its own, or the log would never come to rest.
    pub(crate) async fn maintain<T>(
        &self,
        viewer: &Viewer,
        keep: impl AsyncFnOnce(&TenantTx) -> Result<T>,
    ) -> Result<T> {
        let kept = async {
            let tx = TenantTx::begin(&self.core, viewer, AccessMode::ReadWrite).await?;
            let answer = keep(&tx).await?;
            tx.commit().await?;
            Ok(answer)
        };
        self.reported(viewer, kept.await).await
    }

    /// Changes one tenant's rows, or reveals what is sealed in them: all of it with its audit entries, or nothing.
    ///
    /// # Errors
    /// FORBIDDEN without the permission; whatever the closure answers; UNAVAILABLE without a database.
    pub async fn write<T>(
        &self,
        viewer: &Viewer,
        permission: Permission,
        change: impl AsyncFnOnce(&TenantTx) -> Result<Audited<T>>,
    ) -> Result<T> {
        let outcome = match viewer.require(permission) {
            Ok(()) => {
                self.prepare_keys(viewer).await;
                self.attempt(viewer, change).await
            }
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = &outcome {
            self.audit_refusal(viewer, permission, refusal).await?;
        }
        outcome
    }

    /// Like [`Self::write`] for a caller whose right to it is settled, leaving no entry when it comes to nothing: a
    /// tenant that was not made has no log to write to.
    pub(crate) async fn attempt<T>(
        &self,
        viewer: &Viewer,
        change: impl AsyncFnOnce(&TenantTx) -> Result<Audited<T>>,
    ) -> Result<T> {
        let made = async {
            let tx = TenantTx::begin(&self.core, viewer, AccessMode::ReadWrite).await?;
            let (events, value) = change(&tx).await?.into_parts();
            evidence::append(&tx, &events).await?;
            access::announce(&tx, &events).await?;
            let changes = tx.commit().await?;
            telemetry::count(&events);
            self.core.work.notify_waiters();
            self.core.bus.publish(viewer.tenant(), changes);
            Ok(value)
        };
        self.reported(viewer, made.await).await
    }

    /// A sealed value that did not open goes on record, in a transaction of its own: the one it was met in comes to nothing.
    pub(crate) async fn reported<T>(&self, viewer: &Viewer, outcome: Result<T>) -> Result<T> {
        if let Err(error) = &outcome
            && let Some(refused) = error.caused_by::<RefusedValue>()
        {
            tracing::error!(tenant = %viewer.tenant(), correlation = %viewer.correlation(), ?error, "a value was refused");
            let RefusedValue { table, column, row, subject, .. } = refused.clone();
            let event = Event::SealedValueRefused { id: viewer.tenant(), table, column, row, subject };
            let tx = TenantTx::begin(&self.core, viewer, AccessMode::ReadWrite).await?;
            evidence::append_failure(&tx, event).await?;
            tx.commit().await?;
            SecurityIncidents { r#type: IncidentType::ValueRefused, severity: IncidentSeverity::High }.count();
        }
        outcome
    }

    /// The entry for an attempt that came to nothing. Without a database there is nothing to write it to; the caller
    /// is told UNAVAILABLE either way.
    async fn audit_refusal(
        &self,
        viewer: &Viewer,
        permission: Permission,
        refusal: &crate::error::Error,
    ) -> Result<()> {
        if refusal.is_fault() {
            tracing::error!(error = ?refusal, %permission, correlation = %viewer.correlation(), "an operation failed");
        }
        let tx = TenantTx::begin(&self.core, viewer, AccessMode::ReadWrite).await?;
        evidence::append_refusal(&tx, permission, refusal).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Clear keys go when their time is over, whether or not anybody asks for another.
async fn wipe_keys(core: Weak<Core>) {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        let Some(core) = core.upgrade() else { return };
        core.keys.wipe();
    }
}
