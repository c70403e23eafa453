//! Who asks when a proxy stands in front.
//!
//! A header says what its sender wants. Only what a trusted proxy itself has seen counts: the right-most address that is
//! no trusted proxy's. Addresses further to the left are what somebody told the proxy.

use api::router::Peer;
use broker::iam::circumstances::Transport;
use http::{HeaderMap, HeaderValue};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

const FOR: &str = "x-forwarded-for";
const PROTO: &str = "x-forwarded-proto";

/// The proxies that are believed.
pub(crate) struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    pub(crate) const fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether an address is that of a trusted proxy.
    pub(crate) fn include(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Who asks, and whether their connection is encrypted, for a request that came from this end of a connection.
    pub(crate) fn asker(&self, end: Peer, headers: &HeaderMap) -> Peer {
        if !self.include(end.address) {
            return end;
        }
        Peer { address: self.source(end.address, headers), transport: transport(end, headers) }
    }

    /// The address that the last trusted proxy saw; that of the connection's end, if what a proxy wrote cannot be read.
    fn source(&self, end: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut source = end;
        for hop in entries(headers, FOR).into_iter().rev() {
            let Some(address) = hop.and_then(address) else { return end };
            source = address;
            if !self.include(address) {
                break;
            }
        }
        source
    }
}

/// Without the header it is the connection to the proxy that counts; a word that is not understood means no.
fn transport(end: Peer, headers: &HeaderMap) -> Transport {
    let said = entries(headers, PROTO);
    let is_secure = match said.is_empty() {
        true => end.transport.is_secure(),
        false => said.iter().all(|said| said.is_some_and(|said| said.eq_ignore_ascii_case("https"))),
    };
    // The version that was agreed on with the proxy says nothing of the client's.
    if is_secure { Transport::Encrypted(None) } else { Transport::Plain }
}

/// The entries of a header that lists, over all its lines; `None` is one that is no text.
fn entries<'a>(headers: &'a HeaderMap, name: &str) -> Vec<Option<&'a str>> {
    let parts = |value: &'a HeaderValue| match value.to_str() {
        Ok(text) => text.split(',').map(|part| Some(part.trim())).collect(),
        Err(_) => vec![None],
    };
    headers.get_all(name).iter().flat_map(parts).collect()
}

/// An address, or one with a port as some proxies write it.
fn address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().ok().map(|end| end.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address: IpAddr = text.parse().ok().or_else(with_port).or_else(in_brackets)?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use broker::iam::circumstances::TlsVersion;

    const ENCRYPTED: Transport = Transport::Encrypted(Some(TlsVersion::V1_3));

    fn asked(end: &str, lines: &[(&'static str, &str)]) -> (String, bool) {
        let proxies =
            TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap(), "2001:db8::/32".parse().unwrap()]);
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let asked = |transport| proxies.asker(Peer { address: end.parse().unwrap(), transport }, &headers);
        let (plain, encrypted) = (asked(Transport::Plain), asked(ENCRYPTED));
        let is_proxy = proxies.include(end.parse().unwrap());
        let version = if is_proxy { None } else { Some(TlsVersion::V1_3) };
        assert_eq!(encrypted.transport.tls_version(), version, "{end} {lines:?}");
        (plain.address.to_string(), plain.transport.is_secure())
    }

    #[test]
    fn a_proxy_is_believed_what_it_saw_itself_and_nobody_else_is_believed_anything() {
        type Row<'a> = (&'a str, &'a [(&'static str, &'a str)], &'a str, bool);
        let table: [Row<'_>; 19] = [
            ("192.0.2.9", &[(FOR, "203.0.113.1"), (PROTO, "https")], "192.0.2.9", false),
            ("10.0.0.1", &[], "10.0.0.1", false),
            ("10.0.0.1", &[(FOR, "203.0.113.1"), (PROTO, "https")], "203.0.113.1", true),
            ("10.0.0.1", &[(FOR, "127.0.0.1, 203.0.113.1")], "203.0.113.1", false),
            ("10.0.0.1", &[(FOR, "evil, 203.0.113.1")], "203.0.113.1", false),
            ("10.0.0.1", &[(FOR, "127.0.0.1"), (FOR, "203.0.113.1")], "203.0.113.1", false),
            ("10.0.0.1", &[(FOR, "127.0.0.1, 203.0.113.1, 10.0.0.2")], "203.0.113.1", false),
            ("10.0.0.1", &[(FOR, "10.0.0.3,10.0.0.2")], "10.0.0.3", false),
            ("10.0.0.1", &[(FOR, "203.0.113.1, evil")], "10.0.0.1", false),
            ("10.0.0.1", &[(FOR, "203.0.113.1, evil, 10.0.0.2")], "10.0.0.1", false),
            ("10.0.0.1", &[(FOR, "203.0.113.1,")], "10.0.0.1", false),
            ("10.0.0.1", &[(FOR, "")], "10.0.0.1", false),
            ("10.0.0.1", &[(FOR, "\u{ff}")], "10.0.0.1", false),
            ("10.0.0.1", &[(FOR, "203.0.113.1:4711")], "203.0.113.1", false),
            ("2001:db8::1", &[(FOR, "[2001:db9::7]:80")], "2001:db9::7", false),
            ("2001:db8::1", &[(FOR, "::ffff:203.0.113.1")], "203.0.113.1", false),
            ("10.0.0.1", &[(PROTO, "http")], "10.0.0.1", false),
            ("10.0.0.1", &[(PROTO, "https,http")], "10.0.0.1", false),
            ("10.0.0.1", &[(PROTO, "https"), (PROTO, "HTTPS")], "10.0.0.1", true),
        ];
        for (end, lines, address, is_secure) in table {
            assert_eq!(asked(end, lines), (address.to_owned(), is_secure), "{end} {lines:?}");
        }
    }
}
