//! How often something may be done: so often at once, and then once more each time a while has passed.

use crate::time::{Span, Timestamp};

/// How far ahead something may lie that was noted before: requests at the same time do not see the same moment. What lies
/// further ahead was noted by a clock that was set back since, and says nothing.
pub const SKEW: Span = Span::from_mins(1);

/// A budget. What was spent of it is one moment: when all of it will have been forgiven.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    at_once: u32,
    each: Span,
}

impl Budget {
    /// So many at once, of which one is forgiven each time a span has passed.
    pub const fn new(at_once: u32, each: Span) -> Self {
        Self { at_once, each }
    }

    /// So many in a minute, in its first moment or all over it; at most 60,000, one in a millisecond.
    pub const fn per_minute(many: u32) -> Self {
        let many = if many == 0 { 1 } else { many };
        Self::new(many, Span::from_millis(60_000 / many))
    }

    /// When all will have been forgiven, if it is done once more now.
    #[must_use]
    pub fn spend(&self, forgiven: Timestamp, now: Timestamp) -> Timestamp {
        forgiven.max(now).after(self.each)
    }

    /// Whether nothing is left now.
    pub const fn is_spent(&self, forgiven: Timestamp, now: Timestamp) -> bool {
        forgiven.since(now).millis() > self.each.times(self.at_once.saturating_sub(1)).millis()
    }

    /// Whether so much was spent as nobody could have: the clock was set back since.
    pub const fn is_beyond(&self, forgiven: Timestamp, now: Timestamp) -> bool {
        forgiven.since(now).millis() > self.each.times(self.at_once).millis() + SKEW.millis()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000_000 + millis)
    }

    /// How often it can be done at a moment, one after the other.
    fn how_often(budget: Budget, forgiven: &mut Timestamp, now: Timestamp) -> u32 {
        let mut often = 0;
        while !budget.is_spent(*forgiven, now) {
            *forgiven = budget.spend(*forgiven, now);
            often += 1;
        }
        often
    }

    #[test]
    fn all_of_it_can_be_spent_at_once_and_then_it_comes_back_bit_by_bit() {
        for many in [1, 2, 600, 60_000] {
            let (budget, mut forgiven) = (Budget::per_minute(many), Timestamp::default());
            let each = i64::from(60_000 / many);
            assert_eq!(how_often(budget, &mut forgiven, at(0)), many);
            assert_eq!(how_often(budget, &mut forgiven, at(each - 1)), 0);
            assert_eq!(how_often(budget, &mut forgiven, at(each)), 1);
            assert_eq!(how_often(budget, &mut forgiven, at(each + 60_000)), many);
        }
    }

    #[test]
    fn what_a_clock_that_was_set_back_has_noted_says_nothing() {
        let (budget, mut forgiven) = (Budget::per_minute(600), Timestamp::default());
        how_often(budget, &mut forgiven, at(0));
        assert!(!budget.is_beyond(forgiven, at(0)) && !budget.is_beyond(forgiven, at(-60_000)));
        assert!(budget.is_beyond(forgiven, at(-60_001)));
    }
}
