//! Where a webhook may go: out to the world, never into the operator's own network (server-side request forgery).

use std::net::{IpAddr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use url::{Host, Url};

use crate::error::{Error, Result};

const LONGEST: usize = 2_000;

/// IPv4 networks that are not the public internet (IANA special-purpose registry), multicast and reserved included.
const INSIDE_V4: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
];

/// The same within `2000::/3`, outside of which no IPv6 address is public: protocol assignments, documentation, and the
/// forms that carry an IPv4 address.
const INSIDE_V6: &[&str] = &["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/// Whether a delivery may be sent to this address. A developer's own machine is fine in development.
pub(super) fn is_allowed(address: IpAddr, development: bool) -> bool {
    let address = address.to_canonical();
    (development && address.is_loopback()) || is_public(address)
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            !INSIDE_V4.iter().filter_map(|net| net.parse::<Ipv4Net>().ok()).any(|net| net.contains(&address))
        }
        IpAddr::V6(address) => {
            is_global_unicast(address)
                && !INSIDE_V6.iter().filter_map(|net| net.parse::<Ipv6Net>().ok()).any(|net| net.contains(&address))
        }
    }
}

fn is_global_unicast(address: Ipv6Addr) -> bool {
    address.segments()[0] & 0xe000 == 0x2000
}

/// The address, if a webhook may go there. What a name resolves to is checked again at each delivery.
///
/// # Errors
/// `BAD_USER_INPUT` on the field `url`.
pub(super) fn check(url: &str, development: bool) -> Result<Url> {
    let refuse = |message: &str| Err(Error::invalid("url", "INVALID_URL", message));
    let Ok(parsed) = Url::parse(url) else { return refuse("not a URL") };
    if url.len() > LONGEST || !parsed.username().is_empty() || parsed.password().is_some() {
        return refuse("a URL of at most 2000 bytes, without a user name or a password");
    }
    let (allowed, local) = match parsed.host() {
        Some(Host::Ipv4(address)) => (is_allowed(address.into(), development), address.is_loopback()),
        Some(Host::Ipv6(address)) => (is_allowed(address.into(), development), address.is_loopback()),
        Some(Host::Domain(name)) => {
            let local = name == "localhost" || name.ends_with(".localhost");
            (development || !local, local)
        }
        None => (false, false),
    };
    match parsed.scheme() {
        "https" | "http" if !allowed => refuse("this address is not on the public internet"),
        "https" => Ok(parsed),
        "http" if development && local => Ok(parsed),
        _ => refuse("an https URL"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_reached() {
        for (address, public) in [
            ("1.1.1.1", true),
            ("93.184.216.34", true),
            ("172.32.0.1", true),
            ("2606:4700::1111", true),
            ("127.0.0.1", false),
            ("127.255.0.1", false),
            ("0.0.0.0", false),
            ("10.1.2.3", false),
            ("172.31.255.255", false),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("198.18.0.1", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::", false),
            ("::1", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:1.1.1.1", true),
            ("64:ff9b::a00:1", false),
            ("fe80::1", false),
            ("fc00::1", false),
            ("ff02::1", false),
            ("2002:a00:1::", false),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_allowed(address.parse().unwrap(), false), public, "{address}");
        }
        assert!(is_allowed("127.0.0.1".parse().unwrap(), true));
        assert!(!is_allowed("10.0.0.1".parse().unwrap(), true));
    }

    #[test]
    fn only_https_to_the_outside_is_accepted() {
        for (url, anywhere, in_development) in [
            ("https://hooks.example.com/recital?source=1", true, true),
            ("https://1.1.1.1:8443/", true, true),
            ("http://hooks.example.com/", false, false),
            ("http://127.0.0.1:9000/", false, true),
            ("http://localhost:9000/", false, true),
            ("https://localhost/", false, true),
            ("https://127.0.0.1/", false, true),
            ("https://2130706433/", false, true),
            ("https://0x7f.1/", false, true),
            ("https://[::1]/", false, true),
            ("https://[::ffff:169.254.169.254]/", false, false),
            ("https://169.254.169.254/latest/meta-data", false, false),
            ("https://user:secret@hooks.example.com/", false, false),
            ("ftp://hooks.example.com/", false, false),
            ("file:///etc/passwd", false, false),
            ("hooks.example.com", false, false),
            ("", false, false),
        ] {
            assert_eq!(check(url, false).is_ok(), anywhere, "{url}");
            assert_eq!(check(url, true).is_ok(), in_development, "{url} in development");
        }
    }
}
