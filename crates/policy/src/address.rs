//! Internet addresses of requests and the blocks of them that policies name.

use std::net::IpAddr;

/// A block of addresses, as `203.0.113.0/24` or `2001:db8::/32`; one address alone is a block of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    V4 { network: u32, mask: u32 },
    V6 { network: u128, mask: u128 },
}

/// Reads an address of a request. One of IPv4 that is written as IPv6 (`::ffff:192.0.2.1`) is the one of IPv4.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok().map(|address: IpAddr| address.to_canonical())
}

impl Block {
    /// Reads a block; bits of the address behind the prefix do not count.
    pub(crate) fn parse(text: &str) -> Option<Block> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(prefix(bits)?)),
            None => (text, None),
        };
        match address.parse().ok()? {
            IpAddr::V4(address) => Block::v4(u32::from(address), bits.unwrap_or(32)),
            IpAddr::V6(address) => {
                let bits = bits.unwrap_or(128);
                match address.to_ipv4_mapped() {
                    Some(address) if bits >= 96 => Block::v4(u32::from(address), bits - 96),
                    Some(_) | None => Block::v6(u128::from(address), bits),
                }
            }
        }
    }

    pub(crate) fn holds(self, address: IpAddr) -> bool {
        match (self, address) {
            (Block::V4 { network, mask }, IpAddr::V4(address)) => u32::from(address) & mask == network,
            (Block::V6 { network, mask }, IpAddr::V6(address)) => u128::from(address) & mask == network,
            (Block::V4 { .. }, IpAddr::V6(_)) | (Block::V6 { .. }, IpAddr::V4(_)) => false,
        }
    }

    /// Whether it is so large that naming it names nobody in particular. Source: S3 user guide, "The meaning of "public"".
    pub(crate) fn is_broad(self) -> bool {
        match self {
            Block::V4 { mask, .. } => mask.count_ones() < 8,
            Block::V6 { mask, .. } => mask.count_ones() < 32,
        }
    }

    fn v4(address: u32, bits: u32) -> Option<Block> {
        let mask = u32::MAX.checked_shl(32_u32.checked_sub(bits)?).unwrap_or(0);
        Some(Block::V4 { network: address & mask, mask })
    }

    fn v6(address: u128, bits: u32) -> Option<Block> {
        let mask = u128::MAX.checked_shl(128_u32.checked_sub(bits)?).unwrap_or(0);
        Some(Block::V6 { network: address & mask, mask })
    }
}

fn prefix(bits: &str) -> Option<u32> {
    bits.bytes().all(|byte| byte.is_ascii_digit()).then(|| bits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(block: &str, text: &str) -> bool {
        Block::parse(block).unwrap().holds(address(text).unwrap())
    }

    #[test]
    fn a_block_holds_what_begins_as_it_does() {
        assert!(holds("203.0.113.0/24", "203.0.113.255"));
        assert!(!holds("203.0.113.0/24", "203.0.114.0"));
        assert!(holds("203.0.113.7/24", "203.0.113.1"));
        assert!(holds("10.0.0.0/7", "11.255.255.255"));
        assert!(holds("192.0.2.1", "192.0.2.1") && !holds("192.0.2.1", "192.0.2.2"));
        assert!(holds("0.0.0.0/0", "198.51.100.1"));
        assert!(holds("2001:db8::/33", "2001:db8:7fff::1") && !holds("2001:db8::/33", "2001:db8:8000::"));
        assert!(holds("2001:db8::1", "2001:0db8:0:0::1") && !holds("2001:db8::1", "2001:db8::2"));
    }

    #[test]
    fn an_address_of_ipv4_written_as_ipv6_is_one_of_ipv4() {
        assert!(holds("192.0.2.0/24", "::ffff:192.0.2.1"));
        assert!(holds("::ffff:192.0.2.0/120", "192.0.2.1") && !holds("::ffff:192.0.2.0/120", "192.0.3.1"));
        assert!(!holds("::/0", "192.0.2.1") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(!holds("::ffff:192.0.2.0/95", "192.0.2.1"));
    }

    #[test]
    fn what_is_no_block_is_not_read() {
        for text in [
            "",
            "/8",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/+8",
            "10.0.0.0/-1",
            "10.0.0.0/8/8",
            "10.0.0",
            "10.0.0.0.0",
            "010.0.0.1",
            "10.0.0.*",
            "10.0.0.256",
            "10.0.0.0/255.0.0.0",
            "2001:db8::/129",
            "fe80::1%eth0",
            "[::1]",
            "*",
            "localhost",
            " 10.0.0.1",
        ] {
            assert_eq!(Block::parse(text), None, "{text}");
        }
    }
}
