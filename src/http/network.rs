//! The network of an address: whoever has one IPv6 address usually has a /64 of them.

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

#[cfg(test)]
mod tests {
    use super::network_of;

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
}
