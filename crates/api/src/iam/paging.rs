//! Pages of IAM's listings: `Marker` and `MaxItems`.

use crate::fault::{Common, Fault};
use crate::page::{self, entry_of};

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
        let made_up = || Common::BadMember("Invalid Marker.".to_owned());
        let after = marker.map(|marker| entry_of(marker).ok_or_else(made_up)).transpose()?;
        Ok(Self { after, limit: max_items.unwrap_or(PAGE) })
    }

    /// Cuts what was found, one entry more than the limit if there are more, to the page; gives the marker of the next.
    pub(super) fn cut<T>(&self, found: &mut Vec<T>, name: impl Fn(&T) -> String) -> Option<String> {
        page::cut(found, self.limit, name)
    }

    /// The page of things that are all at hand, in the order of their keys, and the marker of the next.
    pub(super) fn page<T>(
        &self,
        all: impl IntoIterator<Item = T>,
        key: impl Fn(&T) -> String,
    ) -> (Vec<T>, Option<String>) {
        let is_after = |it: &T| self.after.as_ref().is_none_or(|after| key(it) > *after);
        let mut page: Vec<T> = all.into_iter().filter(is_after).take(self.limit + 1).collect();
        let marker = self.cut(&mut page, &key);
        (page, marker)
    }
}
