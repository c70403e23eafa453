//! The host that a request is addressed to.

use http::uri::Authority;
use http::{HeaderMap, Uri, header};
use std::net::Ipv6Addr;

/// The host that a request names, with its port if there is one: that of its target if the target is absolute, else that
/// of its one `Host` header (RFC 9112, section 3.2). `None` if there is none, or it is no host. Whoever asks chooses it, so
/// it may decide about nobody but them.
pub fn authority(uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let named = match (uri.authority(), hosts.next(), hosts.next()) {
        (Some(authority), ..) => authority.clone(),
        (None, Some(host), None) => Authority::try_from(host.as_bytes()).ok()?,
        (None, ..) => return None,
    };
    let rest = named.as_str().strip_prefix(named.host())?;
    let has_port = rest.is_empty() || named.port_u16().is_some_and(|port| rest == format!(":{port}"));
    (has_port && is_host(named.host())).then_some(named)
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        }
    }
}
