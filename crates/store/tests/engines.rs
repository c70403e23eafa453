//! The conformance suite on every engine.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use store::engine::Engine;
use store::late::Late;
use store::memory::Memory;
use store::sqlite::Sqlite;
use tempfile::TempDir;

fn memory() -> (Arc<dyn Engine>, ()) {
    (Arc::new(Memory::default()), ())
}

fn late(seed: u64) -> (Arc<dyn Engine>, ()) {
    (Arc::new(Late::new(seed)), ())
}

fn sqlite() -> (Arc<dyn Engine>, TempDir) {
    let folder = tempfile::tempdir().expect("a folder for a test");
    (Arc::new(Sqlite::open(&folder.path().join("store.sqlite")).expect("a new store")), folder)
}

mod memory_engine {
    store::conformance!(super::memory());
}

mod sqlite_engine {
    store::conformance!(super::sqlite());
}

mod late_engine {
    mod seed_1 {
        store::conformance!(super::super::late(1));
    }
    mod seed_2 {
        store::conformance!(super::super::late(2));
    }
    mod seed_3 {
        store::conformance!(super::super::late(3));
    }
}
