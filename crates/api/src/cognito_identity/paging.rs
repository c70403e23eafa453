//! Pages of identity pools' listings: `NextToken` and `MaxResults`.

use crate::fault::{Common, Fault};
use crate::page::entry_of;

/// The entry that a page begins after; a token that names none was made up.
pub(super) fn after<T: TryFrom<String>>(next_token: Option<&str>) -> Result<Option<T>, Fault> {
    let made_up = || Common::BadMember("Invalid NextToken.".to_owned());
    let entry = |token| entry_of(token).and_then(|entry| T::try_from(entry).ok()).ok_or_else(made_up);
    Ok(next_token.map(entry).transpose()?)
}
