//! Who is asking, and what they may do.

use std::fmt;

use recital_entities::{ApiKeyId, MemberId, Role, SubjectId, TenantId};
use strum::IntoEnumIterator as _;
use uuid::Uuid;

use crate::error::{Error, Result};

/// Room and verb. What each role may do is in [`Permission::granted_to`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::EnumIter, strum::IntoStaticStr)]
pub enum Permission {
    #[strum(serialize = "tenant.read")]
    TenantRead,
    #[strum(serialize = "member.read")]
    MemberRead,
    #[strum(serialize = "member.manage")]
    MemberManage,
    #[strum(serialize = "api_key.read")]
    ApiKeyRead,
    #[strum(serialize = "api_key.manage")]
    ApiKeyManage,
    #[strum(serialize = "webhook.read")]
    WebhookRead,
    #[strum(serialize = "webhook.manage")]
    WebhookManage,
    #[strum(serialize = "purpose.read")]
    PurposeRead,
    #[strum(serialize = "purpose.write")]
    PurposeWrite,
    #[strum(serialize = "consent.read")]
    ConsentRead,
    #[strum(serialize = "consent.record")]
    ConsentRecord,
    #[strum(serialize = "consent.withdraw")]
    ConsentWithdraw,
    /// Makes a link with which a subject sees and changes what they agreed to.
    #[strum(serialize = "consent.link")]
    ConsentLink,
    /// The subject's own answer, with a mailed link or on their page.
    #[strum(serialize = "consent.answer")]
    ConsentAnswer,
    #[strum(serialize = "decision.read")]
    DecisionRead,
    #[strum(serialize = "subject.read")]
    SubjectRead,
    #[strum(serialize = "subject.write")]
    SubjectWrite,
    /// Opens sealed personal data.
    #[strum(serialize = "vault.reveal")]
    VaultReveal,
    #[strum(serialize = "vault.store")]
    VaultStore,
    #[strum(serialize = "vault.anonymise")]
    VaultAnonymise,
    #[strum(serialize = "vault.tokenise")]
    VaultTokenise,
    #[strum(serialize = "vault.detokenise")]
    VaultDetokenise,
    #[strum(serialize = "vault.rotate_key")]
    VaultRotateKey,
    /// Declares what attributes look like.
    #[strum(serialize = "vault.configure")]
    VaultConfigure,
    #[strum(serialize = "accuracy.read")]
    AccuracyRead,
    #[strum(serialize = "accuracy.configure")]
    AccuracyConfigure,
    #[strum(serialize = "accuracy.request")]
    AccuracyRequest,
    /// The subject's own answer to a re-verification mail.
    #[strum(serialize = "accuracy.answer")]
    AccuracyAnswer,
    #[strum(serialize = "mail.configure")]
    MailConfigure,
    #[strum(serialize = "centre.configure")]
    CentreConfigure,
    #[strum(serialize = "retention.read")]
    RetentionRead,
    #[strum(serialize = "retention.configure")]
    RetentionConfigure,
    #[strum(serialize = "retention.run")]
    RetentionRun,
    #[strum(serialize = "retention.hold")]
    RetentionHold,
    #[strum(serialize = "request.read")]
    RequestRead,
    #[strum(serialize = "request.handle")]
    RequestHandle,
    #[strum(serialize = "request.approve")]
    RequestApprove,
    #[strum(serialize = "request.configure")]
    RequestConfigure,
    /// What a person does at the privacy centre's door and with their own account.
    #[strum(serialize = "account.own")]
    AccountOwn,
    /// What a person does with their own request.
    #[strum(serialize = "request.own")]
    RequestOwn,
    #[strum(serialize = "audit.read")]
    AuditRead,
    #[strum(serialize = "report.read")]
    ReportRead,
    #[strum(serialize = "incident.read")]
    IncidentRead,
    #[strum(serialize = "incident.report")]
    IncidentReport,
    #[strum(serialize = "attestation.record")]
    AttestationRecord,
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.into())
    }
}

