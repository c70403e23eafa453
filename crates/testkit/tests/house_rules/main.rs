//! The house rules: what ARCHITECTURE.md and STYLE.md promise about the code itself, as tests that run in seconds.
//!
//! Each rule is a checker that returns what breaks it, one sentence per place. It is asked twice: about this
//! house, which must keep it, and about a small planted violation, which it must find.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod documents;
mod files;
mod floors;
mod house;
mod language;
mod ledger;
mod manifests;
mod map;
mod rust_text;
mod secrecy;

/// Fails with every violation on a line of its own.
#[track_caller]
fn kept(violations: &[String]) {
    assert!(violations.is_empty(), "the house is not held:\n  {}\n", violations.join("\n  "));
}
