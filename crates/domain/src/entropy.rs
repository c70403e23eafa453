//! Randomness as an argument: only the server asks the machine for it.

use uuid::{Builder, Uuid};

/// A source of unpredictable bytes.
///
/// In production it is the operating system's generator, handed in by the server; tests hand in a counter.
pub trait Entropy: Send + Sync {
    /// Fills the whole slice.
    fn fill(&self, bytes: &mut [u8]);
}

/// Draws `N` bytes.
pub fn draw<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

/// Draws a random (version 4) UUID.
pub fn draw_uuid(entropy: &dyn Entropy) -> Uuid {
    Builder::from_random_bytes(draw(entropy)).into_uuid()
}

/// Draws `length` characters of `alphabet`, each equally likely.
///
/// Bytes that would favour the first characters are thrown away, so the alphabet may have any size up to 256.
pub fn draw_text(entropy: &dyn Entropy, alphabet: &[u8], length: usize) -> String {
    let size = alphabet.len();
    let fair = if size == 0 { 0 } else { 256 - 256 % size };
    let mut text = String::with_capacity(length);
    while text.len() < length && fair > 0 {
        let [byte] = draw::<1>(entropy);
        if usize::from(byte) < fair
            && let Some(character) = alphabet.get(usize::from(byte) % size)
        {
            text.push(char::from(*character));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU8, Ordering};

    struct Counting(AtomicU8);
    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    #[test]
    fn drawn_text_has_the_length_asked_for_and_only_letters_of_the_alphabet() {
        let text = draw_text(&Counting(AtomicU8::new(250)), b"abc", 7);
        assert_eq!(text, "bcabcab");
    }

    #[test]
    fn a_drawn_uuid_is_of_version_four() {
        assert_eq!(draw_uuid(&Counting(AtomicU8::new(0))).get_version_num(), 4);
    }
}
