//! When users' access keys were used last: known here to the moment, and written now and then, so that requests do not wait
//! for it. After a restart what is known is what was written, which is no older than [`WRITTEN_EVERY`].

use domain::iam::access_key::{AccessKeyId, LastUse};
use domain::time::{Span, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long a use may go unwritten.
const WRITTEN_EVERY: Span = Span::from_mins(15);

/// The last uses of keys that were used since the server started. Only keys that are there are used.
#[derive(Default)]
pub struct KeyUses {
    last: Mutex<HashMap<AccessKeyId, Noted>>,
}

struct Noted {
    last: LastUse,
    written: Timestamp,
}

impl KeyUses {
    /// Notes a use; gives whether it has to be written.
    pub(crate) fn note(&self, id: &AccessKeyId, last: &LastUse) -> bool {
        let mut all = self.all();
        let Some(noted) = all.get_mut(id) else {
            all.insert(id.clone(), Noted { last: last.clone(), written: last.at });
            return true;
        };
        let is_due = last.at.since(noted.written) >= WRITTEN_EVERY;
        if is_due {
            noted.written = last.at;
        }
        noted.last.clone_from(last);
        is_due
    }

    /// The last use of a key since the server started.
    pub(crate) fn last(&self, id: &AccessKeyId) -> Option<LastUse> {
        self.all().get(id).map(|noted| noted.last.clone())
    }

    /// Forgets a key that is there no more, or whose use could not be written.
    pub(crate) fn forget(&self, id: &AccessKeyId) {
        self.all().remove(id);
    }

    /// Forgets all that was not written, as a restart does.
    pub fn forget_all(&self) {
        self.all().clear();
    }

    fn all(&self) -> MutexGuard<'_, HashMap<AccessKeyId, Noted>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_use_is_written_and_then_one_in_a_quarter_of_an_hour() {
        let uses = KeyUses::default();
        let id = AccessKeyId::parse("AKIAAAAAAAAAAAAAAAAA").unwrap();
        let used = |minute: u32, service: &str| {
            let at = Timestamp::from_secs(0).after(Span::from_mins(minute));
            uses.note(&id, &LastUse { at, service: service.to_owned(), region: "us-east-1".to_owned() })
        };
        assert_eq!(uses.last(&id), None);
        let written =
            [(0, "s3"), (14, "iam"), (15, "s3"), (29, "sts"), (30, "s3")].map(|(at, of)| used(at, of));
        assert_eq!(written, [true, false, true, false, true]);
        used(31, "iam");
        assert_eq!(uses.last(&id).map(|last| last.service), Some("iam".to_owned()));
        uses.forget(&id);
        assert!(uses.last(&id).is_none() && used(32, "s3"));
    }
}
