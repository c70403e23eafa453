//! Randomness, asked of the machine.

#![expect(clippy::disallowed_methods, reason = "this is the place that asks the machine for randomness")]

use domain::entropy::Entropy;
use std::cell::RefCell;

/// The generator of the cryptographic library, which the operating system seeds.
///
/// It takes longer to be asked than to answer, and a request draws half a dozen ids and nonces of 16 bytes. So each thread
/// asks for some at a time; every byte is handed out once and is erased where it lay.
pub(crate) struct MachineEntropy;

/// How many bytes a thread asks for at a time.
const AT_A_TIME: usize = 256;

struct Drawn {
    bytes: [u8; AT_A_TIME],
    left: usize,
}

thread_local! {
    static DRAWN: RefCell<Drawn> = const { RefCell::new(Drawn { bytes: [0; AT_A_TIME], left: 0 }) };
}

impl Drawn {
    fn take(&mut self, wanted: &mut [u8]) {
        if self.left < wanted.len() {
            ask(&mut self.bytes);
            self.left = AT_A_TIME;
        }
        let rest = self.left.saturating_sub(wanted.len());
        if let Some(drawn) = self.bytes.get_mut(rest..self.left) {
            wanted.copy_from_slice(drawn);
            drawn.fill(0);
        }
        self.left = rest;
    }
}

impl Entropy for MachineEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() > AT_A_TIME / 4 {
            return ask(bytes);
        }
        DRAWN.with_borrow_mut(|drawn| drawn.take(bytes));
    }
}

fn ask(bytes: &mut [u8]) {
    if aws_lc_rs::rand::fill(bytes).is_err() {
        // Without randomness nothing that follows would be safe.
        tracing::error!("the machine gives no randomness");
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn drawn<const N: usize>() -> [u8; N] {
        let mut bytes = [0; N];
        MachineEntropy.fill(&mut bytes);
        bytes
    }

    #[test]
    fn nothing_is_handed_out_twice_and_every_byte_is_drawn() {
        let mut seen = HashSet::new();
        for _ in 0..1000 {
            assert!(seen.insert(drawn::<16>()));
            assert!(seen.insert(drawn::<64>()[..16].try_into().unwrap()));
            assert!(seen.insert(drawn::<500>()[484..].try_into().unwrap()));
            let mut odd = [0; 33];
            MachineEntropy.fill(&mut odd);
            assert!(odd.iter().any(|byte| *byte != 0));
        }
        assert!(seen.iter().all(|drawn| drawn.iter().any(|byte| *byte != 0)));
    }

    #[test]
    fn what_was_handed_out_is_erased() {
        let _handed_out = drawn::<16>();
        DRAWN.with_borrow(|drawn| assert!(drawn.bytes[drawn.left..].iter().all(|byte| *byte == 0)));
    }

    #[test]
    fn threads_draw_for_themselves() {
        let here = drawn::<32>();
        assert_ne!(std::thread::spawn(drawn::<32>).join().unwrap(), here);
    }
}