impl Permission {
    /// Whether a member or key of this role holds the permission.
    #[must_use]
    pub fn granted_to(self, role: Role) -> bool {
        use Permission as P;
        match role {
            Role::Owner => !matches!(self, P::AccountOwn | P::AccuracyAnswer | P::ConsentAnswer | P::RequestOwn),
            Role::PrivacyOfficer => !matches!(
                self,
                P::AccountOwn
                    | P::AccuracyAnswer
                    | P::ConsentAnswer
                    | P::RequestOwn
                    | P::MemberManage
                    | P::ApiKeyManage
                    | P::VaultRotateKey
            ),
            Role::Developer => matches!(
                self,
                P::TenantRead
                    | P::ApiKeyRead
                    | P::ApiKeyManage
                    | P::VaultRotateKey
                    | P::VaultConfigure
                    | P::WebhookRead
                    | P::WebhookManage
                    | P::PurposeRead
                    | P::PurposeWrite
                    | P::RetentionRead
                    | P::RetentionConfigure
                    | P::ConsentRead
                    | P::ConsentRecord
                    | P::ConsentWithdraw
                    | P::ConsentLink
                    | P::DecisionRead
                    | P::SubjectRead
                    | P::SubjectWrite
                    | P::VaultStore
                    | P::VaultAnonymise
                    | P::VaultTokenise
                    | P::AccuracyRead
            ),
            Role::Support => matches!(
                self,
                P::TenantRead
                    | P::PurposeRead
                    | P::ConsentRead
                    | P::ConsentRecord
                    | P::ConsentWithdraw
                    | P::ConsentLink
                    | P::DecisionRead
                    | P::SubjectRead
                    | P::SubjectWrite
                    | P::VaultReveal
                    | P::AccuracyRead
                    | P::AccuracyRequest
                    | P::RetentionRead
                    | P::RequestRead
                    | P::RequestHandle
            ),
            Role::Auditor => matches!(
                self,
                P::TenantRead
                    | P::MemberRead
                    | P::ApiKeyRead
                    | P::WebhookRead
                    | P::PurposeRead
                    | P::ConsentRead
                    | P::DecisionRead
                    | P::SubjectRead
                    | P::AccuracyRead
                    | P::RetentionRead
                    | P::RequestRead
                    | P::AuditRead
                    | P::ReportRead
                    | P::IncidentRead
            ),
        }
    }
}

/// Who acts. Its text form goes into the audit log and into `recordedBy`: ids, never names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    ApiKey(ApiKeyId, Role),
    Member(MemberId, Role),
    /// A person with a valid mailed link, or who has signed in.
    Subject(SubjectId),
    /// A scheduled job or a work item, by its name.
    Job(&'static str),
    /// Whoever runs the service.
    Operator,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ApiKey(id, _) => write!(f, "api_key:{id}"),
            Self::Member(id, _) => write!(f, "member:{id}"),
            Self::Subject(id) => write!(f, "subject:{id}"),
            Self::Job(name) => write!(f, "job:{name}"),
            Self::Operator => f.write_str("operator"),
        }
    }
}

/// One caller of one tenant, for one request.
#[derive(Clone, Debug)]
pub struct Viewer {
    tenant: TenantId,
    actor: Actor,
    correlation: Uuid,
    client: Client,
}

/// Where a request came from, already made unable to point at a person.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// The network: IPv4 /24, IPv6 /48.
    pub network: Option<String>,
    /// Browser and operating system, no versions.
    pub agent: Option<String>,
}

impl Viewer {
    #[must_use]
    pub fn new(tenant: TenantId, actor: Actor, correlation: Uuid) -> Self {
        Self { tenant, actor, correlation, client: Client::default() }
    }

    #[must_use]
    pub fn from_client(mut self, client: Client) -> Self {
        self.client = client;
        self
    }

    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    #[must_use]
    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// The person who acts for themselves.
    ///
    /// # Errors
    /// FORBIDDEN for everybody else.
    pub fn subject(&self) -> Result<SubjectId> {
        match self.actor {
            Actor::Subject(subject) => Ok(subject),
            _ => Err(Error::refused("NOT_THE_PERSON", "only a person does this, for themselves")),
        }
    }

    #[must_use]
    pub fn correlation(&self) -> Uuid {
        self.correlation
    }

    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    #[must_use]
    pub fn role(&self) -> Option<Role> {
        match self.actor {
            Actor::ApiKey(_, role) | Actor::Member(_, role) => Some(role),
            Actor::Subject(_) | Actor::Job(_) | Actor::Operator => None,
        }
    }

    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        match self.actor {
            Actor::ApiKey(_, role) | Actor::Member(_, role) => permission.granted_to(role),
            // A person sees and changes what is their own: the pages that act for a subject hold that line.
            Actor::Subject(_) => {
                use Permission as P;
                matches!(
                    permission,
                    P::AccountOwn | P::AccuracyAnswer | P::ConsentAnswer | P::RequestOwn | P::VaultReveal
                )
            }
            Actor::Job(_) | Actor::Operator => true,
        }
    }

    /// # Errors
    /// FORBIDDEN, naming the permission.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) { Ok(()) } else { Err(Error::forbidden(permission)) }
    }

    /// What this caller may do, by name.
    #[must_use]
    pub fn permissions(&self) -> Vec<&'static str> {
        Permission::iter().filter(|permission| self.may(*permission)).map(Into::into).collect()
    }
}
