//! The ways to follow a feed, one module each, over any feed.

mod query;

pub(crate) mod events;
