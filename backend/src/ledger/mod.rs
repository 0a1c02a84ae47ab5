//! What the server saw of a link and sent over it, for whoever knows the link's id.
//!
//! Two layers write it: `open` knows which endpoints open links, and `answered` sees the answers
//! as they leave. What a WebSocket carries is written by its own module. A request without
//! `?link=` costs none of this.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use echoclock_shared::ledger::{Kind, Ledger, LedgerId, PARAMETER, Piece, What};
use http::header::CACHE_CONTROL;
use tokio::time::Instant;

use crate::error::Refusal;
use crate::feed::clock::WallClock;
use crate::limits::LedgerLimits;
use crate::state::AppState;

mod book;
use book::{Book, Now, Place};

mod wire;

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
    // A mutex of the standard library, because nothing is awaited while it is held.
    book: Mutex<Book>,
}

impl Ledgers {
    /// Makes an empty set of ledgers.
    pub fn new(limits: LedgerLimits, wall: Arc<dyn WallClock>) -> Self {
        Self(Arc::new(Inner { wall, limits, book: Mutex::new(Book::new(limits)) }))
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

    fn note(&self, size: u64, what: (What, bool)) {
        let now = self.ledgers.0.now();
        self.ledgers.0.book().note(&self.id, self.place, now, size, what);
    }
}

/// Answers `GET /api/links/ID`.
///
/// # Errors
///
/// Where the id can't be one, or no link of this id is known.
pub(crate) async fn answer(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let ledger = state.ledgers.read(&parse(&id)?).ok_or(Refusal::NoSuchLink)?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(ledger)).into_response())
}

fn parse(id: &str) -> Result<LedgerId, Refusal> {
    id.parse::<LedgerId>().map_err(|error| Refusal::parameter(PARAMETER, &format!("is {error}")))
}
