//! The binary as a process: its folder, its life and death, and whoever connects to it.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod audit_folders;
mod backups;
mod connections;
mod development;
mod faults;
mod folder;
mod kill;
mod ledger;
mod linting;
mod meeting;
mod places;
mod proxies;
mod revocations;
mod rotation;
mod seeding;
mod settings;
mod stopping;
mod support;
mod tls;
mod watching;
