//! An object: what is known about the bytes under a key.

use crate::entropy::{Entropy, draw};
use crate::s3::bucket::BucketName;
use crate::text::text;
use crate::time::Timestamp;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

text!(
    /// An object's name: 1 to 1024 bytes of UTF-8, taken as they are; `a//b` and `a/../b` are keys of their own.
    ObjectKey,
    "an object key",
    |text| (1..=1024).contains(&text.len())
);

text!(
    /// The name of a content file: 32 lower-case hexadecimal digits, drawn by Cenote and never taken from a caller.
    ContentId,
    "a content id",
    |text| text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
);

impl ContentId {
    /// Draws a new one.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(HEXLOWER.encode(&draw::<16>(entropy)))
    }
}

/// What the store knows about an object; its bytes lie in a content file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// The bucket it lies in.
    pub bucket: BucketName,
    /// Its name in the bucket.
    pub key: ObjectKey,
    /// The file that holds its bytes.
    pub content: ContentId,
    /// Its length in bytes.
    pub size: u64,
    /// The MD5 of its bytes in lower-case hexadecimal digits, without quotes.
    pub etag: String,
    /// When it was last written.
    pub modified: Timestamp,
    /// The headers it was stored with.
    pub headers: StoredHeaders,
    /// The checksum that was verified when it was stored.
    pub checksum: Option<Checksum>,
}

impl Object {
    /// Whether a list of entity tags names it, as `If-Match` and `If-None-Match` do; S3 takes tags without quotes too.
    pub fn is_named_by(&self, tags: &str) -> bool {
        tags.split(',').map(str::trim).any(|tag| {
            let tag = tag.strip_prefix("W/").unwrap_or(tag);
            tag == "*" || tag.trim_matches('"') == self.etag
        })
    }
}

/// The headers that are kept with an object and returned with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredHeaders {
    /// `Content-Type`; S3's default is `binary/octet-stream`.
    pub content_type: Option<String>,
    /// `Content-Encoding`, without the framing of the upload.
    pub content_encoding: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `Expires`, as it was sent.
    pub expires: Option<String>,
    /// User metadata: `x-amz-meta-*` by the name after the prefix.
    pub metadata: BTreeMap<String, String>,
}

/// A checksum of a whole object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksum {
    /// The algorithm by its name in S3's headers, such as `crc32`.
    pub algorithm: String,
    /// The checksum in base64.
    pub value: String,
}
