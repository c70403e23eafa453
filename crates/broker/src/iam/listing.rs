//! Pages of listings that leave some of what is there out.

use domain::records::Read;

/// What of the things that `read` gives, in the order of their keys, is to be listed, from after one of them; one more than
/// `limit` if there are more. Of a thing it is asked what its key is, and whether it is listed.
pub(super) fn filtered<T>(
    mut read: impl FnMut(Option<&str>, usize) -> Read<Vec<T>>,
    (key, is_listed): (impl Fn(&T) -> String, impl Fn(&T) -> bool),
    after: Option<&str>,
    limit: usize,
) -> Read<Vec<T>> {
    let mut found: Vec<T> = Vec::new();
    let mut after = after.map(str::to_owned);
    loop {
        let page = read(after.as_deref(), limit + 1)?;
        after = page.last().map(&key);
        let is_last = page.len() <= limit;
        found.extend(page.into_iter().filter(|it| is_listed(it)));
        if is_last || found.len() > limit {
            found.truncate(limit + 1);
            return Ok(found);
        }
    }
}
