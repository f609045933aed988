//! Sending a delivery: one try, to a public address, without following redirects.

use std::{net::SocketAddr, time::Duration};

use reqwest::{
    Client, StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    header,
    redirect::Policy,
};
use tokio::sync::OnceCell;

use super::address;
use crate::error::{Error, Result};

const LONGEST: Duration = Duration::from_secs(15);

/// Carries deliveries out.
pub struct Courier {
    development: bool,
    client: OnceCell<Client>,
}

/// A signed delivery.
pub(super) struct Parcel {
    pub url: String,
    pub headers: [(&'static str, String); 3],
    pub body: String,
}

impl Courier {
    pub(crate) fn new(development: bool) -> Self {
        Self { development, client: OnceCell::new() }
    }

    /// What the endpoint answered.
    ///
    /// # Errors
    /// UNAVAILABLE with `WEBHOOK_UNREACHABLE`.
    pub(super) async fn carry(&self, parcel: Parcel) -> Result<StatusCode> {
        let unreachable = || Error::unavailable("WEBHOOK_UNREACHABLE", "the endpoint does not answer");
        let url = address::check(&parcel.url, self.development)?;
        let client = self.client.get_or_try_init(async || self.connect()).await?;
        let mut request = client.post(url).header(header::CONTENT_TYPE, "application/json").body(parcel.body);
        for (name, value) in parcel.headers {
            request = request.header(name, value);
        }
        // The error names the address, which may hold a secret of the tenant's.
        let answer = request.send().await.map_err(|error| unreachable().because(error.without_url()))?;
        Ok(answer.status())
    }

    fn connect(&self) -> Result<Client> {
        Client::builder()
            .dns_resolver(PublicNames { development: self.development })
            .redirect(Policy::none())
            .no_proxy()
            .timeout(LONGEST)
            .user_agent(concat!("Recital/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(Error::internal)
    }
}

/// Resolves a name to its allowed addresses alone, at the moment of connecting, so that a name that is pointed inside
/// later leads nowhere.
struct PublicNames {
    development: bool,
}

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        let development = self.development;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|found| address::is_allowed(found.ip(), development)).collect();
            if allowed.is_empty() {
                return Err("the name has no public address".into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
