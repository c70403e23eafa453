//! How the process uses memory.

/// Has large pieces of memory given back to the system as soon as they are free.
///
/// Hashing a password takes 19 MiB for a moment. Left alone, glibc learns from the first one that such pieces are common
/// and then keeps one for every thread that ever hashed.
#[cfg(target_env = "gnu")]
pub(crate) fn give_back_large_pieces() {
    const LARGE: libc::c_int = 1024 * 1024;
    #[expect(unsafe_code, reason = "the allocator has no other interface")]
    // SAFETY: `mallopt` may be called at any time; it is called before there is another thread.
    let _unsupported = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE) };
}

/// Other allocators need no telling.
#[cfg(not(target_env = "gnu"))]
pub(crate) fn give_back_large_pieces() {}
