//! What can go wrong, in the words that clients see.
//!
//! An [`Error`] carries a code, a machine-readable reason and a message written for the caller. A fault of ours or
//! of the database keeps its cause for the log only: [`Error::message`] never shows it.

use std::{error::Error as StdError, fmt, sync::Arc};

use chrono::TimeDelta;
use sea_orm::{DbErr, RuntimeErr, SqlErr};

use crate::{keys::RefusedValue, viewer::Permission};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The codes of the GraphQL contract (`extensions.code`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    BadUserInput,
    RateLimited,
    Unavailable,
    InternalServerError,
}

/// A refusal or a failure.
pub struct Error {
    code: Code,
    reason: &'static str,
    message: String,
    field: Option<String>,
    retry_after: Option<TimeDelta>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    fn new(code: Code, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), field: None, retry_after: None, cause: None }
    }

    /// The credential is missing, unknown, expired or revoked. All four answer the same.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(Code::Unauthenticated, "INVALID_CREDENTIAL", "a valid credential is required")
    }

    #[must_use]
    pub fn forbidden(permission: Permission) -> Self {
        Self::new(Code::Forbidden, "PERMISSION_REQUIRED", format!("this needs the permission {permission}"))
    }

    /// A rule, not a missing permission, refuses this caller.
    #[must_use]
    pub fn refused(reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(Code::Forbidden, reason, message)
    }

    /// The same whether it never existed or belongs to somebody else.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, "NOT_FOUND", format!("no such {what}"))
    }

    pub fn conflict(reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(Code::Conflict, reason, message)
    }

    /// Input that cannot be accepted: names the field, the reason and what would be right.
    pub fn invalid(field: impl Into<String>, reason: &'static str, message: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(Code::BadUserInput, reason, message) }
    }

    pub fn rate_limited(reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(Code::RateLimited, reason, message)
    }

    /// Something outside (database, KMS, mail server) does not answer: the same call may work later.
    pub fn unavailable(reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(Code::Unavailable, reason, message)
    }

    /// A fault of ours; the cause goes to the log.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::new(Code::InternalServerError, "INTERNAL", "something went wrong on our side")
        }
    }

    /// A stored value is not the one that was stored. Where it stands is in the cause, for the log and the evidence.
    pub fn value_refused(cause: RefusedValue) -> Self {
        let message = "a stored value was changed outside of this service: it is refused, and this is on record";
        Self { reason: "SEALED_VALUE_REFUSED", message: message.into(), ..Self::internal(cause) }
    }

    /// The same for another caller, who waited for the same answer.
    #[must_use]
    pub fn again(first: Arc<Self>) -> Self {
        let (code, reason, message) = (first.code, first.reason, first.message.clone());
        Self { field: first.field.clone(), cause: Some(Box::new(first)), ..Self::new(code, reason, message) }
    }

    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Says when the same may be tried again.
    #[must_use]
    pub fn retry_after(self, wait: TimeDelta) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// Names the input at fault.
    #[must_use]
    pub fn on_field(self, field: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..self }
    }

    /// Puts `prefix` before the field, for an input nested in another: `records.3` + `payload`.
    #[must_use]
    pub fn within(mut self, prefix: &str) -> Self {
        self.field = Some(self.field.map_or_else(|| prefix.to_owned(), |field| format!("{prefix}.{field}")));
        self
    }

    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.reason
    }

    /// Safe to show to the caller.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The input at fault, dotted.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// How long to wait before the same may be tried again, where that is known.
    #[must_use]
    pub fn wait(&self) -> Option<TimeDelta> {
        self.retry_after
    }

    /// What it came of, and what that came of.
    fn causes(&self) -> impl Iterator<Item = &(dyn StdError + 'static)> {
        std::iter::successors(self.source(), |&cause| cause.source())
    }

    /// What it came of, where that is a `T`.
    #[must_use]
    pub fn caused_by<T: StdError + 'static>(&self) -> Option<&T> {
        self.causes().find_map(|cause| cause.downcast_ref())
    }

    /// A fault of ours or of a part we depend on, rather than of the caller's input.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        matches!(self.code, Code::Unavailable | Code::InternalServerError)
    }

    /// Whether a unique index refused the row.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        self.duplicate().is_some()
    }

    /// Whether a unique index over `column` refused the row.
    #[must_use]
    pub fn is_duplicate_of(&self, column: &str) -> bool {
        self.duplicate().is_some_and(|index| index.contains(column))
    }

    /// What the database says of the index that refused the row: both engines name its columns.
    fn duplicate(&self) -> Option<String> {
        match self.cause.as_ref()?.downcast_ref::<DbErr>()?.sql_err()? {
            SqlErr::UniqueConstraintViolation(index) => Some(index),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// For logs: the whole chain, without values (the database driver's messages name constraints, not values).
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code: &str = self.code.into();
        write!(f, "{code}/{}: {}", self.reason, self.message)?;
        self.causes().try_for_each(|cause| write!(f, " ({cause})"))
    }
}

/// The cause is for the operator's eyes: logs and the command line.
impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn StdError + 'static))
    }
}

/// A failure that several callers waited for.
impl From<Arc<Self>> for Error {
    fn from(shared: Arc<Self>) -> Self {
        let Self { code, reason, message, field, retry_after, .. } = &*shared;
        let (message, field, retry_after) = (message.clone(), field.clone(), *retry_after);
        Self { code: *code, reason, message, field, retry_after, cause: Some(shared.into()) }
    }
}

impl From<DbErr> for Error {
    fn from(cause: DbErr) -> Self {
        let lost = matches!(
            cause,
            DbErr::ConnectionAcquire(_)
                | DbErr::Conn(_)
                | DbErr::Exec(RuntimeErr::SqlxError(_))
                | DbErr::Query(RuntimeErr::SqlxError(_))
        ) && connection_lost(&cause);
        if lost {
            Self::unavailable("DATABASE_UNAVAILABLE", "the database does not answer; try again").because(cause)
        } else {
            Self::internal(cause)
        }
    }
}

/// A broken connection, a full pool, a server shutting down: not a fault of the statement.
fn connection_lost(cause: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(inner))
    | DbErr::Query(RuntimeErr::SqlxError(inner))
    | DbErr::Conn(RuntimeErr::SqlxError(inner))) = cause
    else {
        return true;
    };
    match &**inner {
        sqlx::Error::Database(database) => {
            // Classes 08 (connection), 53 (resources), 57 (operator intervention) of the SQLSTATE table.
            database.code().is_some_and(|code| ["08", "53", "57"].iter().any(|class| code.starts_with(class)))
        }
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}
