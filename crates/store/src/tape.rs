//! What a use case draws, kept so that running it again draws the same.

use domain::entropy::Entropy;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Randomness drawn once: a run that starts again reads the same bytes from the start of the tape, and only a run that
/// gets further than all before it extends the tape.
pub(crate) struct Tape<'a> {
    source: &'a dyn Entropy,
    reel: Mutex<Reel>,
}

#[derive(Default)]
struct Reel {
    drawn: Vec<u8>,
    position: usize,
}

impl<'a> Tape<'a> {
    pub(crate) fn new(source: &'a dyn Entropy) -> Self {
        Self { source, reel: Mutex::default() }
    }

    pub(crate) fn rewind(&self) {
        self.reel().position = 0;
    }

    fn reel(&self) -> MutexGuard<'_, Reel> {
        self.reel.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entropy for Tape<'_> {
    fn fill(&self, bytes: &mut [u8]) {
        let mut reel = self.reel();
        let end = reel.position + bytes.len();
        let missing = end.saturating_sub(reel.drawn.len());
        if missing > 0 {
            let mut fresh = vec![0; missing];
            self.source.fill(&mut fresh);
            reel.drawn.append(&mut fresh);
        }
        for (byte, drawn) in bytes.iter_mut().zip(reel.drawn.iter().skip(reel.position)) {
            *byte = *drawn;
        }
        reel.position = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::entropy::draw;
    use std::sync::atomic::{AtomicU8, Ordering};

    struct Counting(AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    #[test]
    fn a_rewound_tape_replays_and_then_extends() {
        let source = Counting(AtomicU8::new(0));
        let tape = Tape::new(&source);
        assert_eq!(draw::<3>(&tape), [0, 1, 2]);
        tape.rewind();
        assert_eq!(draw::<2>(&tape), [0, 1]);
        assert_eq!(draw::<3>(&tape), [2, 3, 4]);
        assert_eq!(draw::<1>(&tape), [5]);
    }
}
