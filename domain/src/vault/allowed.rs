//! Whether the vault may open or store for a purpose.

use recital_entities::DecisionReason;

use crate::{
    consent::Decision,
    error::{Error, Result},
};

/// Lets pass what is allowed.
///
/// # Errors
/// FORBIDDEN with the decision's reason.
pub fn require(decision: &Decision) -> Result<()> {
    if decision.allowed { Ok(()) } else { Err(not_allowed(decision.reason)) }
}

/// The answer to whoever asks for what a purpose may not have now.
pub fn not_allowed(reason: DecisionReason) -> Error {
    let message = match reason {
        DecisionReason::Restricted => {
            "this subject's data is restricted: it is not used for a purpose until that is lifted"
        }
        DecisionReason::SubjectErased => "this subject was erased",
        _ => "this subject's data may not be processed for this purpose now",
    };
    Error::refused(reason.into(), message)
}
