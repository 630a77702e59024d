//! Servers that stand in front of this one. Owns whom they may speak for: what `X-Forwarded-For` and `X-Forwarded-Proto`
//! say is believed from those alone that `ServiceSettings.TrustedProxies` names.

use std::net::{IpAddr, SocketAddr};

use super::Request;
use super::network::Networks;

/// The servers that are believed.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Networks);

impl Proxies {
    /// Reads addresses and networks with spaces between. `None` when one of them is neither.
    pub fn parse(text: &str) -> Option<Proxies> {
        Networks::parse(text).map(Proxies)
    }

    /// Whether the address is one of them.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.contain(address)
    }

    /// Puts the client in place of the proxy that speaks for it. Read from the right, where the nearest proxy wrote: the
    /// first address that is not a trusted proxy's is the client's; what stands left of it is the client's own tale.
    pub fn introduce(&self, request: &mut Request) {
        if !self.trusts(request.peer.ip()) {
            return;
        }
        let forwarded: Vec<&str> = request.headers.all("x-forwarded-for").collect();
        let mut client = request.peer.ip();
        for part in forwarded.iter().rev().flat_map(|line| line.rsplit(',')) {
            let Some(address) = forwarded_address(part.trim()) else {
                break;
            };
            client = address;
            if !self.trusts(client) {
                break;
            }
        }
        let protocol = request.headers.all("x-forwarded-proto").last();
        request.encrypted = protocol.is_some_and(|protocol| {
            let nearest = protocol.rsplit(',').next().unwrap_or_default();
            nearest.trim().eq_ignore_ascii_case("https")
        });
        request.is_forwarded = true;
        request.peer.set_ip(client.to_canonical());
    }
}

/// Reads an address as proxies write it: alone, with a port, and of IPv6 also in brackets. `None` when it is none.
fn forwarded_address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let alone = bare.unwrap_or(text).parse().ok();
    alone.or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwarded_addresses_with_and_without_a_port() {
        for (text, address) in [
            ("203.0.113.7", Some("203.0.113.7")),
            ("203.0.113.7:4711", Some("203.0.113.7")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:80", Some("2001:db8::1")),
            ("203.0.113.7:", None),
            ("203.0.113.7:99999", None),
            ("[203.0.113.7", None),
            ("unknown", None),
            ("", None),
        ] {
            let expected = address.map(|address| address.parse().unwrap());
            assert_eq!(forwarded_address(text), expected, "{text}");
        }
    }

    #[test]
    fn networks_and_who_is_in_them() {
        let proxies = Proxies::parse("127.0.0.1 10.0.0.0/8 192.168.1.77/24 fd00::/8 ::1").unwrap();
        for (address, trusted) in [
            ("127.0.0.1", true),
            ("::ffff:127.0.0.1", true),
            ("127.0.0.2", false),
            ("10.255.0.1", true),
            ("11.0.0.1", false),
            ("192.168.1.1", true),
            ("192.168.2.1", false),
            ("fdff::1", true),
            ("fe00::1", false),
            ("::1", true),
            ("::2", false),
        ] {
            assert_eq!(
                proxies.trusts(address.parse().unwrap()),
                trusted,
                "{address}"
            );
        }
        for everyone in ["0.0.0.0/0 ::/0", "::/0"] {
            assert!(
                Proxies::parse(everyone)
                    .unwrap()
                    .trusts([1, 2, 3, 4].into())
            );
        }
        assert!(
            !Proxies::parse("0.0.0.0/0")
                .unwrap()
                .trusts("::1".parse().unwrap())
        );
        assert!(!Proxies::parse(" ").unwrap().trusts([127, 0, 0, 1].into()));
        for bad in [
            "localhost",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/-1",
            "10.0.0.1:80",
            "10.0.0.1,10.0.0.2",
            "/8",
        ] {
            assert!(Proxies::parse(bad).is_none(), "{bad}");
        }
    }
}
