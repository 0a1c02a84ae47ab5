//! Which probe begins when, by tables.
