//! Randomness, asked of the machine.

#![expect(clippy::disallowed_methods, reason = "this is the place that asks the machine for randomness")]

use domain::entropy::Entropy;

/// The generator of the cryptographic library, which the operating system seeds.
pub(crate) struct MachineEntropy;

impl Entropy for MachineEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        if aws_lc_rs::rand::fill(bytes).is_err() {
            // Without randomness nothing that follows would be safe.
            tracing::error!("the machine gives no randomness");
            std::process::abort();
        }
    }
}
