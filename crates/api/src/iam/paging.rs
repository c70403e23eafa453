//! Pages of IAM's listings: `Marker` and `MaxItems`.

use super::given::Tag;
use crate::fault::{Common, Fault};
use crate::page::{self, entry_of};
use domain::tag::Tags;
use domain::text::NotA;

/// How many entries a page has if the caller does not say. Source: IAM API reference, "ListRoles".
const PAGE: usize = 100;

/// The page that is asked for.
pub(super) struct Asked {
    /// The entry it begins after.
    pub after: Option<String>,
    /// How many entries it has at most.
    pub limit: usize,
}

impl Asked {
    /// Reads the two members that say it.
    pub(super) fn of(marker: Option<&str>, max_items: Option<usize>) -> Result<Self, Fault> {
        let after = marker.map(|marker| entry_of(marker).ok_or_else(made_up)).transpose()?;
        Ok(Self { after, limit: max_items.unwrap_or(PAGE) })
    }

    /// The entry it begins after, as what it must be; a marker that names none was made up.
    pub(super) fn after_parsed<T>(
        &self,
        parse: impl Fn(&str) -> Result<T, NotA>,
    ) -> Result<Option<T>, Fault> {
        Ok(self.after.as_deref().map(|after| parse(after).map_err(|_| made_up())).transpose()?)
    }

    /// The page of entries that are all at hand, given those that are not on the pages before; and the marker of the next.
    pub(super) fn page<T>(
        &self,
        rest: impl Iterator<Item = T>,
        name: impl Fn(&T) -> String,
    ) -> (Vec<T>, Option<String>) {
        let mut page: Vec<T> = rest.take(self.limit.saturating_add(1)).collect();
        let marker = self.cut(&mut page, name);
        (page, marker)
    }

    /// The page of tags, in the order of their keys; and the marker of the next.
    pub(super) fn page_of_tags(&self, tags: &Tags) -> (Vec<Tag>, Option<String>) {
        self.page_of_all(Tag::all(tags), |tag| tag.key().to_owned())
    }

    /// Cuts what was found, one entry more than the limit if there are more, to the page; gives the marker of the next.
    pub(super) fn cut<T>(&self, found: &mut Vec<T>, name: impl Fn(&T) -> String) -> Option<String> {
        page::cut(found, self.limit, name)
    }

    /// The page of things that are all at hand, in the order of their keys, and the marker of the next.
    pub(super) fn page_of_all<T>(
        &self,
        all: impl IntoIterator<Item = T>,
        key: impl Fn(&T) -> String,
    ) -> (Vec<T>, Option<String>) {
        let is_after = |it: &T| self.after.as_deref().is_none_or(|after| key(it).as_str() > after);
        let rest = all.into_iter().filter(is_after);
        self.page(rest, &key)
    }
}

fn made_up() -> Common {
    Common::BadMember("Invalid Marker.".to_owned())
}
