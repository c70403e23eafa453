//! How many connections there may be: all together, and from one address.

use crate::config::Limits;
use crate::proxies::TrustedProxies;
use domain::network::Network;
use ipnet::IpNet;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places for connections.
pub(crate) struct Places {
    all: Arc<Semaphore>,
    taken: Mutex<HashMap<Network, u32>>,
    most: u32,
    uncapped: Vec<IpNet>,
}

/// A place that nobody has taken yet.
pub(crate) type Free = OwnedSemaphorePermit;

/// A connection's place; it is free again when this is dropped.
pub(crate) struct Place {
    _free: Free,
    counted: Option<(Arc<Places>, Network)>,
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
        })
    }

    /// Waits until there is a place. `None` if there never will be one.
    pub(crate) async fn free(&self) -> Option<Free> {
        self.all.clone().acquire_owned().await.ok()
    }

    /// Gives a place to an address, unless it has as many as it may have.
    pub(crate) fn take(
        self: &Arc<Self>,
        free: Free,
        address: IpAddr,
        proxies: &TrustedProxies,
    ) -> Option<Place> {
        if is_uncapped(address, &self.uncapped, proxies) {
            return Some(Place { _free: free, counted: None });
        }
        let holder = Network::of(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(holder).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        drop(taken);
        Some(Place { _free: free, counted: Some((self.clone(), holder)) })
    }
}

/// Whether an address may have and do as much as it wants: a trusted proxy's, or one that the settings name.
pub(crate) fn is_uncapped(address: IpAddr, uncapped: &[IpNet], proxies: &TrustedProxies) -> bool {
    proxies.include(address) || uncapped.iter().any(|network| network.contains(&address))
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((places, holder)) = self.counted.take() else { return };
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
            head_bytes: 8192,
            idle_seconds: 1,
            pause_seconds: 1,
        })
    }

    /// A place for one address, always the same, if it may have one more.
    pub(crate) async fn take(places: &Arc<Places>) -> Option<Place> {
        let free = places.free().await.unwrap();
        places.take(free, "192.0.2.1".parse().unwrap(), &TrustedProxies::new(Vec::new()))
    }

    #[tokio::test]
    async fn an_address_has_so_many_places_and_others_have_theirs() {
        let (places, proxies) = (places(2), TrustedProxies::new(nets(&["10.0.0.0/8"])));
        let take = async |address: &str| {
            places.take(places.free().await.unwrap(), address.parse().unwrap(), &proxies)
        };
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
