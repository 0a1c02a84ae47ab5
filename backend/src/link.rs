//! The names that links have in the log.

use std::convert::Infallible;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::FromRequestParts;
use http::request::Parts;

/// What a link, or a request for one, is called in each line of the log about it. It says nothing of a
/// ledger's id, which is the client's own and protects the ledger.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct LinkId(u64);

impl LinkId {
    /// That of a request which nobody has named.
    pub(crate) const UNKNOWN: Self = Self(0);
}

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl<S: Sync> FromRequestParts<S> for LinkId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or(Self::UNKNOWN))
    }
}

/// Gives each link a name of its own.
#[derive(Debug)]
pub(crate) struct LinkIds(AtomicU64);

impl LinkIds {
    /// Begins at a random place, so that the names of one process are not those of another.
    pub(crate) fn from(place: u64) -> Self {
        Self(AtomicU64::new(place))
    }

    /// Returns the next name.
    pub(crate) fn next(&self) -> LinkId {
        LinkId(self.0.fetch_add(1, Ordering::Relaxed))
    }
}
