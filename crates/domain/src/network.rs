//! Where requests come from.

use std::net::{IpAddr, Ipv6Addr};

/// Who counts as one: an IPv4 address, or of IPv6 a network of 64 bits, which is what one customer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// The network of an address.
    pub const fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self(address),
            IpAddr::V6(v6) => Self(IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64))),
        }
    }

    /// Its first address.
    pub const fn address(self) -> IpAddr {
        self.0
    }
}
