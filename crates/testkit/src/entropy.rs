//! Randomness that counts.

use aws_lc_rs::digest::{SHA256, digest};
use domain::entropy::Entropy;
use std::sync::atomic::{AtomicU64, Ordering};

/// Entropy that is the same on every run: the n-th draw of eight bytes or more ends in the number n, so that no two
/// are equal and an id in a failing test tells when it was drawn. Shorter draws are scattered, as dice are.
#[derive(Debug, Default)]
pub struct Counting {
    drawn: AtomicU64,
}

impl Counting {
    /// Entropy from which nothing was drawn yet.
    pub const fn new() -> Self {
        Self { drawn: AtomicU64::new(0) }
    }
}

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.drawn.fetch_add(1, Ordering::Relaxed).wrapping_add(1).to_be_bytes();
        bytes.fill(0);
        match bytes.last_chunk_mut() {
            Some(end) => *end = number,
            None => {
                bytes.iter_mut().zip(digest(&SHA256, &number).as_ref()).for_each(|(byte, die)| *byte = *die)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account;
    use domain::entropy::draw_uuid;
    use domain::identity_pool::identity::IdentityId;
    use domain::user_pool::client::ClientId;
    use std::collections::HashSet;

    #[test]
    fn ids_tell_when_they_were_drawn() {
        let entropy = Counting::new();
        let drawn: Vec<String> = (0..2).map(|_| draw_uuid(&entropy).to_string()).collect();
        assert_eq!(drawn, ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"]);
    }

    #[test]
    fn no_id_is_drawn_twice_even_by_several_threads() {
        let entropy = Counting::new();
        let account = account();
        let draw_many = || -> Vec<String> {
            let both =
                || [IdentityId::draw(&account, &entropy).to_string(), ClientId::draw(&entropy).to_string()];
            (0..500).flat_map(|_| both()).collect()
        };
        let drawn: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(draw_many)).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(drawn.iter().collect::<HashSet<_>>().len(), 4000);
    }
}
