//! A bucket and its name.

use crate::s3::cors::CorsRules;
use crate::text::text;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

text!(
    /// A bucket's name: 3 to 63 lower-case letters, digits, hyphens and dots, and not a path that the server answers
    /// itself.
    ///
    /// Source: S3 user guide, "General purpose bucket naming rules".
    BucketName,
    "a bucket name",
    is_bucket_name
);

/// First path segments that the server keeps for itself; a bucket of that name could never be reached.
pub const RESERVED_SEGMENTS: [&str; 9] = [
    ".well-known",
    "_cenote",
    "health",
    "oauth2",
    "login",
    "logout",
    "console",
    "identitypools",
    "2015-03-31",
];

fn is_bucket_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends_well =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    (3..=63).contains(&bytes.len())
        && bytes.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'))
        && ends_well(bytes.first())
        && ends_well(bytes.last())
        && !text.contains("..")
        && text.parse::<std::net::Ipv4Addr>().is_err()
        && !["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|prefix| text.starts_with(prefix))
        && !["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"]
            .iter()
            .any(|suffix| text.ends_with(suffix))
        && !RESERVED_SEGMENTS.contains(&text)
}

/// A bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its name, unique on this server.
    pub name: BucketName,
    /// When it was made.
    pub created: Timestamp,
    /// Which pages of other origins may use it; nobody said so if absent.
    pub cors: Option<CorsRules>,
}

impl Bucket {
    /// A bucket that was just made.
    pub const fn new(name: BucketName, created: Timestamp) -> Self {
        Self { name, created, cors: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_s3_refuses_are_refused() {
        for name in
            ["ab", "Upper", "a_b", "-ab", "ab-", "a..b", "192.168.1.1", "xn--abc", "abc-s3alias", "a/b", ""]
        {
            assert!(BucketName::parse(name).is_err(), "{name}");
        }
    }

    #[test]
    fn the_servers_own_paths_are_no_bucket_names() {
        for name in RESERVED_SEGMENTS {
            assert!(BucketName::parse(name).is_err(), "{name}");
        }
    }

    #[test]
    fn ordinary_names_are_bucket_names() {
        for name in ["my-bucket", "a.b.c", "123", "logs-2026"] {
            assert!(BucketName::parse(name).is_ok(), "{name}");
        }
    }
}
