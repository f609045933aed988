//! Every event there is. A change commits only with one; see [`crate::app::App::write`].

use recital_entities::{
    AccountLinkKind, AccountSessionId, ApiKeyId, AttestationId, AttributeFormatType, ConsentId, DecisionReason,
    DeletionMethod, ErasureApproval, FileId, IncidentId, LegalHoldId, MemberId, Period, PurposeId, RecordId,
    RetentionFailure, RetentionPolicyId, RetentionRunId, ReverificationId, Role, SignInMethod, SubjectId,
    SubjectRequestId, TenantId, WebhookDisabledReason, WebhookEndpointId,
};
use serde_json::{Value, json};

/// A change's value together with the events that describe it: only an [`Event`] makes one.
pub struct Audited<T> {
    events: Vec<Event>,
    value: T,
}

impl<T> Audited<T> {
    pub(crate) fn into_parts(self) -> (Vec<Event>, T) {
        (self.events, self.value)
    }

    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The same events with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Audited<U> {
        Audited { events: self.events, value: f(self.value) }
    }

    /// One event more.
    #[must_use]
    pub fn and(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// Several events more.
    #[must_use]
    pub fn and_all(mut self, events: impl IntoIterator<Item = Event>) -> Self {
        self.events.extend(events);
        self
    }
}

impl Event {
    /// Ends a change: what happened, and what its caller gets.
    pub fn with<T>(self, value: T) -> Audited<T> {
        Audited { events: vec![self], value }
    }
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $action:literal on $resource:ident($id:ty) { $($field:ident: $kind:ty),* $(,)? })+) => {
        /// Something that happened, in the past tense. Fields hold ids, words and counts, never a personal value.
        #[derive(Clone, Debug)]
        pub enum Event {
            $($(#[$doc])* $name { id: $id, $($field: $kind),* }),+
        }

        impl Event {
            /// `room.verb`, as the audit log names it.
            #[must_use]
            pub fn action(&self) -> &'static str {
                match self { $(Self::$name { .. } => $action),+ }
            }

            /// The GraphQL type of what it happened to.
            #[must_use]
            pub fn resource_type(&self) -> &'static str {
                match self { $(Self::$name { .. } => stringify!($resource)),+ }
            }

            #[must_use]
            pub fn resource_id(&self) -> String {
                match self { $(Self::$name { id, .. } => id.to_string()),+ }
            }

            #[must_use]
            pub fn details(&self) -> Value {
                match self { $(Self::$name { id: _, $($field),* } => json!({ $(stringify!($field): $field),* })),+ }
            }
        }
    };
}

