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
    fn an_agent_is_cut_to_browser_and_system() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";
        assert_eq!(reduce(firefox), "Firefox on Linux");
        assert_eq!(reduce("someone's own agent, with a name in it"), "other");
    }
}
