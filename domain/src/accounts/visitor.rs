//! Who stands at the door of a tenant's privacy centre.

use recital_entities::{SubjectId, TenantId};

use crate::{
    accuracy::Visit,
    viewer::{Actor, Viewer},
};

/// A browser at one tenant's privacy centre.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub tenant: TenantId,
    /// As the tenant's pages have it.
    pub tenant_name: String,
    /// BCP 47.
    pub language: String,
    /// The address it comes from, IPv6 cut to its /64: counted under a keyed hash, and never stored.
    pub network: String,
    pub visit: Visit,
}

impl Visitor {
    /// Before anything is known of them.
    pub(super) fn stranger(&self) -> Viewer {
        self.viewer(Actor::Job("accounts.visitor"))
    }

    /// Once they have shown who they are.
    pub(super) fn person(&self, subject: SubjectId) -> Viewer {
        self.viewer(Actor::Subject(subject))
    }

    fn viewer(&self, actor: Actor) -> Viewer {
        Viewer::new(self.tenant, actor, self.visit.correlation).from_client(self.visit.client.clone())
    }
}
