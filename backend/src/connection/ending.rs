//! How a connection, or one answer on it, has ended before its time.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use axum::extract::FromRequestParts;
use echoclock_shared::ledger;
use http::request::Parts;
use tokio_util::sync::CancellationToken;

use crate::http1::How;

/// Why an answer does not go on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ended {
    /// The client left.
    Left,
    /// Nothing came back from the client's side of the network.
    Lost,
    /// The client did not read on.
    Stalled,
    /// The server stopped while it was under way.
    Stopped,
    /// The server had no memory to spare for it.
    NoRoom,
    /// The server broke it off because it was asked to.
    Cut,
}

impl Ended {
    /// Returns what a connection's failure says of its client.
    pub(super) fn by(error: &io::Error) -> Self {
        // What else there may be, such as a reset, is no decision of the server's either.
        if error.kind() == io::ErrorKind::TimedOut { Self::Lost } else { Self::Left }
    }

    /// Whether the client was lost before, whatever the server has decided since.
    pub(crate) fn is_by_the_client(self) -> bool {
        matches!(self, Self::Left | Self::Lost | Self::Stalled)
    }

    /// Returns it in words, for the log and for ledgers.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Left => ledger::LEFT,
            Self::Lost => "the client was not reached any more",
            Self::Stalled => "the client did not read on",
            Self::Stopped => ledger::STOPPED,
            Self::NoRoom => "the server had no memory to spare",
            Self::Cut => ledger::CUT,
        }
    }
}

impl From<Ended> for How {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Left => Self::Left,
            Ended::Lost => Self::Lost,
            Ended::Stalled => Self::Stalled,
            Ended::Stopped => Self::Stopped,
            Ended::NoRoom => Self::Dropped,
            Ended::Cut => Self::Cut,
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

/// What is known of the end of a connection, or of one of its streams over HTTP/2; a request's
/// extension, and a cheap handle. Who finds an end says so here first, and then ends what is open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ending {
    own: Arc<Known>,
    connection: Option<Arc<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    ended: OnceLock<Ended>,
    /// Whether the client is waited for.
    is_blocked: AtomicBool,
    /// How many bytes the system has taken for the client.
    written: AtomicU64,
}

impl Ending {
    /// Begins with one of the connection's streams.
    pub(crate) fn of_stream(&self) -> Self {
        Self { own: Arc::default(), connection: Some(Arc::clone(&self.own)) }
    }

    /// Says how it ends; the first word counts.
    pub(crate) fn is(&self, ended: Ended) {
        // Who finds the same end again has nothing to add.
        let _ = self.own.ended.set(ended);
    }

    /// Says that the server ends it, because it stops, whatever is under way.
    pub(crate) fn is_cut(&self) {
        self.is(if self.is_blocked() { Ended::Stalled } else { Ended::Stopped });
    }

    /// Returns how it has ended, if it has.
    pub(crate) fn get(&self) -> Option<Ended> {
        let own = self.own.ended.get().copied();
        own.or_else(|| {
            let ended = *self.connection.as_ref()?.ended.get()?;
            let has_stalled = ended == Ended::Stopped && self.is_blocked();
            Some(if has_stalled { Ended::Stalled } else { ended })
        })
    }

    /// Returns how an answer has ended that is dropped before its time. Where nobody has said
    /// anything, the client has ended it, or has asked for something else.
    pub(crate) fn reason(&self) -> &'static str {
        self.get().unwrap_or(Ended::Left).reason()
    }

    /// Whether the client is waited for.
    pub(crate) fn is_blocked(&self) -> bool {
        self.own.is_blocked.load(Ordering::Relaxed)
    }

    /// Says whether the client is waited for.
    pub(crate) fn set_blocked(&self, is_blocked: bool) {
        self.own.is_blocked.store(is_blocked, Ordering::Relaxed);
    }

    /// Returns how many bytes the system has taken for the client.
    pub(crate) fn written(&self) -> u64 {
        self.own.written.load(Ordering::Relaxed)
    }

    /// Counts bytes that the system has taken; by the connection alone.
    pub(super) fn wrote(&self, bytes: usize) {
        self.own.written.store(self.written() + bytes as u64, Ordering::Relaxed);
    }
}

/// Has a connection be held until it ends, or the server ends it.
pub(crate) fn until_cut(
    held: impl Future<Output = ()>,
    ending: Ending,
    cut: CancellationToken,
) -> impl Future<Output = ()> {
    // As an argument of an asynchronous function it would take its memory twice.
    let mut held = Box::pin(held);
    async move {
        tokio::select! {
            () = held.as_mut() => {}
            // Said before it is dropped, so that whoever is on it knows.
            () = cut.cancelled() => ending.is_cut(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Ending {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_ends_by_itself_or_with_its_connection() {
        let connection = Ending::default();
        let [first, second, third] = [(); 3].map(|()| connection.of_stream());
        assert_eq!((first.get(), first.reason()), (None, "the client left"));
        first.is(Ended::Stalled);
        first.is(Ended::Left);
        assert_eq!((first.get(), second.get()), (Some(Ended::Stalled), None));
        // When the server stops, who has not read is told apart from who has.
        second.set_blocked(true);
        connection.is_cut();
        assert_eq!((second.get(), third.get()), (Some(Ended::Stalled), Some(Ended::Stopped)));
    }
}
