//! Failed sign-ins, and how long they make the next one wait.

use crate::budget::{Budget, SKEW};
use crate::network::Network;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// After this long without a failure everything is forgotten. Source: Cognito developer guide, "lockout behavior".
const QUIET: Span = Span::from_mins(15);

/// How many failures a user is forgiven; then each doubles the wait, from a second to fifteen minutes.
const FREE_OF_USER: u32 = 5;

/// How many failures a network is forgiven at once, more than a user because an office may share one, and how long it
/// takes until it is forgiven one more.
const OF_NETWORK: Budget = Budget::new(50, Span::from_secs(10));

/// The failed sign-ins of one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserFailures {
    count: u32,
    last: Timestamp,
}

impl UserFailures {
    /// The failures with one more, now.
    #[must_use]
    pub fn and_one_more(past: Option<Self>, now: Timestamp) -> Self {
        match past.filter(|past| !past.are_forgotten(now)) {
            Some(past) => Self { count: past.count.saturating_add(1), last: past.last.max(now) },
            None => Self { count: 1, last: now },
        }
    }

    /// Whether the next attempt must still wait. An attempt during the wait does not count.
    pub fn still_block(&self, now: Timestamp) -> bool {
        !self.are_forgotten(now) && now < self.last.after(self.wait())
    }

    fn wait(&self) -> Span {
        match self.count.checked_sub(FREE_OF_USER) {
            None => Span::ZERO,
            Some(over) => Span::from_secs(1_u32.checked_shl(over).unwrap_or(u32::MAX)).min(QUIET),
        }
    }

    fn are_forgotten(&self, now: Timestamp) -> bool {
        now.since(self.last) >= QUIET || lies_ahead(self.last, now)
    }
}

/// The failed sign-ins from one network, for any user: fifty at once are forgiven, and then one every ten seconds.
///
/// No wait doubles here: everybody who shares an address with somebody who guesses would have to wait as long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkFailures {
    /// When all of them are forgiven.
    forgiven: Timestamp,
    last: Timestamp,
}

impl NetworkFailures {
    /// The failures with one more, now.
    #[must_use]
    pub fn and_one_more(past: Option<Self>, now: Timestamp) -> Self {
        let past = past.filter(|past| !lies_ahead(past.last, now));
        let (forgiven, last) = past.map_or((now, now), |past| (past.forgiven, past.last.max(now)));
        Self { forgiven: OF_NETWORK.spend(forgiven, now), last }
    }

    /// Whether the next attempt must still wait. An attempt during the wait does not count.
    pub fn still_block(&self, now: Timestamp) -> bool {
        !lies_ahead(self.last, now) && OF_NETWORK.is_spent(self.forgiven, now)
    }
}

fn lies_ahead(last: Timestamp, now: Timestamp) -> bool {
    last.since(now) > SKEW
}

/// The network that failures of an address are counted for; `None` for the machine itself, where a proxy speaks for
/// everybody.
pub const fn network_of(address: IpAddr) -> Option<Network> {
    if address.is_loopback() { None } else { Some(Network::of(address)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_secs(NOW.secs() + seconds)
    }

    fn of_user(count: u32) -> UserFailures {
        (1..count).fold(UserFailures::and_one_more(None, NOW), |past, _| {
            UserFailures::and_one_more(Some(past), NOW)
        })
    }

    fn of_network(count: u32) -> NetworkFailures {
        (1..count).fold(NetworkFailures::and_one_more(None, NOW), |past, _| {
            NetworkFailures::and_one_more(Some(past), NOW)
        })
    }

    #[test]
    fn the_first_failures_are_free_and_then_the_wait_doubles_up_to_a_quarter_hour() {
        for (count, wait) in [(1, 0), (4, 0), (5, 1), (6, 2), (7, 4), (14, 512), (15, 900), (60, 900)] {
            assert_eq!(of_user(count).wait().secs(), wait, "{count} failures");
        }
    }

    #[test]
    fn a_blocked_user_may_try_again_when_the_wait_is_over() {
        let over = NOW.after(of_user(6).wait());
        assert!(of_user(6).still_block(Timestamp::from_millis(over.millis() - 1)));
        assert!(!of_user(6).still_block(over));
    }

    #[test]
    fn after_a_quiet_quarter_hour_counting_starts_anew() {
        let failures = UserFailures::and_one_more(Some(of_user(10)), at(900));
        assert_eq!(failures.count, 1);
    }

    #[test]
    fn a_network_is_forgiven_one_failure_every_ten_seconds() {
        assert!(!of_network(49).still_block(NOW));
        let full = of_network(50);
        assert!(full.still_block(at(9)));
        assert!(!full.still_block(at(10)));
        let again = NetworkFailures::and_one_more(Some(full), at(10));
        assert!(again.still_block(at(19)) && !again.still_block(at(20)));
    }

    #[test]
    fn ordinary_mistakes_never_lock_a_busy_network_out() {
        let mut failures = of_network(30);
        for mistake in 1..10_000 {
            assert!(!failures.still_block(at(mistake * 11)));
            failures = NetworkFailures::and_one_more(Some(failures), at(mistake * 11));
        }
    }

    #[test]
    fn whoever_guesses_from_one_network_gets_no_more_than_the_rate() {
        let (mut failures, mut guesses) = (None, 0);
        for second in 0..36_000 {
            while !failures.is_some_and(|failures: NetworkFailures| failures.still_block(at(second))) {
                failures = Some(NetworkFailures::and_one_more(failures, at(second)));
                guesses += 1;
            }
        }
        assert_eq!(guesses, 50 + 3599);
    }

    #[test]
    fn failures_of_a_clock_that_was_set_back_since_block_nobody() {
        for step in [61, 3600, 1_000_000] {
            assert!(!of_user(60).still_block(at(-step)), "{step}");
            assert!(!of_network(60).still_block(at(-step)), "{step}");
            assert_eq!(UserFailures::and_one_more(Some(of_user(60)), at(-step)).count, 1);
            assert_eq!(
                NetworkFailures::and_one_more(Some(of_network(60)), at(-step)),
                NetworkFailures::and_one_more(None, at(-step))
            );
        }
    }

    #[test]
    fn a_request_that_began_a_little_before_the_last_failure_is_blocked_all_the_same() {
        for earlier in [1, 30, 60] {
            assert!(of_user(5).still_block(at(-earlier)), "{earlier}");
            assert!(of_network(50).still_block(at(-earlier)), "{earlier}");
            let late = UserFailures::and_one_more(Some(of_user(5)), at(-earlier));
            assert_eq!((late.count, late.last), (6, NOW), "and does not make the wait shorter");
            let late = NetworkFailures::and_one_more(Some(of_network(50)), at(-earlier));
            assert_eq!(late, of_network(51));
        }
    }

    #[test]
    fn the_machine_itself_is_no_network_and_neighbours_in_ipv6_are_one() {
        let of = |text: &str| network_of(text.parse().unwrap());
        assert_eq!((of("127.0.0.1"), of("127.9.9.9"), of("::1")), (None, None, None));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
