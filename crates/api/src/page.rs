//! The tokens that a listing goes on from.

use crate::fault::{Common, Fault};
use data_encoding::BASE64URL_NOPAD;

/// The longest entry that a page can go on after, in bytes: what a back end calls one of its users has 1024 characters.
const LONGEST: usize = 4 * 1024;

/// The token for the page after an entry. Where a page begins is no secret to somebody who may list, so it is not
/// sealed.
pub(crate) fn token_after(entry: &str) -> String {
    BASE64URL_NOPAD.encode(entry.as_bytes())
}

/// Cuts what was found, one entry more than the limit if there are more, to the page; gives the token of the next.
pub(crate) fn cut<T>(found: &mut Vec<T>, limit: usize, name: impl Fn(&T) -> String) -> Option<String> {
    let is_truncated = found.len() > limit;
    found.truncate(limit);
    found.last().filter(|_| is_truncated).map(|last| token_after(&name(last)))
}

/// The entry that a page of a JSON service begins after (`NextToken`); a token that names none was made up.
pub(crate) fn after<T: TryFrom<String>>(next_token: Option<&str>) -> Result<Option<T>, Fault> {
    let entry = |token| entry_of(token).and_then(|entry| T::try_from(entry).ok()).ok_or_else(made_up);
    Ok(next_token.map(entry).transpose()?)
}

/// What is said of a token that was made up.
pub(crate) fn made_up() -> Common {
    Common::BadMember("Invalid NextToken.".to_owned())
}

/// The entry that a token goes on after; `None` for one that was made up.
pub(crate) fn entry_of(token: &str) -> Option<String> {
    let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
    String::from_utf8(bytes).ok().filter(|entry| (1..=LONGEST).contains(&entry.len()))
}
