//! The echo: what a client sends comes back, and nothing of it is kept.

pub(crate) mod chat;

pub(crate) mod raw;

pub(crate) mod once;
