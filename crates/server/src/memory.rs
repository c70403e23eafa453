//! How the process uses memory.

use libmimalloc_sys::{mi_option_set, mi_option_t};
use mimalloc::MiMalloc;

/// A request allocates some hundred times, and small pieces: glibc's allocator takes three times as long for them.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Has memory given back to the system soon after it is free.
///
/// Hashing a password takes 19 MiB for a moment. Left alone, the allocator gives them back a second later, and only when
/// somebody asks for memory again. At once would be too soon: what one request frees the next one takes.
pub(crate) fn give_back_what_is_free() {
    // `mi_option_purge_delay` of `mi_option_t` in mimalloc.h, which the bindings do not name; in milliseconds.
    const PURGE_DELAY: mi_option_t = 15;
    #[expect(unsafe_code, reason = "the allocator has no other interface")]
    // SAFETY: an option may be set at any time; this one exists in every version 3.
    unsafe {
        mi_option_set(PURGE_DELAY, 10);
    }
}
