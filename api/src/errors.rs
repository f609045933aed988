//! Errors as clients see them.

use std::sync::Arc;

use async_graphql::{ErrorExtensionValues, Value};
use recital_domain::error::Error;

/// A room's error on its way to the client. It has no `Display`, so that `?` cannot turn a database's message into
/// client text: only [`Error::message`] gets out.
#[derive(Clone)]
pub struct ApiError(Arc<Error>);

pub type ApiResult<T> = Result<T, ApiError>;

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self(Arc::new(error))
    }
}

/// One failure that several look-ups of a batch share.
impl From<Arc<Error>> for ApiError {
    fn from(error: Arc<Error>) -> Self {
        Self(error)
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(ApiError(error): ApiError) -> Self {
        let code: &'static str = error.code().into();
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", code);
        extensions.set("reason", error.reason());
        extensions.set("field", error.field().map_or(Value::Null, Value::from));
        Self { message: error.message().to_owned(), source: None, extensions: Some(extensions) }
    }
}
