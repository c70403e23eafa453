//! What ListObjects and ListObjectsV2 have in common.

use super::owner::Owner;
use super::{fault_of, permissions};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::Permission;
use crate::s3::words;
use broker::iam::resource::Key;
use broker::s3::list::{self, Ask, Entry, Page};
use domain::s3::bucket::BucketName;
use domain::s3::object::Object;
use domain::time::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

/// The most entries of a page.
const MOST: i64 = 1000;

/// What stays as it is in a name under `encoding-type=url`.
const KEPT: AsciiSet =
    NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/').remove(b'*');

/// The parts of a listing's request that narrow and cut it.
pub(super) struct Narrowed<'a> {
    pub(super) bucket: &'a BucketName,
    pub(super) prefix: Option<&'a str>,
    pub(super) delimiter: Option<&'a str>,
    pub(super) max_keys: Option<i64>,
}

/// An object in a listing.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Content {
    key: String,
    last_modified: Timestamp,
    #[serde(rename = "ETag")]
    etag: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    checksum_algorithm: Option<[String; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checksum_type: Option<&'static str>,
    size: u64,
    storage_class: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<Owner>,
}

/// Keys that share a prefix, in a listing.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CommonPrefix {
    prefix: String,
}

impl Narrowed<'_> {
    /// s3:ListBucket, with the keys that a policy can narrow by; a key is absent where the parameter is.
    pub(super) fn permission(&self) -> Permission {
        let mut permission = permissions::on_bucket("s3:ListBucket", self.bucket);
        permission.keys.extend(self.prefix.map(|prefix| Key::new("s3:prefix", prefix.to_owned())));
        permission
            .keys
            .extend(self.delimiter.map(|delimiter| Key::new("s3:delimiter", delimiter.to_owned())));
        permission.keys.extend(self.max_keys.map(|max_keys| Key::new("s3:max-keys", max_keys.to_string())));
        permission
    }

    /// The page after an entry.
    pub(super) async fn page(&self, app: &App, after: &str) -> Result<Page, Fault> {
        let ask = Ask {
            prefix: self.prefix.unwrap_or_default(),
            delimiter: self.delimiter.unwrap_or_default(),
            after,
            limit: usize::try_from(self.limit()?).unwrap_or_default(),
        };
        let listing =
            app.store.transact(app.entropy.as_ref(), |records, _| list::page(records, self.bucket, &ask));
        listing.await?.map_err(fault_of)
    }

    /// How many entries the page may have.
    pub(super) fn limit(&self) -> Result<i64, Fault> {
        match self.max_keys.unwrap_or(MOST) {
            limit if limit < 0 => Err(words::invalid_argument(
                "Argument maxKeys must be an integer between 0 and 2147483647".to_owned(),
            )
            .into()),
            limit => Ok(limit.min(MOST)),
        }
    }
}

/// How names are written in an answer.
#[derive(Clone, Copy)]
pub(super) enum Encoding {
    Plain,
    Url,
}

impl Encoding {
    pub(super) fn asked(encoding_type: Option<&str>) -> Result<Self, Fault> {
        match encoding_type {
            None => Ok(Self::Plain),
            Some("url") => Ok(Self::Url),
            Some(_) => {
                Err(words::invalid_argument("Invalid Encoding Method specified in Request".to_owned()).into())
            }
        }
    }

    pub(super) fn name(self, name: &str) -> String {
        match self {
            Self::Plain => name.to_owned(),
            Self::Url => utf8_percent_encode(name, &KEPT).to_string(),
        }
    }

    /// The objects, with their owner where it is asked for, and the common prefixes of a page.
    pub(super) fn entries(self, page: Page, owner: Option<&Owner>) -> (Vec<Content>, Vec<CommonPrefix>) {
        let (mut contents, mut prefixes) = (Vec::new(), Vec::new());
        for entry in page.entries {
            match entry {
                Entry::Object(object) => contents.push(self.content(&object, owner)),
                Entry::CommonPrefix(prefix) => prefixes.push(CommonPrefix { prefix: self.name(&prefix) }),
            }
        }
        (contents, prefixes)
    }

    fn content(self, object: &Object, owner: Option<&Owner>) -> Content {
        Content {
            key: self.name(object.key.as_str()),
            last_modified: object.modified,
            etag: format!("\"{}\"", object.etag),
            checksum_algorithm: object.checksum.as_ref().map(|checksum| [checksum.algorithm.clone()]),
            checksum_type: object.checksum.as_ref().map(|_| "FULL_OBJECT"),
            size: object.size,
            storage_class: "STANDARD",
            owner: owner.cloned(),
        }
    }
}
