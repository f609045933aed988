//! Sending a delivery: one try, to a public address, without following redirects.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures::future::BoxFuture;
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
    names: Arc<dyn Names>,
    client: OnceCell<Client>,
}

/// Who knows what a name resolves to.
trait Names: Send + Sync {
    fn look_up(&self, name: String) -> BoxFuture<'static, std::io::Result<Vec<SocketAddr>>>;
}

/// The system's resolver.
struct SystemNames;

impl Names for SystemNames {
    fn look_up(&self, name: String) -> BoxFuture<'static, std::io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.collect()) })
    }
}

/// A signed delivery.
pub(super) struct Parcel {
    pub url: String,
    pub headers: [(&'static str, String); 3],
    pub body: String,
}

impl Courier {
    pub(crate) fn new(development: bool) -> Self {
        Self::asking(development, Arc::new(SystemNames))
    }

    fn asking(development: bool, names: Arc<dyn Names>) -> Self {
        Self { development, names, client: OnceCell::new() }
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
            .dns_resolver(PublicNames { development: self.development, names: Arc::clone(&self.names) })
            .redirect(Policy::none())
            .no_proxy()
            .timeout(LONGEST)
            .user_agent(concat!("Recital/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(Error::internal)
    }
}

/// Resolves a name to its allowed addresses alone, at the moment of connecting, and once: the connection goes to the
/// address that was looked at, so that a name that is pointed inside later, or between two looks, leads nowhere.
struct PublicNames {
    development: bool,
    names: Arc<dyn Names>,
}

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        let development = self.development;
        let found = self.names.look_up(name.as_str().to_owned());
        Box::pin(async move {
            let allowed = |found: &SocketAddr| address::is_allowed(found.ip(), development);
            let allowed: Vec<SocketAddr> = found.await?.into_iter().filter(allowed).collect();
            if allowed.is_empty() {
                return Err("the name has no public address".into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::net::TcpListener;

    use super::*;

    /// A resolver whose answers change: the next one each time it is asked, and the last one for ever.
    struct Rebinding {
        answers: Vec<Vec<&'static str>>,
        asked: AtomicUsize,
    }

    impl Names for Rebinding {
        fn look_up(&self, _: String) -> BoxFuture<'static, std::io::Result<Vec<SocketAddr>>> {
            let turn = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
            let found = self.answers[turn].iter().map(|address| SocketAddr::new(address.parse().unwrap(), 0)).collect();
            Box::pin(async move { Ok(found) })
        }
    }

    fn resolver(answers: Vec<Vec<&'static str>>) -> Arc<Rebinding> {
        Arc::new(Rebinding { answers, asked: AtomicUsize::new(0) })
    }

    /// Everything that stands for an address inside, by the way a resolver may give it.
    const INSIDE: &[&str] =
        &["127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "::1", "fd00::1", "fe80::1", "::ffff:127.0.0.1"];

    #[tokio::test]
    async fn of_a_names_addresses_only_the_public_ones_are_used() {
        let names = resolver(vec![[INSIDE, &["93.184.216.34"]].concat()]);
        let public = PublicNames { development: false, names };
        let found: Vec<_> = public.resolve("rebind.example".parse().unwrap()).await.unwrap().collect();
        assert_eq!(found, ["93.184.216.34:0".parse().unwrap()]);
    }

    #[tokio::test]
    async fn a_name_that_is_pointed_inside_later_is_not_followed_there() {
        let inside = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://rebind.example:{}/", inside.local_addr().unwrap().port());
        // Public when somebody looks, inside when somebody connects: there is one look, and it is the one that counts.
        let names = resolver(vec![vec!["93.184.216.34"], INSIDE.to_vec()]);
        let public = PublicNames { development: false, names: names.clone() };
        assert!(public.resolve("rebind.example".parse().unwrap()).await.is_ok());
        let courier = Courier::asking(false, names.clone());
        let parcel = Parcel { url, headers: ["a", "b", "c"].map(|name| (name, String::new())), body: String::new() };
        let error = courier.carry(parcel).await.unwrap_err();
        assert_eq!(error.reason(), "WEBHOOK_UNREACHABLE");
        assert_eq!(names.asked.load(Ordering::SeqCst), 2);
        let reached = tokio::time::timeout(Duration::from_millis(100), inside.accept()).await;
        assert!(reached.is_err(), "nobody knocked");
    }
}
