//! What holds for all probes.
