//! Networks of addresses. Whoever has one IPv6 address usually has a /64 of them.

use std::net::{IpAddr, Ipv6Addr};

/// Returns the first address of the network by which clients are told apart: an IPv4 address is one by itself, an IPv6
/// address belongs to its /64.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
    }
}

/// Returns the text by which clients are told apart: an IPv4 address, or the /64 of an IPv6 address. A text that is no
/// address stays as it is.
pub fn network_of(address: &str) -> String {
    match address.parse().map(network) {
        Ok(IpAddr::V4(address)) => address.to_string(),
        Ok(IpAddr::V6(first)) => format!("{first}/64"),
        Err(_) => address.to_owned(),
    }
}

/// Addresses and networks.
#[derive(Clone, Debug, Default)]
pub struct Networks(Vec<Network>);

/// An address and how many of its bits count; IPv4 as it stands within IPv6.
#[derive(Clone, Copy, Debug)]
struct Network {
    address: u128,
    mask: u128,
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl Network {
    /// Reads `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`. `None` when it is none of these.
    fn parse(text: &str) -> Option<Network> {
        let (address, length) = text.split_once('/').unwrap_or((text, ""));
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length: u32 = match (length, text.contains('/')) {
            ("", false) => most,
            // No sign and no blank.
            (digits, _) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok()?
            }
            _ => return None,
        };
        let mask = u128::MAX
            .checked_shl(most.checked_sub(length)?)
            .unwrap_or(0);
        Some(Network {
            address: bits(address) & mask,
            mask,
        })
    }
}

impl Networks {
    /// Reads addresses and networks with spaces between. `None` when one of them is neither.
    pub fn parse(text: &str) -> Option<Networks> {
        let networks: Option<Vec<Network>> = text.split_whitespace().map(Network::parse).collect();
        networks.map(Networks)
    }

    /// Whether the address is in one of them.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = bits(address);
        self.0
            .iter()
            .any(|network| address & network.mask == network.address)
    }

    /// Whether each of the other networks lies in one of these.
    pub fn include(&self, others: &Networks) -> bool {
        let has = |other: &Network| {
            self.0.iter().any(|network| {
                other.mask & network.mask == network.mask
                    && other.address & network.mask == network.address
            })
        };
        others.0.iter().all(has)
    }
}

#[cfg(test)]
mod tests {
    use super::{Networks, network_of};

    #[test]
    fn ipv6_addresses_count_by_their_64_bits() {
        for (address, network) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("", ""),
        ] {
            assert_eq!(network_of(address), network, "{address}");
        }
    }

    #[test]
    fn a_network_lies_in_a_wider_one() {
        let wide = Networks::parse("10.0.0.0/8 2001:db8::/32").unwrap();
        for (others, lie_in_it) in [
            ("10.1.0.0/16", true),
            ("10.1.2.3 2001:db8:1::/48", true),
            ("10.0.0.0/7", false),
            ("10.0.0.1 11.0.0.1", false),
            ("::/0", false),
            ("", true),
        ] {
            let others = Networks::parse(others).unwrap();
            assert_eq!(wide.include(&others), lie_in_it, "{others:?}");
        }
    }
}
