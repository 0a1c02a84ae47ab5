//! Whether the client is there while it is being answered.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use tokio_util::sync::CancellationToken;

/// Whether a client has closed its side of the connection: a request's extension.
///
/// It may be that it has asked all that it wanted and reads on (`nc -N`, some health checkers), or
/// that it has left. Both look the same until something is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Presence(CancellationToken);

impl Presence {
    /// Whether it has.
    pub(crate) fn has_closed(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Waits until it has.
    pub(crate) async fn closed(&self) {
        self.0.cancelled().await;
    }

    pub(super) fn close(&self) {
        self.0.cancel();
    }
}

impl<S: Sync> FromRequestParts<S> for Presence {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}
