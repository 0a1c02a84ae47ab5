//! How many heaps the system's allocator has.

/// Has glibc keep one arena for every four of the machine's processors, and not eight for each of them.
///
/// Each arena takes in what the busiest moment of its threads wanted, and threads change places for
/// minutes, so that resident memory creeps up while no more is kept. It has to be called before there
/// is a second thread. Who sets `MALLOC_ARENA_MAX` has decided for themselves; other allocators have no
/// use for it.
pub fn keep_few() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    if std::env::var_os("MALLOC_ARENA_MAX").is_none() {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let arenas = i32::try_from(processors.div_ceil(4)).unwrap_or(i32::MAX);
        #[expect(unsafe_code, reason = "the system has no other way to say it")]
        // SAFETY: mallopt takes two numbers, and no other thread allocates meanwhile.
        let _ = unsafe { libc::mallopt(libc::M_ARENA_MAX, arenas) };
    }
}
