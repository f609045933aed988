//! Every enum of the product, once: the database keeps the word, GraphQL shows the same word.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[derive(EnumIter, DeriveActiveEnum, strum::EnumString, strum::IntoStaticStr, strum::Display)]
        #[cfg_attr(feature = "graphql", derive(async_graphql::Enum))]
        #[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        #[strum(serialize_all = "SCREAMING_SNAKE_CASE", ascii_case_insensitive)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }
    )+};
}

words! {
    /// Whether a tenant is served.
    TenantStatus { Active, Suspended, Closing, Closed }

    /// OWNER: everything. `PRIVACY_OFFICER`: all but members and keys. DEVELOPER: registers, vault writes,
    /// decisions, keys. SUPPORT: requests and subjects. AUDITOR: reads all but decrypted personal data.
    Role { Owner, PrivacyOfficer, Developer, Support, Auditor }

    /// What a secret under the tenant key is for. SIGNING signs the audit log, and statements to outsiders until their
    /// key was rotated for the first time; then STATEMENT does.
    SecretKind { Hash, Index, Link, Signing, Statement }

    /// What a mailed link does at the privacy centre.
    AccountLinkKind { SignUp, SignIn, NewPassword }

    /// How somebody signed in at the privacy centre.
    SignInMethod { Password, MailedLink }

    /// GDPR Article 6(1)(a)-(f).
    LawfulBasis { Consent, Contract, LegalObligation, VitalInterests, PublicTask, LegitimateInterests }

    /// GONE: it answered 410. FAILING: it accepted nothing for five days.
    WebhookDisabledReason { Gone, Failing }

    PurposeStatus { Active, Retired }

    /// ACTIVE; RESTRICTED: stored but not used (Article 18); ERASED: the key is gone (Article 17).
    SubjectStatus { Active, Restricted, Erased }

    /// What an attribute's values look like. EMAIL and TEXT are kept as written, PHONE in E.164, DATE as YYYY-MM-DD,
    /// COUNTRY as ISO 3166-1 alpha-2; JSON is held to a JSON Schema.
    AttributeFormatType { Email, Phone, Date, Country, Text, Integer, Number, Boolean, Json }

    /// The states of consent in the W3C Data Privacy Vocabulary.
    ConsentState {
        Requested,
        /// Double opt-in: given, but the mailed link is not used yet.
        PendingConfirmation,
        Given,
        Refused,
        Withdrawn,
        Expired,
        Invalidated,
    }

    /// OPEN: the mailed link waits to be used.
    ConfirmationState { Open, Confirmed, Cancelled }

    /// How consent was expressed.
    ConsentMethod { WebForm, Api, ExplicitOptIn, DoubleOptIn, Paper, PrivacyCentre, Gpc, Import }

    /// Why a processing decision is yes (`CONSENT_GIVEN`, `OTHER_LAWFUL_BASIS`) or no (all others).
    DecisionReason {
        ConsentGiven,
        NoConsent,
        ConsentWithdrawn,
        ConsentExpired,
        ConsentPending,
        ReconsentNeeded,
        OtherLawfulBasis,
        Objected,
        Restricted,
        SubjectErased,
        UnknownSubject,
        UnknownPurpose,
        PurposeRetired,
        SpecialCategoryNotConsented,
    }

    /// What happens when a subject does not answer a re-verification mail.
    UnansweredAction { Nothing, MarkStale, Restrict }

    ReverificationState { Queued, Sent, Confirmed, Corrected, Disputed, Unanswered, Bounced, Cancelled }

    /// AUTOMATIC: by the sweep. `ON_REQUEST`: with the account. `NOT_APPLICABLE`: no personal data.
    DeletionMethod { Automatic, OnRequest, NotApplicable }

    /// FAILED: stopped by a fault; it goes on with the next sweep, or when it is asked to.
    RetentionRunState { Running, Completed, Failed }

    /// Why a run stopped. UNAVAILABLE: the database or another part did not answer. INTERNAL: a fault of ours, which the
    /// log tells more about.
    RetentionFailure { Unavailable, Internal }

    /// Which table is being stamped anew.
    RestampStage { Records, Files }

    /// GDPR Articles 15, 16, 17, 20, 18, 21; opt-out of sale is CCPA 1798.120.
    SubjectRequestType { Access, Rectification, Erasure, Portability, Restriction, Objection, OptOutOfSale }

    /// The law a request is made under.
    Regime { Gdpr, Ccpa }

    SubjectRequestState {
        Received,
        AwaitingIdentity,
        InProgress,
        AwaitingApproval,
        Completed,
        PartiallyCompleted,
        Rejected,
        Cancelled,
        Expired,
    }

    /// Why a request was refused (Articles 11, 12(5), 15(4), 17(3)).
    RejectionReason {
        IdentityNotVerified,
        ManifestlyUnfounded,
        Excessive,
        NoDataFound,
        RightNotApplicable,
        LegalObligation,
        RightsOfOthers,
    }

    /// Who lets an erasure begin. `SECOND_MEMBER`: whoever may approve and did not open it. VOUCHER: besides, whoever
    /// makes sure of the identity, when they may approve. NONE: nobody has to.
    ErasureApproval { SecondMember, Voucher, None }

    AuditOutcome { Success, Denied, Failed }

    IncidentSeverity { Low, High }

    /// READY: to be done. LEASED: a worker has it. DONE. DEAD: given up after the last try.
    /// CANCELLED: what it rested on ended before it was done.
    WorkState { Ready, Leased, Done, Dead, Cancelled }

    /// How an Article 30 record is written.
    ProcessingRecordFormat { Json, JsonLd, Csv, Markdown }

    /// What a check of the compliance report is about.
    ComplianceArea {
        Retention,
        AccessControl,
        Encryption,
        AuditLog,
        SubjectRequests,
        Accuracy,
        Consent,
        Security,
        Organisation,
    }

    /// `NOT_ASSESSED`: nobody has looked, which is not a pass.
    CheckStatus { Pass, Warn, Fail, NotAssessed }
}
