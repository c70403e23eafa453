//! Which object a copy is made of: the header `x-amz-copy-source`.

use super::words;
use crate::fault::Fault;
use crate::protocol::rest_xml::decoded;
use domain::s3::bucket::BucketName;
use domain::s3::object::ObjectKey;
use serde::Deserialize;

/// The source of a copy. It is decoded exactly once, and then names what is authorized and what is read.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct CopySource {
    pub(super) bucket: BucketName,
    pub(super) key: ObjectKey,
    /// Whether one version is asked for.
    pub(super) has_version: bool,
}

/// Why a header names no source.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct BadSource(&'static str);

const NO_KEY: BadSource =
    BadSource("Copy Source must mention the source bucket and key: sourcebucket/sourcekey");

impl TryFrom<String> for CopySource {
    type Error = BadSource;

    fn try_from(header: String) -> Result<Self, BadSource> {
        let (path, has_version) = match header.split_once("?versionId=") {
            Some((path, _)) => (path, true),
            None => (header.as_str(), false),
        };
        let path = decoded(path).map_err(|_| BadSource("The x-amz-copy-source header is not URL-encoded"))?;
        let (bucket, key) = path.strip_prefix('/').unwrap_or(&path).split_once('/').ok_or(NO_KEY)?;
        let bucket = BucketName::parse(bucket).map_err(|_| BadSource("Invalid copy source bucket name"))?;
        if key.is_empty() {
            return Err(NO_KEY);
        }
        let key = ObjectKey::parse(key).map_err(|_| BadSource("Invalid copy source object key"))?;
        Ok(Self { bucket, key, has_version })
    }
}

impl CopySource {
    /// The source as policies compare it.
    pub(super) fn text(&self) -> String {
        format!("{}/{}", self.bucket, self.key)
    }

    /// Holds that no version is asked for.
    pub(super) fn check(&self) -> Result<(), Fault> {
        match self.has_version {
            true => Err(words::not_implemented("versions of objects are not served yet".to_owned()).into()),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(header: &str) -> Result<(String, String), BadSource> {
        let source = CopySource::try_from(header.to_owned())?;
        assert!(!source.has_version);
        Ok((source.bucket.to_string(), source.key.to_string()))
    }

    #[test]
    fn a_source_is_decoded_exactly_once() {
        for (header, key) in [
            ("my-bucket/a/b", "a/b"),
            ("/my-bucket/a/b", "a/b"),
            ("my-bucket/a%20b%2Bc", "a b+c"),
            ("my-bucket/a+b", "a+b"),
            ("my-bucket/%252e%252e/x", "%2e%2e/x"),
            ("my-bucket/%2e%2e/x", "../x"),
            ("my-bucket/../other-bucket/x", "../other-bucket/x"),
            ("my-bucket//x", "/x"),
            ("my-bucket/a?b=c", "a?b=c"),
            ("my-bucket/a%3FversionId=v", "a?versionId=v"),
            ("my-bucket/%C3%A9", "é"),
            ("my-bucket/e%CC%81", "e\u{301}"),
            ("my-bucket%2Fa", "a"),
        ] {
            assert_eq!(source(header), Ok(("my-bucket".to_owned(), key.to_owned())), "{header}");
        }
    }

    #[test]
    fn what_names_no_object_is_refused() {
        for header in ["", "/", "my-bucket", "my-bucket/", "/my-bucket", "//my-bucket/a"] {
            assert!(source(header).is_err(), "{header}");
        }
        for header in ["My_Bucket/a", "../a/b", "arn:aws:s3:us-east-1:123456789012:accesspoint/a/object/b"] {
            assert_eq!(source(header), Err(BadSource("Invalid copy source bucket name")), "{header}");
        }
        for header in ["my-bucket/%", "my-bucket/%ff", "my-bucket/%zz"] {
            assert!(source(header).is_err(), "{header}");
        }
        assert!(source(&format!("my-bucket/{}", "k".repeat(1025))).is_err());
    }

    #[test]
    fn a_version_of_a_source_is_told_apart_from_a_key() {
        assert!(CopySource::try_from("my-bucket/a?versionId=null".to_owned()).unwrap().has_version);
    }
}