events! {
    TenantCreated = "tenant.created" on Tenant(TenantId) { slug: String }
    TenantLimitsSet = "tenant.limits_set" on Tenant(TenantId) {
        requests_per_minute: i32, subjects: i32, mails_per_hour: i32,
    }
    TenantSuspended = "tenant.suspended" on Tenant(TenantId) {}
    TenantResumed = "tenant.resumed" on Tenant(TenantId) {}
    TenantClosing = "tenant.closing" on Tenant(TenantId) { closes_at: String }
    TenantDestroyed = "tenant.destroyed" on Tenant(TenantId) { rows: u64 }
    PrivacyCentreSet = "centre.settings_set" on Tenant(TenantId) {
        enabled: bool, sign_up: bool, required_consents: Vec<String>, offered_purposes: Vec<String>, regimes: Vec<String>,
        languages: Vec<String>,
    }
    /// Somebody without an account asked, naming an address.
    RightAskedFor = "centre.asked" on Tenant(TenantId) { r#type: String, regime: String }
    /// The address that somebody named was opened to look it up.
    AskLookedUp = "centre.looked_up" on Tenant(TenantId) {}
    /// A person opened their own page.
    OwnDataShown = "centre.data_shown" on Subject(SubjectId) {}
    OwnRequestsShown = "centre.requests_shown" on Subject(SubjectId) {}
    MailSettingsSet = "mail.settings_set" on Tenant(TenantId) { accent_colour: Option<String> }
    TenantKeyRotated = "tenant.key_rotated" on Tenant(TenantId) { version: i32 }
    /// What older versions of the key wrapped or sealed is now under this one.
    TenantKeyRewrapped = "tenant.key_rewrapped" on Tenant(TenantId) { version: i32, count: u64 }
    /// Nothing needed the versions before this one any more.
    TenantKeysDestroyed = "tenant.keys_destroyed" on Tenant(TenantId) { before: i32 }
    /// Live versions of the key are wrapped by another KMS key or master key from now on.
    TenantKeyWrapped = "tenant.key_wrapped" on Tenant(TenantId) { kms_key: String, versions: usize }
    /// The key that signs receipts and certificates.
    SigningKeyRotated = "tenant.signing_key_rotated" on Tenant(TenantId) { kid: String }
    MemberInvited = "member.invited" on Member(MemberId) { role: Role }
    MemberRoleChanged = "member.role_changed" on Member(MemberId) { from: Role, to: Role }
    MemberRemoved = "member.removed" on Member(MemberId) {}
    /// Members' names and addresses were opened.
    MembersRevealed = "member.revealed" on Tenant(TenantId) { members: Vec<MemberId> }
    ApiKeyCreated = "api_key.created" on ApiKey(ApiKeyId) { role: Role }
    ApiKeyRevoked = "api_key.revoked" on ApiKey(ApiKeyId) {}
    /// A request came again under its idempotency key and got the answer it had got before: nothing changed.
    AnswerRepeated = "answer.repeated" on Tenant(TenantId) { operation: &'static str }
    WebhookEndpointCreated = "webhook.created" on WebhookEndpoint(WebhookEndpointId) { events: Vec<String> }
    WebhookEndpointDisabled = "webhook.disabled" on WebhookEndpoint(WebhookEndpointId) { reason: WebhookDisabledReason }
    WebhookEndpointEnabled = "webhook.enabled" on WebhookEndpoint(WebhookEndpointId) {}
    WebhookSecretRotated = "webhook.secret_rotated" on WebhookEndpoint(WebhookEndpointId) { overlap_hours: i32 }
    WebhookTested = "webhook.test" on WebhookEndpoint(WebhookEndpointId) {}
    WebhookEndpointDeleted = "webhook.deleted" on WebhookEndpoint(WebhookEndpointId) {}

    RegisterImported = "register.imported" on Tenant(TenantId) {
        created: Vec<String>, revised: Vec<String>, unchanged: Vec<String>, reconsent: Vec<String>,
    }
    /// A dry run of an import: nothing changed.
    RegisterChecked = "register.checked" on Tenant(TenantId) {
        created: Vec<String>, revised: Vec<String>, unchanged: Vec<String>, reconsent: Vec<String>,
    }
    PurposeDefined = "purpose.defined" on Purpose(PurposeId) { key: String, version: i32 }
    /// `material`: goes beyond what was consented to before; `reconsent`: earlier consents no longer count.
    PurposeRevised = "purpose.revised" on Purpose(PurposeId) { key: String, version: i32, material: bool, reconsent: bool }
    /// A revision that says what the purpose says already.
    PurposeUnchanged = "purpose.unchanged" on Purpose(PurposeId) { key: String, version: i32 }
    PurposeRetired = "purpose.retired" on Purpose(PurposeId) { key: String, version: i32 }

    AttributeFormatSet = "vault.format_set" on Tenant(TenantId) { path: String, format: AttributeFormatType }
    AttributeFormatRemoved = "vault.format_removed" on Tenant(TenantId) { path: String }
    SubjectRegistered = "subject.registered" on Subject(SubjectId) { fields: Vec<String> }
    ProfileUpdated = "profile.updated" on Subject(SubjectId) { version: i32, fields: Vec<String> }
    ProfileRevealed = "profile.revealed" on Subject(SubjectId) { version: i32, purpose: Option<String> }
    /// A profile was asked for and not opened: its subject is erased, or the purpose may not have it now.
    ProfileWithheld = "profile.withheld" on Subject(SubjectId) { reason: DecisionReason, purpose: Option<String> }
    /// External ids were opened, one entry for all that a request asked for.
    ExternalIdsRevealed = "subject.external_ids_revealed" on Tenant(TenantId) { subjects: Vec<SubjectId> }
    RecordsStored = "records.stored" on Tenant(TenantId) {
        count: usize, data_types: Vec<String>, purposes: Vec<String>,
        removed_fields: Vec<String>, removed_field_count: usize,
    }
    /// Payloads were opened, one entry for all that a request asked for.
    RecordsRevealed = "records.revealed" on Tenant(TenantId) { records: Vec<RecordId> }
    /// Its first checks passed; an upload that is cut off leaves no other entry.
    FileUploadBegun = "file.upload_begun" on PersonalFile(FileId) { subject: SubjectId }
    FileStored = "file.stored" on PersonalFile(FileId) {
        subject: SubjectId, data_type: String, purpose: String, size_bytes: u64,
    }
    FileRevealed = "file.revealed" on PersonalFile(FileId) { subject: SubjectId, purpose: Option<String> }
    /// Names and media types were opened, one entry for all that a request asked for.
    FilesDescribed = "files.described" on Tenant(TenantId) { files: Vec<FileId> }
    FileDeleted = "file.deleted" on PersonalFile(FileId) { subject: SubjectId }
    DataAnonymised = "data.anonymised" on Purpose(PurposeId) {
        count: usize, removed_fields: Vec<String>, removed_field_count: usize,
    }
    ValuesTokenised = "tokens.issued" on Subject(SubjectId) { purpose: String, count: usize, stable: bool }
    ValuesDetokenised = "tokens.revealed" on Purpose(PurposeId) { asked: usize, revealed: usize }

    ConsentGiven = "consent.given" on Consent(ConsentId) { subject: SubjectId, purpose: String, purpose_version: i32 }
    ConsentRefused = "consent.refused" on Consent(ConsentId) {
        subject: SubjectId, purpose: String, purpose_version: i32, due_for_erasure: u64,
    }
    ConsentAwaitsConfirmation = "consent.awaits_confirmation" on Consent(ConsentId) { subject: SubjectId, purpose: String }
    ConsentWithdrawn = "consent.withdrawn" on Consent(ConsentId) { subject: SubjectId, purpose: String, due_for_erasure: u64 }
    /// It came to light late, behind what the person has said since.
    ConsentFiledLate = "consent.filed_late" on Consent(ConsentId) { subject: SubjectId, purpose: String, state: String }
    /// Its time was over.
    ConsentExpired = "consent.expired" on Consent(ConsentId) { subject: SubjectId, purpose: String, due_for_erasure: u64 }
    /// Its end is near, and its giver is told.
    ConsentExpiring = "consent.expiring" on Consent(ConsentId) { subject: SubjectId, purpose: String, expires_at: String }
    /// One batch of the job that ends consents and warns of ends.
    ConsentsReviewed = "consent.reviewed" on Tenant(TenantId) { expired: usize, warned: usize }
    ConsentMailPrepared = "consent.mail_prepared" on Consent(ConsentId) { kind: &'static str }
    ConsentMailSent = "consent.mail_sent" on Consent(ConsentId) { kind: &'static str }
    ConsentMailBounced = "consent.mail_bounced" on Consent(ConsentId) { kind: &'static str }
    /// A person asked for a new confirmation link.
    ConfirmationResent = "consent.confirmation_resent" on Subject(SubjectId) { purpose: String }
    /// A browser's signal (Global Privacy Control) was heeded.
    OptOutSignalHeeded = "consent.gpc" on Subject(SubjectId) { purposes: Vec<String> }
    PreferenceLinkCreated = "consent.preference_link_created" on Subject(SubjectId) { expires_at: String }
    /// A batch of a file; the last line that is done.
    ConsentsImported = "consent.imported" on Tenant(TenantId) { file: String, line: i64, accepted: usize, rejected: usize }
    ConsentsExported = "consent.exported" on Tenant(TenantId) { count: usize }
    /// The same was recorded before: nothing changed.
    ConsentUnchanged = "consent.unchanged" on Consent(ConsentId) { subject: SubjectId, purpose: String }

    /// Somebody asked for a mailed link; `address` is a keyed hash, whether anybody has it or not.
    AccountLinkRequested = "account.link_requested" on Tenant(TenantId) { kind: AccountLinkKind, address: String }
    /// A link was asked for with an address that nobody has: nothing was sent.
    AccountLinkDropped = "account.link_dropped" on Tenant(TenantId) { kind: AccountLinkKind }
    /// An address was opened to write to it.
    AccountMailPrepared = "account.mail_prepared" on Tenant(TenantId) { kind: &'static str }
    AccountMailSent = "account.mail_sent" on Tenant(TenantId) { kind: &'static str }
    AccountMailBounced = "account.mail_bounced" on Tenant(TenantId) { kind: &'static str }
    /// `is_known`: the tenant knew the person before.
    SignedUp = "account.signed_up" on Subject(SubjectId) { is_known: bool }
    SignedIn = "account.signed_in" on Subject(SubjectId) { method: SignInMethod, session: AccountSessionId }
    /// `address` is a keyed hash, whether anybody has it or not.
    SignInFailed = "account.sign_in_failed" on Tenant(TenantId) { address: String }
    /// Something was tried too often; told once a minute at most.
    AccountLimitReached = "account.limit_reached" on Tenant(TenantId) { limit: &'static str }
    PasswordChanged = "account.password_changed" on Subject(SubjectId) { sessions_ended: u64 }
    SessionsEnded = "account.sessions_ended" on Subject(SubjectId) { count: u64 }

    AccuracyPolicySet = "accuracy.policy_set" on Tenant(TenantId) {
        revalidate_after: Period, remind_after: Vec<String>, link_valid_for: Period, when_unanswered: String, mails_per_hour: i32,
    }
    VerificationRestamped = "accuracy.restamped" on Tenant(TenantId) { count: u64 }
    ReverificationQueued = "accuracy.queued" on Reverification(ReverificationId) { subject: SubjectId }
    ReverificationsQueued = "accuracy.reviewed" on Tenant(TenantId) { count: usize }
    /// Mails that had no work item were queued again.
    ReverificationsRequeued = "accuracy.requeued" on Tenant(TenantId) { count: usize }
    RemindersQueued = "accuracy.reminded" on Tenant(TenantId) { count: usize }
    ReverificationsClosed = "accuracy.closed" on Tenant(TenantId) { count: usize }
    ReverificationMailPrepared = "accuracy.mail_prepared" on Reverification(ReverificationId) { reminder: i32 }
    ReverificationSent = "accuracy.mail_sent" on Reverification(ReverificationId) { reminder: i32 }
    ReverificationBounced = "accuracy.mail_bounced" on Reverification(ReverificationId) { subject: SubjectId, status: String }
    ReverificationOpened = "accuracy.page_opened" on Reverification(ReverificationId) { subject: SubjectId }
    /// Without having been asked.
    OwnDataConfirmed = "accuracy.own_data_confirmed" on Subject(SubjectId) {}
    DataConfirmed = "accuracy.confirmed" on Reverification(ReverificationId) { subject: SubjectId }
    DataCorrected = "accuracy.corrected" on Reverification(ReverificationId) { subject: SubjectId, fields: Vec<String> }
    DataDisputed = "accuracy.disputed" on Reverification(ReverificationId) { subject: SubjectId }
    ReverificationUnanswered = "accuracy.unanswered" on Reverification(ReverificationId) { subject: SubjectId, action: String }
    ReverificationCancelled = "accuracy.cancelled" on Reverification(ReverificationId) { subject: SubjectId }

    RetentionPolicySet = "retention.policy_set" on RetentionPolicy(RetentionPolicyId) {
        data_type: String, retention: Period, deletion_method: DeletionMethod, legal_basis: String,
    }
    RetentionRunStarted = "retention.started" on RetentionRun(RetentionRunId) { data_type: Option<String> }
    /// One full batch of a longer run; the closing entry counts all.
    RetentionBatchErased = "retention.batch_erased" on RetentionRun(RetentionRunId) { data_type: String, deleted: u64 }
    /// A data type is done: what, how many, up to when, for how long it was kept, and why it goes.
    RetentionSwept = "retention.swept" on RetentionRun(RetentionRunId) {
        data_type: String, deleted: i32, held: i32, cutoff: String, retention: Period, legal_basis: String,
    }
    RetentionRunFinished = "retention.finished" on RetentionRun(RetentionRunId) {
        deleted: i32, held: i32, keys_destroyed: u64,
    }
    /// It stopped at a fault, and can be gone on with.
    RetentionRunFailed = "retention.failed" on RetentionRun(RetentionRunId) { failure: RetentionFailure }
    /// One batch of a longer stamping anew; the closing entry counts all.
    BatchRestamped = "retention.batch_restamped" on Tenant(TenantId) { data_type: String, count: u64 }
    RecordsRestamped = "retention.restamped" on Tenant(TenantId) { data_type: String, count: u64 }
    /// Stamping anew that stood still goes on, or what was done is gone through once more.
    RestampsQueued = "retention.restamps_queued" on Tenant(TenantId) { data_types: Vec<String> }
    /// Records and files that should have had an end were given it.
    MissingEndsRepaired = "retention.repaired" on Tenant(TenantId) { data_type: String, count: u64 }
    LegalHoldPlaced = "hold.placed" on LegalHold(LegalHoldId) { subject: Option<SubjectId>, data_type: Option<String> }
    LegalHoldReleased = "hold.released" on LegalHold(LegalHoldId) {}

    RequestOpened = "request.opened" on SubjectRequest(SubjectRequestId) {
        r#type: String, regime: String, subject: SubjectId, due_on: String,
    }
    /// The same person asked for the same while their request was open: nothing new was opened.
    RequestJoined = "request.joined" on SubjectRequest(SubjectRequestId) {}
    RequestIdentityVerified = "request.identity_verified" on SubjectRequest(SubjectRequestId) {}
    RequestAssigned = "request.assigned" on SubjectRequest(SubjectRequestId) { member: MemberId }
    RequestExtended = "request.extended" on SubjectRequest(SubjectRequestId) { extended_to: String }
    RequestApproved = "request.approved" on SubjectRequest(SubjectRequestId) {}
    RequestRejected = "request.rejected" on SubjectRequest(SubjectRequestId) { reason: String }
    RequestCancelled = "request.cancelled" on SubjectRequest(SubjectRequestId) {}
    /// Nobody proved in time who asked.
    RequestExpired = "request.expired" on SubjectRequest(SubjectRequestId) {}
    RequestMessageWritten = "request.message_written" on SubjectRequest(SubjectRequestId) {}
    RequestLinkResent = "request.link_resent" on SubjectRequest(SubjectRequestId) {}
    RequestNoted = "request.noted" on SubjectRequest(SubjectRequestId) {}
    RequestPolicySet = "request.policy_set" on Tenant(TenantId) {
        erasure_approval: ErasureApproval, identity_within_days: i32,
    }
    /// The person's address was opened to write to them.
    RequestMailPrepared = "request.mail_prepared" on SubjectRequest(SubjectRequestId) { notice: &'static str }
    RequestMailSent = "request.mail_sent" on SubjectRequest(SubjectRequestId) { notice: &'static str }
    RequestMailBounced = "request.mail_bounced" on SubjectRequest(SubjectRequestId) { notice: &'static str }
    /// Deadlines were looked at, and these are near.
    RequestsReviewed = "request.reviewed" on Tenant(TenantId) { count: u64 }
    /// -1 days are left once the deadline has passed.
    RequestReminded = "request.reminded" on SubjectRequest(SubjectRequestId) { days_left: i32, members: Vec<MemberId> }
    RequestCompleted = "request.completed" on SubjectRequest(SubjectRequestId) { r#type: String }
    /// Packages that nobody can fetch any more were emptied.
    ExportsForgotten = "request.exports_forgotten" on Tenant(TenantId) { count: u64 }
    /// What was written in requests that have long been closed went.
    RequestsForgotten = "request.forgotten" on Tenant(TenantId) { count: u64 }
    /// It could not be carried out, and waits for a decision.
    RequestSentBack = "request.sent_back" on SubjectRequest(SubjectRequestId) { reason: &'static str }
    /// The person objected to a purpose.
    PurposeObjectedTo = "consent.objected" on Subject(SubjectId) { purpose: String }
    /// All that is known of the person is being opened, to be put into a package.
    ExportBegun = "request.export_begun" on SubjectRequest(SubjectRequestId) { subject: SubjectId }
    ExportBuilt = "request.export_built" on SubjectRequest(SubjectRequestId) { sha256: String, size_bytes: u64 }
    ExportDownloaded = "request.export_downloaded" on SubjectRequest(SubjectRequestId) { downloads: i32 }
    /// A download that had begun before was taken up again at this byte.
    ExportContinued = "request.export_continued" on SubjectRequest(SubjectRequestId) { from_byte: u64 }
    SubjectErased = "subject.erased" on Subject(SubjectId) { request: Option<SubjectRequestId>, key_destroyed: bool }
    /// A restored backup had brought them back.
    SubjectErasedAgain = "subject.erased_again" on Subject(SubjectId) { key_destroyed: bool }
    /// The erasure ledger was held against the tenant's subjects: what it knew that the database did not.
    ErasuresReplayed = "subject.erasures_replayed" on Tenant(TenantId) { unknown: usize, lost: usize, erased: u64 }
    SubjectRestricted = "subject.restricted" on Subject(SubjectId) { cause: String }
    /// It ends once the person has been told.
    RestrictionToBeLifted = "subject.restriction_to_be_lifted" on Subject(SubjectId) {}
    /// The person's address was opened to tell them.
    RestrictionMailPrepared = "subject.restriction_mail_prepared" on Subject(SubjectId) {}
    /// The address refused the mail: the restriction stays.
    RestrictionMailBounced = "subject.restriction_mail_bounced" on Subject(SubjectId) {}
    RestrictionLifted = "subject.restriction_lifted" on Subject(SubjectId) {}
    ObjectionWithdrawn = "consent.objection_withdrawn" on Subject(SubjectId) { purpose: String }

    /// A sealed value did not open where it stands: it was changed, moved, or is under another key.
    SealedValueRefused = "vault.value_refused" on Tenant(TenantId) {
        table: &'static str, column: &'static str, row: String, subject: Option<SubjectId>,
    }
    /// Sealed notes, reasons and statements were opened, one entry for all that a request asked for.
    NotesRevealed = "notes.revealed" on Tenant(TenantId) { table: String, rows: Vec<String> }

    /// Bodies of entries whose own period has ended went; the first `aged_to` of the log are hashes alone.
    AuditEntriesAged = "audit.aged" on Tenant(TenantId) { count: u32, aged_to: i32, cutoff: String, retention: Period }
    IncidentReported = "incident.reported" on Incident(IncidentId) { severity: String }
    AttestationRecorded = "attestation.recorded" on Attestation(AttestationId) { key: String }
}
