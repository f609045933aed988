//! Look-ups of one request, gathered so that a list with its edges costs a constant number of statements.
//!
//! A room implements `Loader<Key> for Batch`; a resolver calls [`load`].

use std::{hash::Hash, sync::Arc};

use async_graphql::{
    Context,
    dataloader::{DataLoader, Loader},
};
use recital_domain::{
    app::App,
    error::{Error, Result},
    viewer::Viewer,
};

use crate::errors::ApiResult;

/// For whom the look-ups are made: one per request.
pub struct Batch {
    pub app: App,
    pub viewer: Viewer,
}

impl Batch {
    pub fn loader(app: App, viewer: Viewer) -> DataLoader<Self> {
        DataLoader::new(Self { app, viewer }, tokio::spawn)
    }
}

/// What a batch answers; the failure is everybody's.
pub type Loaded<T> = Result<T, Arc<Error>>;

/// The value of one key, looked up together with the request's other keys of that kind.
///
/// # Errors
/// UNAUTHENTICATED without a viewer; what the batch answered.
pub async fn load<K>(ctx: &Context<'_>, key: K) -> ApiResult<Option<<Batch as Loader<K>>::Value>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    Batch: Loader<K, Error = Arc<Error>>,
{
    let loader = ctx.data_opt::<DataLoader<Batch>>().ok_or_else(Error::unauthenticated)?;
    Ok(loader.load_one(key).await?)
}
