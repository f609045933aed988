//! Where a request came from, made unable to point at a person before anything else sees it.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, header};
use ipnet::IpNet;
use recital_domain::viewer::Client;
use woothee::parser::Parser;

/// The client's network (IPv4 /24, IPv6 /48), and its browser and system without versions.
pub fn client(peer: Option<SocketAddr>, headers: &HeaderMap) -> Client {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    Client { network: peer.and_then(|peer| network(peer.ip())), agent: agent.map(reduce) }
}

/// The address a request came from: the peer's, or what proxies that are trusted say of theirs, the nearest first. What
/// a stranger wrote into the header stands before that and is not believed.
pub fn behind_proxies(peer: SocketAddr, headers: &HeaderMap, trusted: &[IpNet]) -> SocketAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address.to_canonical()));
    let said = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = said.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut client = peer;
    for hop in hops.into_iter().rev() {
        if !is_trusted(client.ip()) {
            break;
        }
        let Ok(address) = hop.parse() else { break };
        client.set_ip(address);
    }
    client
}

fn network(address: IpAddr) -> Option<String> {
    let address = address.to_canonical();
    let prefix = if address.is_ipv4() { 24 } else { 48 };
    IpNet::new(address, prefix).ok().map(|network| network.trunc().to_string())
}

fn reduce(agent: &str) -> String {
    let known = Parser::new().parse(agent).filter(|agent| agent.name != "UNKNOWN");
    known.map_or_else(|| "other".to_owned(), |agent| format!("{} on {}", agent.name, agent.os))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_cut_to_its_network() {
        for (address, cut) in [
            ("203.0.113.77", "203.0.113.0/24"),
            ("::ffff:203.0.113.77", "203.0.113.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ] {
            assert_eq!(network(address.parse().unwrap()).as_deref(), Some(cut));
        }
    }

    #[test]
    fn only_a_trusted_proxy_says_where_a_request_came_from() {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "127.0.0.1/32".parse().unwrap()];
        for (peer, forwarded, client) in [
            ("192.0.2.1", Some("198.51.100.7"), "192.0.2.1"),
            ("10.0.0.1", Some("198.51.100.7"), "198.51.100.7"),
            ("10.0.0.1", Some("203.0.113.9, 198.51.100.7"), "198.51.100.7"),
            ("10.0.0.1", Some("203.0.113.9, 198.51.100.7, 10.1.1.1"), "198.51.100.7"),
            ("10.0.0.1", Some("2001:db8::1"), "2001:db8::1"),
            ("10.0.0.1", Some("unknown"), "10.0.0.1"),
            ("10.0.0.1", None, "10.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(
                forwarded.map(|value| (header::HeaderName::from_static("x-forwarded-for"), value.parse().unwrap())),
            );
            let peer = SocketAddr::new(peer.parse().unwrap(), 443);
            assert_eq!(
                behind_proxies(peer, &headers, &trusted).ip(),
                client.parse::<IpAddr>().unwrap(),
                "{forwarded:?}"
            );
        }
    }

    #[test]
    fn an_agent_is_cut_to_browser_and_system() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";
        assert_eq!(reduce(firefox), "Firefox on Linux");
        assert_eq!(reduce("someone's own agent, with a name in it"), "other");
    }
}
