//! How many guests may be made: from one network, and in one pool. Each is a record for which nobody has proven anything.

use domain::budget::Budget;
use domain::identity_pool::pool::IdentityPoolId;
use domain::network::Network;
use domain::time::{Span, Timestamp};
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// How many networks, and how many pools, can have something to be forgiven at the same time.
const MOST: usize = 100_000;

/// How long it takes at least until it is looked once more for those that have nothing left to be forgiven.
const SWEEP: Span = Span::from_secs(1);

/// The budgets, and what was spent of them since the start.
pub struct Guests {
    spent: Mutex<Spent>,
    is_uncapped: Box<dyn Fn(IpAddr) -> bool + Send + Sync>,
}

struct Spent {
    by_networks: Counts<Network>,
    in_pools: Counts<IdentityPoolId>,
}

/// There were too many already.
pub(crate) struct TooMany;

impl Guests {
    /// So many in a minute from one network and in one pool, at once or over it. Addresses that are uncapped are not
    /// counted.
    pub fn new(
        (per_network, per_pool): (u32, u32),
        is_uncapped: impl Fn(IpAddr) -> bool + Send + Sync + 'static,
    ) -> Self {
        let by_networks = Counts::of(Budget::per_minute(per_network));
        let in_pools = Counts::of(Budget::per_minute(per_pool));
        let spent = Mutex::new(Spent { by_networks, in_pools });
        Self { spent, is_uncapped: Box::new(is_uncapped) }
    }

    /// Counts one more, unless there were too many. Those that are turned away do not count.
    pub(crate) fn one_more(
        &self,
        address: IpAddr,
        pool: &IdentityPoolId,
        now: Timestamp,
    ) -> Result<(), TooMany> {
        if (self.is_uncapped)(address) {
            return Ok(());
        }
        let network = Network::of(address);
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let Spent { by_networks, in_pools } = &mut *spent;
        if by_networks.are_spent(&network, now) || in_pools.are_spent(pool, now) {
            return Err(TooMany);
        }
        by_networks.spend(network, now);
        in_pools.spend(pool.clone(), now);
        Ok(())
    }
}

/// What was spent by each: when all of it is forgiven. Who has nothing to be forgiven may be missing.
struct Counts<K> {
    budget: Budget,
    forgiven: HashMap<K, Timestamp>,
    swept: Timestamp,
}

impl<K: Eq + Hash> Counts<K> {
    fn of(budget: Budget) -> Self {
        Self { budget, forgiven: HashMap::new(), swept: Timestamp::default() }
    }

    /// Whether one has nothing left, or is new and there is no room to count for one more.
    fn are_spent(&mut self, one: &K, now: Timestamp) -> bool {
        match self.forgiven.get(one) {
            Some(forgiven) if self.budget.is_beyond(*forgiven, now) => false,
            Some(forgiven) => self.budget.is_spent(*forgiven, now),
            None => !self.has_room(now),
        }
    }

    fn spend(&mut self, one: K, now: Timestamp) {
        let budget = self.budget;
        let forgiven = self.forgiven.entry(one).or_default();
        let past = if budget.is_beyond(*forgiven, now) { now } else { *forgiven };
        *forgiven = budget.spend(past, now);
    }

    fn has_room(&mut self, now: Timestamp) -> bool {
        if self.forgiven.len() < MOST {
            return true;
        }
        if self.swept <= now && now.since(self.swept) < SWEEP {
            return false;
        }
        self.swept = now;
        let budget = self.budget;
        self.forgiven.retain(|_, forgiven| *forgiven > now && !budget.is_beyond(*forgiven, now));
        self.forgiven.len() < MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000_000 + millis)
    }

    fn pool(name: u32) -> IdentityPoolId {
        IdentityPoolId::parse(&format!("us-east-1:{name}")).unwrap()
    }

    fn from(address: u32) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from_bits(address))
    }

    fn guests(per_network: u32, per_pool: u32) -> Guests {
        Guests::new((per_network, per_pool), |address| address.is_loopback())
    }

    /// How many come through of those who ask at one moment.
    fn how_many(
        guests: &Guests,
        asking: impl Iterator<Item = (IpAddr, IdentityPoolId)>,
        now: Timestamp,
    ) -> usize {
        asking.filter(|(address, pool)| guests.one_more(*address, pool, now).is_ok()).count()
    }

    #[test]
    fn a_network_makes_so_many_guests_in_a_minute_whatever_the_pools_and_others_make_theirs() {
        let guests = guests(30, 1000);
        let network = |number| IpAddr::V6(Ipv6Addr::from_bits((0x2001_0db8_u128 << 96) + number));
        let asking = || (0..100).map(|number| (network(number.into()), pool(number % 7)));
        assert_eq!(how_many(&guests, asking(), at(0)), 30);
        assert_eq!(how_many(&guests, asking(), at(2000)), 1);
        assert_eq!(how_many(&guests, asking(), at(3999)), 0, "those that are turned away do not count");
        let neighbour = (0..100_u128).map(|number| (network((1 << 64) + number), pool(1)));
        assert_eq!(how_many(&guests, neighbour, at(2000)), 30);
        assert_eq!(how_many(&guests, asking(), at(62_000)), 30);
    }

    #[test]
    fn a_pool_gets_so_many_guests_in_a_minute_wherever_they_come_from_and_others_get_theirs() {
        let guests = guests(1000, 50);
        let asking = |name| (0..100).map(move |number| (from(number), pool(name)));
        assert_eq!(how_many(&guests, asking(1), at(0)), 50);
        assert_eq!(how_many(&guests, asking(2), at(0)), 50);
        assert_eq!(how_many(&guests, asking(1), at(1200)), 1);
    }

    #[test]
    fn addresses_that_are_uncapped_make_any_number_and_cost_others_nothing() {
        let guests = guests(2, 2);
        let own = (0..100).map(|_| (IpAddr::V4(Ipv4Addr::LOCALHOST), pool(1)));
        assert_eq!(how_many(&guests, own, at(0)), 100);
        assert_eq!(how_many(&guests, (0..5).map(|_| (from(1), pool(1))), at(0)), 2);
    }

    #[test]
    fn a_flood_from_everywhere_fills_no_memory_and_is_over_when_it_is_over() {
        let guests = guests(1, 1);
        let asking = || (0..250_000).map(|number| (from(number), pool(number)));
        assert_eq!(how_many(&guests, asking(), at(0)), MOST);
        let spent = guests.spent.lock().unwrap();
        assert_eq!((spent.by_networks.forgiven.len(), spent.in_pools.forgiven.len()), (MOST, MOST));
        drop(spent);
        assert_eq!(
            how_many(&guests, (300_000..300_010).map(|number| (from(number), pool(number))), at(60_001)),
            10
        );
        assert_eq!(guests.spent.lock().unwrap().by_networks.forgiven.len(), 10);
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let guests = guests(2, 2);
        let asking = || (0..5).map(|_| (from(1), pool(1)));
        assert_eq!(how_many(&guests, asking(), at(10_000_000)), 2);
        assert_eq!(how_many(&guests, asking(), at(0)), 2);
        assert_eq!(how_many(&guests, asking(), at(0)), 0);
    }
}
