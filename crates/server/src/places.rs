//! How many connections there may be: all together, and from one address.

use crate::config::Limits;
use crate::proxies::TrustedProxies;
use crate::seats::Seats;
use domain::network::Network;
use ipnet::IpNet;
use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places for connections.
pub(crate) struct Places {
    all: Arc<Semaphore>,
    taken: Mutex<HashMap<Network, u32>>,
    most: u32,
    uncapped: Vec<IpNet>,
    seats: Arc<Seats>,
}

/// One more connection of an address; it counts until this is dropped.
pub(crate) struct Counted(Option<(Arc<Places>, Network)>);

/// A connection's place; it is free again when this is dropped.
pub(crate) struct Place {
    _free: OwnedSemaphorePermit,
    _counted: Counted,
}

impl Places {
    pub(crate) fn new(limits: &Limits) -> Arc<Self> {
        let all =
            usize::try_from(limits.connections).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS);
        Arc::new(Self {
            all: Arc::new(Semaphore::new(all)),
            taken: Mutex::default(),
            most: limits.connections_per_address,
            uncapped: limits.uncapped.clone(),
            seats: Arc::default(),
        })
    }

    /// Counts one more connection of an address, unless it has as many as it may have.
    pub(crate) fn count(self: &Arc<Self>, address: IpAddr, proxies: &TrustedProxies) -> Option<Counted> {
        if is_uncapped(address, &self.uncapped, proxies) {
            return Some(Counted(None));
        }
        let holder = Network::of(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(holder).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        drop(taken);
        Some(Counted(Some((self.clone(), holder))))
    }

    /// A place, once there is one. While all are taken, whoever has been idle for longest has to leave. `None` if there
    /// never will be one.
    pub(crate) async fn place(&self, counted: Counted) -> Option<Place> {
        let mut waiting = pin!(self.all.clone().acquire_owned());
        let free = loop {
            tokio::select! {
                // Whoever leaves gives up the place before the seat: it is looked for first, or another had to leave too.
                biased;
                free = &mut waiting => break free.ok()?,
                () = self.seats.make_room() => {}
            }
        };
        Some(Place { _free: free, _counted: counted })
    }

    /// The seats of those who have a place.
    pub(crate) fn seats(&self) -> &Arc<Seats> {
        &self.seats
    }
}

/// Whether an address may have and do as much as it wants: a trusted proxy's, or one that the settings name.
pub(crate) fn is_uncapped(address: IpAddr, uncapped: &[IpNet], proxies: &TrustedProxies) -> bool {
    proxies.include(address) || uncapped.iter().any(|network| network.contains(&address))
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Some((places, holder)) = self.0.take() else { return };
        let mut taken = places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&holder) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&holder);
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn nets(nets: &[&str]) -> Vec<IpNet> {
        nets.iter().map(|net| net.parse().unwrap()).collect()
    }

    /// Places of which one address may have so many.
    pub(crate) fn places(most: u32) -> Arc<Places> {
        Places::new(&Limits {
            connections: 100,
            connections_per_address: most,
            uncapped: nets(&["127.0.0.0/8"]),
            guests_per_address: 1,
            guests_per_pool: 1,
            identity_pools: 1,
            head_bytes: 8192,
            idle_seconds: 1,
            pause_seconds: 1,
        })
    }

    /// A place for one address, always the same, if it may have one more.
    pub(crate) async fn take(places: &Arc<Places>) -> Option<Place> {
        let counted = places.count("192.0.2.1".parse().unwrap(), &TrustedProxies::new(Vec::new()))?;
        places.place(counted).await
    }

    #[tokio::test]
    async fn an_address_has_so_many_places_and_others_have_theirs() {
        let (places, proxies) = (places(2), TrustedProxies::new(nets(&["10.0.0.0/8"])));
        let take =
            async |address: &str| places.place(places.count(address.parse().unwrap(), &proxies)?).await;
        let held = [take("192.0.2.1").await, take("192.0.2.1").await];
        assert!(held.iter().all(Option::is_some) && take("192.0.2.1").await.is_none());
        let _second = [take("2001:db8::1").await.unwrap(), take("2001:db8::2").await.unwrap()];
        assert!(take("2001:db8::ffff").await.is_none());
        assert!(take("2001:db8:0:1::1").await.is_some());
        for free in ["127.0.0.1", "10.1.2.3"] {
            let many = [take(free).await, take(free).await, take(free).await];
            assert!(many.iter().all(Option::is_some), "{free}");
        }
        drop(held);
        assert!(take("192.0.2.1").await.is_some());
        assert_eq!(places.taken.lock().unwrap().len(), 1, "who has none is forgotten");
    }
}
