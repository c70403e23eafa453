//! Failed sign-ins, and how long they make the next one wait.

use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// After this long without a failure everything is forgotten. Source: Cognito developer guide, "lockout behavior".
const QUIET: Span = Span::from_mins(15);

/// Failed sign-ins of one user, or from one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failures {
    count: u32,
    last: Timestamp,
}

impl Failures {
    /// How many failures a user is forgiven; then each doubles the wait, from a second to fifteen minutes.
    pub const FREE_PER_USER: u32 = 5;
    /// How many failures an address is forgiven: more, because an office may share one.
    pub const FREE_PER_ADDRESS: u32 = 50;

    /// The failures with one more, now.
    #[must_use]
    pub fn and_one_more(past: Option<Self>, now: Timestamp) -> Self {
        let count = past.filter(|past| !past.are_forgotten(now)).map_or(0, |past| past.count);
        Self { count: count.saturating_add(1), last: now }
    }

    /// Whether the next attempt must still wait. An attempt during the wait does not count.
    pub fn still_block(&self, free: u32, now: Timestamp) -> bool {
        self.count >= free && !self.are_forgotten(now) && now < self.last.after(self.wait(free))
    }

    fn wait(&self, free: u32) -> Span {
        match self.count.checked_sub(free) {
            None => Span::ZERO,
            Some(over) => Span::from_secs(1_u32.checked_shl(over).unwrap_or(u32::MAX)).min(QUIET),
        }
    }

    fn are_forgotten(&self, now: Timestamp) -> bool {
        now.since(self.last) >= QUIET
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(count: u32) -> Failures {
        let mut failures = None;
        for _ in 0..count {
            failures = Some(Failures::and_one_more(failures, Timestamp::from_secs(0)));
        }
        failures.unwrap()
    }

    #[test]
    fn the_first_failures_are_free_and_then_the_wait_doubles_up_to_a_quarter_hour() {
        for (count, wait) in [(1, 0), (4, 0), (5, 1), (6, 2), (7, 4), (14, 512), (15, 900), (60, 900)] {
            assert_eq!(after(count).wait(5).secs(), wait, "{count} failures");
        }
    }

    #[test]
    fn a_blocked_user_may_try_again_when_the_wait_is_over() {
        assert!(after(6).still_block(5, Timestamp::from_millis(1999)));
        assert!(!after(6).still_block(5, Timestamp::from_millis(2000)));
    }

    #[test]
    fn after_a_quiet_quarter_hour_counting_starts_anew() {
        let failures = Failures::and_one_more(Some(after(10)), Timestamp::from_secs(900));
        assert_eq!(failures.count, 1);
    }
}
