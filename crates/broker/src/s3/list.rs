//! Listing a bucket, page by page, in the binary order of keys.

use crate::s3::{Refusal, buckets};
use domain::records::{After, Buckets, Stop};
use domain::s3::bucket::BucketName;
use domain::s3::object::Object;

/// A page of a listing as it is asked for.
#[derive(Debug, Clone, Default)]
pub struct Ask<'a> {
    /// Only keys that begin with this.
    pub prefix: &'a str,
    /// Keys that share what follows the prefix up to this are one entry; empty for no grouping.
    pub delimiter: &'a str,
    /// Only entries after this key or common prefix; empty for the first page.
    pub after: &'a str,
    /// At most so many entries.
    pub limit: usize,
}

/// A page of a listing.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Its entries in order.
    pub entries: Vec<Entry>,
    /// Whether more follow.
    pub is_truncated: bool,
}

impl Page {
    /// The last entry's name: where the next page begins after.
    pub fn last(&self) -> Option<&str> {
        self.entries.last().map(Entry::name)
    }
}

/// An entry of a listing.
#[derive(Debug, PartialEq, Eq)]
pub enum Entry {
    /// An object.
    Object(Box<Object>),
    /// Keys that share this much, delimiter included.
    CommonPrefix(String),
}

impl Entry {
    fn name(&self) -> &str {
        match self {
            Self::Object(object) => object.key.as_str(),
            Self::CommonPrefix(prefix) => prefix,
        }
    }
}

/// How many objects are read at once where delimiters may make most of them one entry.
const FEW: usize = 8;

/// Lists one page. Keys under a common prefix are skipped, not read, so a page costs as much as it has entries.
pub fn page(records: &mut impl Buckets, bucket: &BucketName, ask: &Ask<'_>) -> Result<Page, Stop<Refusal>> {
    buckets::find(records, bucket)?;
    let mut page = Page::default();
    if ask.limit == 0 {
        return Ok(page);
    }
    loop {
        let missing = ask.limit - page.entries.len() + 1;
        let wanted = if ask.delimiter.is_empty() { missing } else { missing.min(FEW) };
        let found = records.objects(bucket, ask.prefix, page.end(ask), wanted)?;
        let is_last = found.len() < wanted;
        for object in found {
            if page.covers(&object) {
                continue;
            }
            if page.entries.len() == ask.limit {
                page.is_truncated = true;
                return Ok(page);
            }
            page.entries.push(entry_of(object, ask));
        }
        if is_last {
            return Ok(page);
        }
    }
}

impl Page {
    /// Where the listing goes on after what the page holds so far.
    fn end<'p>(&'p self, ask: &'p Ask<'_>) -> After<'p> {
        match self.entries.last() {
            Some(Entry::Object(object)) => After::Key(object.key.as_str()),
            Some(Entry::CommonPrefix(prefix)) => After::Everything(prefix),
            None if ask.after.is_empty() => After::Nothing,
            // After a common prefix come the keys that do not share it.
            None if common_prefix(ask.after, ask) == Some(ask.after) => After::Everything(ask.after),
            None => After::Key(ask.after),
        }
    }

    /// Whether the last entry stands for this object too.
    fn covers(&self, object: &Object) -> bool {
        match self.entries.last() {
            Some(Entry::CommonPrefix(prefix)) => object.key.as_str().starts_with(prefix),
            Some(Entry::Object(_)) | None => false,
        }
    }
}

fn entry_of(object: Object, ask: &Ask<'_>) -> Entry {
    match common_prefix(object.key.as_str(), ask) {
        Some(prefix) => Entry::CommonPrefix(prefix.to_owned()),
        None => Entry::Object(Box::new(object)),
    }
}

/// What a key shares with its neighbours: the prefix asked for and what follows it up to the first delimiter.
fn common_prefix<'k>(key: &'k str, ask: &Ask<'_>) -> Option<&'k str> {
    if ask.delimiter.is_empty() {
        return None;
    }
    let rest = key.strip_prefix(ask.prefix)?;
    let at = rest.find(ask.delimiter)?;
    key.get(..ask.prefix.len() + at + ask.delimiter.len())
}
