//! How often the people's pages may be used: by one address, so that nobody tries links by the thousand, and by one
//! link, so that nobody keeps a person's page busy.

use std::{
    hash::{BuildHasher as _, RandomState},
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use governor::{
    DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use super::{
    respond::{Message, page},
    say::Say,
    verify::accept_language,
};

/// Two requests a second, with a start of 120.
const BY_ADDRESS: Quota = Quota::per_second(NonZeroU32::MIN.saturating_add(1)).allow_burst(most(120));
/// One request a second, with a start of 30.
const BY_LINK: Quota = Quota::per_second(NonZeroU32::MIN).allow_burst(most(30));

const fn most(burst: u32) -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(burst - 1)
}

/// Counts by address and by link. An entry is kept for a hash of either, 65,536 in all, so that no crowd of addresses
/// fills the memory: two that share one share its limit, and which do differs from process to process.
pub struct Pace {
    addresses: DefaultKeyedRateLimiter<u16>,
    links: DefaultKeyedRateLimiter<u16>,
    seed: RandomState,
}

impl Pace {
    pub fn new() -> Self {
        Self { addresses: RateLimiter::keyed(BY_ADDRESS), links: RateLimiter::keyed(BY_LINK), seed: RandomState::new() }
    }

    /// How long to wait, for whoever is too quick.
    fn wait(&self, address: Option<IpAddr>, link: &str) -> Option<Duration> {
        let link = || self.links.check_key(&self.place(&link));
        self.check_address(address).and_then(|()| link()).err().map(wait)
    }

    /// The same for pages that many people open under one address of ours.
    fn wait_of_visitor(&self, address: Option<IpAddr>) -> Option<Duration> {
        self.check_address(address).err().map(wait)
    }

    fn check_address(&self, address: Option<IpAddr>) -> Result<(), TooQuick> {
        address.map(network).map_or(Ok(()), |address| self.addresses.check_key(&self.place(&address)))
    }

    fn place(&self, key: &impl std::hash::Hash) -> u16 {
        let [high, low, ..] = self.seed.hash_one(key).to_be_bytes();
        u16::from_be_bytes([high, low])
    }
}

type TooQuick = NotUntil<<DefaultClock as Clock>::Instant>;

fn wait(refused: TooQuick) -> Duration {
    refused.wait_time_from(DefaultClock::default().now())
}

/// A household has a /64 of IPv6 and would not run out of addresses.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

/// Answers 429 with `Retry-After` (RFC 6585) to whoever is too quick with a link.
pub async fn keep(State(pace): State<Arc<Pace>>, request: Request, next: Next) -> Response {
    match pace.wait(peer(&request), request.uri().path()) {
        None => next.run(request).await,
        Some(wait) => slower(&request, wait),
    }
}

/// The same for pages that everybody may open.
pub async fn keep_visitor(State(pace): State<Arc<Pace>>, request: Request, next: Next) -> Response {
    match pace.wait_of_visitor(peer(&request)) {
        None => next.run(request).await,
        Some(wait) => slower(&request, wait),
    }
}

fn peer(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip())
}

fn slower(request: &Request, wait: Duration) -> Response {
    let say = Say::to_stranger(&accept_language(request.headers()));
    let mut response = page(StatusCode::TOO_MANY_REQUESTS, &Message::new(say, "verify-slower"));
    let seconds = HeaderValue::from(wait.as_secs() + 1);
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_a_link_run_out_apart_from_one_another() {
        let pace = Pace::new();
        let address = |text: &str| Some(text.parse().unwrap());
        for _ in 0..30 {
            assert_eq!(pace.wait(address("192.0.2.1"), "/verify/a"), None);
        }
        let wait = pace.wait(address("192.0.2.1"), "/verify/a").unwrap();
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
        assert!(pace.wait(address("192.0.2.2"), "/verify/a").is_some(), "the link is the same");
        assert_eq!(pace.wait(address("192.0.2.1"), "/verify/b"), None, "the address has more");
        let links = (0..200).map(|number| format!("/verify/{number}"));
        assert!(links.filter(|link| pace.wait(address("192.0.2.1"), link).is_some()).count() > 50);
        assert_eq!(pace.wait(None, "/verify/c"), None);
    }

    #[test]
    fn a_crowd_of_addresses_does_not_fill_the_memory() {
        let pace = Pace::new();
        for number in 0..200_000_u32 {
            pace.wait(Some(IpAddr::V4(number.into())), "/verify/a");
        }
        assert!(pace.addresses.len() <= 1 << 16);
    }

    #[test]
    fn a_household_is_one_address() {
        let (one, other): (IpAddr, IpAddr) = ("2001:db8::1".parse().unwrap(), "2001:db8::ffff:1".parse().unwrap());
        assert_eq!(network(one), network(other));
        let elsewhere: IpAddr = "2001:db8:0:1::1".parse().unwrap();
        assert_ne!(network(one), network(elsewhere));
        assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()), "192.0.2.1".parse::<IpAddr>().unwrap());
    }
}
