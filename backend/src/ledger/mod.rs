//! What the server saw of a link and sent over it, for whoever knows the link's id.
//!
//! Over HTTP/1 it is taken where it passes, at the connection, and what a WebSocket carries at the
//! socket. What can't be seen there, over HTTP/2, is computed by two layers: `open`, which knows
//! which endpoints open links, and `answered`, which sees the answers as they leave.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRef, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use echoclock_shared::ledger::{Kind, Ledger, LedgerId, NotALedgerId, PARAMETER, Piece};
use echoclock_shared::path;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName};
use tokio::time::{Instant, sleep};

use crate::budget::{Budget, NoRoom};
use crate::client::Client;
use crate::error::Refusal;
use crate::feed::clock::WallClock;
use crate::hits::{Hits, Limit};
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
pub(crate) use watch::{Linked, answered, open, refused};

/// The server's ledgers; a cheap handle.
#[derive(Clone, Debug)]
pub struct Ledgers(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    wall: Arc<dyn WallClock>,
    limits: LedgerLimits,
    /// Whether any are kept.
    are_kept: bool,
    shown: Shown,
    // A mutex of the standard library, because nothing is awaited while it is held.
    book: Mutex<Book>,
    hits: Hits,
}

impl Ledgers {
    /// Makes an empty set of ledgers, which show these headers besides the harmless ones; unless they are
    /// kept, it stays empty.
    pub fn new(
        are_kept: bool,
        limits: LedgerLimits,
        show: impl IntoIterator<Item = HeaderName>,
        wall: Arc<dyn WallClock>,
        hits: Hits,
    ) -> Self {
        let book = Mutex::new(Book::new(limits, hits.clone()));
        Self(Arc::new(Inner { wall, limits, are_kept, shown: Shown::with(show), book, hits }))
    }

    /// Returns the ledger of a link, unless there is none or it was forgotten.
    pub fn read(&self, id: &LedgerId) -> Option<Ledger> {
        let now = self.0.now();
        self.0.book().read(id, now)
    }

    /// Returns of how many links there are ledgers.
    pub fn links(&self) -> usize {
        self.0.book().links()
    }

    /// Returns what all ledgers take in memory, in bytes.
    pub fn bytes(&self) -> usize {
        self.0.book().bytes()
    }

    /// Returns headers as ledgers show them.
    pub(crate) fn shown(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        self.0.shown.written(fields(headers), self.0.limits.head).0
    }

    /// Opens a request of a link, of whose pieces at most `text` bytes are shown.
    fn open(&self, id: &LedgerId, client: Client, text: usize) -> Recorder {
        let now = self.0.now();
        let mut book = self.0.book();
        let place = book.open(id, client, now);
        let wants_tending = book.wants_tending();
        drop(book);
        if wants_tending {
            tokio::spawn(tend(Arc::downgrade(&self.0)));
        }
        Recorder(Arc::new(Opened { ledgers: self.clone(), place, text }))
    }
}

/// Forgets what is old, also where nobody asks, for as long as anything is kept.
async fn tend(ledgers: Weak<Inner>) {
    while let Some(inner) = ledgers.upgrade() {
        if !inner.book().tend(inner.now()) {
            return;
        }
        let soon = (inner.limits.age / 10).max(Duration::from_millis(1));
        drop(inner);
        sleep(soon).await;
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
/// answer. The request is under way until the last handle is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Recorder(Arc<Opened>);

#[derive(Debug)]
struct Opened {
    ledgers: Ledgers,
    place: Place,
    /// How much of a piece's text is shown, in bytes.
    text: usize,
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.ledgers.0.book().close(self.place);
    }
}

impl Recorder {
    fn piece(&self, kind: Kind, bytes: &[u8]) -> (Piece, bool) {
        let (piece, is_cut) = Piece::of(kind, bytes, self.0.text);
        self.text_cut(is_cut);
        (piece, is_cut)
    }

    /// Counts that a text was cut, if it was by the setting.
    fn text_cut(&self, is_cut: bool) {
        if is_cut && self.0.text == self.limits().text {
            self.inner().hits.hit(Limit::LedgerText);
        }
    }

    fn limits(&self) -> &LedgerLimits {
        &self.inner().limits
    }

    fn inner(&self) -> &Inner {
        &self.0.ledgers.0
    }

    fn headers<'a>(
        &self,
        headers: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
    ) -> (Vec<(String, String)>, bool) {
        let (written, is_cut) = self.inner().shown.written(headers, self.limits().head);
        if is_cut {
            self.inner().hits.hit(Limit::LedgerHead);
        }
        (written, is_cut)
    }

    /// Returns how much of a piece's text is shown, in bytes.
    pub(crate) fn shown_max(&self) -> usize {
        self.0.text
    }

    fn note(&self, note: Note) {
        let now = self.inner().now();
        self.inner().book().note(self.0.place, now, note);
    }
}

/// Returns names and values.
fn fields(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes()))
}

/// Returns the endpoint, or what says that there is none.
pub(crate) fn routes<S>(are_kept: bool) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Ledgers: FromRef<S>,
    Budget: FromRef<S>,
{
    let (links, below) = (format!("{}/{{id}}", path::LINKS), format!("{}/{{*path}}", path::LINKS));
    if !are_kept {
        return Router::new().route(&below, any(switched_off));
    }
    Router::new()
        .route(&links, get(answer))
        .route(&format!("{links}/"), any(nothing_here))
        .route(&format!("{links}/{{*path}}"), any(nothing_here))
}

async fn switched_off() -> Refusal {
    Refusal::SwitchedOff { detail: "ledgers are switched off, by --no-ledgers," }
}

/// Answers `GET /api/links/ID`.
///
/// # Errors
///
/// Where the id can't be one, no link of this id is known, or there is no memory for the answer.
async fn answer(
    State(ledgers): State<Ledgers>,
    State(budget): State<Budget>,
    client: Client,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    let Path(id) = id.map_err(|_| not_an_id(NotALedgerId))?;
    let ledger = ledgers.read(&parse(&id)?).ok_or(Refusal::NoSuchLink)?;
    let json = serde_json::to_vec(&ledger).expect("a ledger has string keys only");
    // A client may be slow to take it, and ask again and again.
    let mut share = budget.of(client).share();
    share.resize(json.len()).map_err(|NoRoom| Refusal::NoRoom)?;
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    Ok((headers, share.hold(json)).into_response())
}

/// Answers what is asked for below a ledger.
async fn nothing_here() -> Refusal {
    Refusal::NoSuchLink
}

pub(crate) fn parse(id: &str) -> Result<LedgerId, Refusal> {
    id.parse().map_err(not_an_id)
}

fn not_an_id(error: NotALedgerId) -> Refusal {
    Refusal::parameter(PARAMETER, &format!("is {error}"))
}
