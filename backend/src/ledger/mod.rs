//! What the server saw of a link and sent over it, for whoever knows the link's id.
//!
//! Over HTTP/1 it is taken where it passes, at the connection, and what a WebSocket carries at the
//! socket. What can't be seen there, over HTTP/2, is computed by two layers: `open`, which knows
//! which endpoints open links, and `answered`, which sees the answers as they leave.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use echoclock_shared::ledger::{Kind, Ledger, LedgerId, NotALedgerId, PARAMETER, Piece};
use http::HeaderName;
use http::header::CACHE_CONTROL;
use tokio::time::Instant;

use crate::error::Refusal;
use crate::feed::clock::WallClock;
use crate::limits::LedgerLimits;

mod book;
use book::{Book, Note, Now, Place};

mod headers;
use headers::Shown;

mod wire;

mod witness;

mod body;

mod frame;
pub(crate) use frame::Sender;

mod watch;
pub(crate) use watch::{answered, open};

/// The server's ledgers; a cheap handle.
#[derive(Clone, Debug)]
pub struct Ledgers(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    wall: Arc<dyn WallClock>,
    limits: LedgerLimits,
    shown: Shown,
    // A mutex of the standard library, because nothing is awaited while it is held.
    book: Mutex<Book>,
}

impl Ledgers {
    /// Makes an empty set of ledgers, which show these headers besides the harmless ones.
    pub fn new(
        limits: LedgerLimits,
        show: impl IntoIterator<Item = HeaderName>,
        wall: Arc<dyn WallClock>,
    ) -> Self {
        let book = Mutex::new(Book::new(limits));
        Self(Arc::new(Inner { wall, limits, shown: Shown::with(show), book }))
    }

    /// Returns the ledger of a link, unless there is none or it was forgotten.
    pub fn read(&self, id: &LedgerId) -> Option<Ledger> {
        let now = self.0.now();
        self.0.book().read(id, now)
    }

    fn open(&self, id: LedgerId) -> Recorder {
        let now = self.0.now();
        let place = self.0.book().open(&id, now);
        Recorder { ledgers: self.clone(), id, place }
    }
}

impl Inner {
    fn now(&self) -> Now {
        Now { wall: self.wall.now(), mono: Instant::now() }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // What is written stays whole even where a writer panicked.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes down what passes on one request of a link: an extension of the request, and of its
/// answer.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    ledgers: Ledgers,
    id: LedgerId,
    place: Place,
}

impl Recorder {
    fn piece(&self, kind: Kind, bytes: &[u8]) -> (Piece, bool) {
        Piece::of(kind, bytes, self.limits().text)
    }

    fn limits(&self) -> &LedgerLimits {
        &self.ledgers.0.limits
    }

    fn headers<'a>(
        &self,
        headers: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
    ) -> (Vec<(String, String)>, bool) {
        self.ledgers.0.shown.written(headers, self.limits().head)
    }

    /// Returns how much of a text is shown, in bytes.
    pub(crate) fn shown_max(&self) -> usize {
        self.limits().text
    }

    fn note(&self, note: Note) {
        let now = self.ledgers.0.now();
        self.ledgers.0.book().note(&self.id, self.place, now, note);
    }
}

/// Answers `GET /api/links/ID`.
///
/// # Errors
///
/// Where the id can't be one, or no link of this id is known.
pub(crate) async fn answer(
    State(ledgers): State<Ledgers>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    let Path(id) = id.map_err(|_| not_an_id(NotALedgerId))?;
    let ledger = ledgers.read(&parse(&id)?).ok_or(Refusal::NoSuchLink)?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(ledger)).into_response())
}

pub(crate) fn parse(id: &str) -> Result<LedgerId, Refusal> {
    id.parse().map_err(not_an_id)
}

fn not_an_id(error: NotALedgerId) -> Refusal {
    Refusal::parameter(PARAMETER, &format!("is {error}"))
}
