//! Buckets as hosts: `my-bucket.s3.example.com` means `my-bucket`.

use http::{HeaderMap, header};
use std::net::IpAddr;

/// The host names below which each bucket is a host of its own. Any other host is path style.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct S3Hosts {
    /// In lower case, the longest first, so that a bucket below `s3.localhost` is not one below `localhost`.
    names: Vec<String>,
}

/// A host name below which buckets are hosts, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName(String);

/// A text that is no host name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a host name, such as `s3.example.com`; it has no port, and no address is one")]
pub struct NotAHost(String);

impl HostName {
    /// A host name as an operator writes it.
    pub fn parse(name: &str) -> Result<Self, NotAHost> {
        match is_host_name(name) {
            true => Ok(Self(name.to_ascii_lowercase())),
            false => Err(NotAHost(name.chars().take(100).collect())),
        }
    }
}

impl S3Hosts {
    /// Buckets are hosts below these.
    pub fn new(names: &[HostName]) -> Self {
        let mut names: Vec<String> = names.iter().map(|HostName(name)| name.clone()).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        Self { names }
    }

    /// What stands before one of the names in the host of a request: the bucket, if it is a bucket's name.
    ///
    /// The host is that of the `Host` header, never that of an absolute target: the header is what was signed.
    pub(crate) fn bucket(&self, headers: &HeaderMap) -> Option<String> {
        let mut hosts = headers.get_all(header::HOST).iter();
        // Of two hosts none is the one that was meant; the signature of such a request is refused.
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return None };
        let host = host.to_str().ok()?.to_ascii_lowercase();
        let host = without_port(&host)?;
        let host = host.strip_suffix('.').unwrap_or(host);
        if self.names.iter().any(|name| name == host) || host.parse::<IpAddr>().is_ok() {
            return None;
        }
        let before = |name: &String| host.strip_suffix(name.as_str())?.strip_suffix('.').map(str::to_owned);
        self.names.iter().find_map(before)
    }
}

/// The host without `:PORT`; `None` if what follows a colon is no port, as in an IPv6 address.
fn without_port(host: &str) -> Option<&str> {
    match host.split_once(':') {
        None => Some(host),
        Some((host, port)) => port.bytes().all(|byte| byte.is_ascii_digit()).then_some(host),
    }
}

fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(is_label) && name.parse::<IpAddr>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn hosts() -> S3Hosts {
        S3Hosts::new(
            &["localhost", "S3.localhost", "s3.example.com"].map(|name| HostName::parse(name).unwrap()),
        )
    }

    fn bucket(host: &[u8]) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_bytes(host).unwrap());
        hosts().bucket(&headers)
    }

    #[test]
    fn what_stands_before_a_name_is_the_bucket() {
        for (host, expected) in [
            ("my-bucket.localhost:9000", Some("my-bucket")),
            ("my-bucket.s3.localhost", Some("my-bucket")),
            ("My-Bucket.S3.Example.COM:443", Some("my-bucket")),
            ("a.b.c.s3.example.com", Some("a.b.c")),
            ("my-bucket.localhost.", Some("my-bucket")),
            ("my-bucket.localhost:", Some("my-bucket")),
            // No bucket's name: the operation refuses it by name, and does not take the path for a bucket's.
            ("_cenote.localhost", Some("_cenote")),
            (".localhost", Some("")),
            ("a..localhost", Some("a.")),
            ("../x.localhost", Some("../x")),
        ] {
            assert_eq!(bucket(host.as_bytes()).as_deref(), expected, "{host}");
        }
    }

    #[test]
    fn any_other_host_is_path_style() {
        for host in [
            "localhost",
            "localhost:9000",
            "LOCALHOST.",
            "s3.localhost:9000",
            "s3.example.com",
            "127.0.0.1:9000",
            "[::1]:9000",
            "[::1]",
            "::1",
            "my-bucketlocalhost",
            "my-bucket.localhost.evil.example",
            "my-bucket.localhost:80:80",
            "my-bucket.localhost:http",
            "example.com",
            "evil-s3.example.com",
            "",
            ".",
            ":",
        ] {
            assert_eq!(bucket(host.as_bytes()), None, "{host}");
        }
        assert_eq!(bucket(b"b\xff.localhost"), None);
    }

    #[test]
    fn no_host_and_two_hosts_are_path_style() {
        let mut headers = HeaderMap::new();
        assert_eq!(hosts().bucket(&headers), None);
        headers.append(header::HOST, HeaderValue::from_static("a-bucket.localhost"));
        assert!(hosts().bucket(&headers).is_some());
        headers.append(header::HOST, HeaderValue::from_static("a-bucket.localhost"));
        assert_eq!(hosts().bucket(&headers), None);
    }

    #[test]
    fn what_is_no_host_name_is_refused() {
        for name in [
            "",
            "127.0.0.1",
            "::1",
            "s3.example.com:9000",
            "http://s3",
            "a..b",
            "-a",
            "a b",
            "*.example.com",
            ".",
        ] {
            assert!(HostName::parse(name).is_err(), "{name}");
        }
    }
}
