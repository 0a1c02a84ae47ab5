//! The tasks of a connection's streams, and how long each may wait for the client.

use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use hyper::rt::Executor;
use tokio::task_local;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::READY_MAX;
use crate::connection::{Ended, Ending};
use crate::hits::Hits;
use crate::progress::Pace;
use crate::waiting::Waiting;

task_local! {
    /// The stream that a task is about.
    static STREAM: Stream;
}

/// What runs a connection's streams.
#[derive(Clone, Debug)]
pub(crate) struct Streams {
    pace: Pace,
    /// How the connection ends.
    ending: Ending,
    /// How many streams wait for the client.
    blocked: Arc<AtomicUsize>,
    hits: Hits,
}

impl Streams {
    pub(crate) fn new(pace: Pace, ending: Ending, hits: Hits) -> Self {
        Self { pace, ending, blocked: Arc::default(), hits }
    }

    /// Runs a stream for as long as the client takes what it is given.
    fn watch(
        self,
        stream: Stream,
        answering: impl Future<Output = ()>,
    ) -> impl Future<Output = ()> {
        // As an argument of an asynchronous function it would take its memory twice.
        let mut answering = Box::pin(STREAM.scope(stream.clone(), answering));
        let mut waiting = Waiting::new(self.pace, self.hits);
        let mut blocked_since: Option<Instant> = None;
        let mut blocked = Blocked { count: self.blocked, is_blocked: false };
        // What is dropped at the end resets the stream, if it is not complete.
        poll_fn(move |cx| {
            if answering.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            let Inner { taken, handed_over, ending, piece, .. } = &*stream.0;
            let taken = taken.swap(0, Ordering::Relaxed);
            let is_blocked = handed_over.load(Ordering::Relaxed) > 0;
            if taken > 0
                && let Some(since) = blocked_since.take()
            {
                let last = piece.load(Ordering::Relaxed);
                let is_quick = since.elapsed() < QUICK;
                let next = if is_quick { (2 * last).min(READY_MAX) } else { PIECE };
                piece.store(next, Ordering::Relaxed);
            }
            if taken > 0 || !is_blocked {
                // Who takes from many streams at once takes from each of them a part only.
                waiting.passed(taken.saturating_mul(blocked.count().max(1)));
            }
            blocked.set(is_blocked);
            ending.set_blocked(is_blocked);
            if !is_blocked {
                return Poll::Pending;
            }
            blocked_since.get_or_insert_with(Instant::now);
            let given_up = waiting.poll(cx);
            if given_up.is_ready() {
                ending.is(Ended::Stalled);
            }
            given_up
        })
    }
}

impl<F> Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, task: F) {
        match Stream::current() {
            // It has become something else, whose bytes this task passes on.
            Some(stream) => tokio::spawn(pass_on(stream, task, self.pace.grace)),
            None => {
                let blocked = Arc::clone(&self.blocked);
                let stream = Stream::new(self.ending.of_stream(), blocked);
                tokio::spawn(self.clone().watch(stream, task))
            }
        };
    }
}

/// Runs what passes a tunnel's bytes on. Whoever writes to it waits for the client; where it does not any
/// longer, the rest is not waited for much longer either.
async fn pass_on(stream: Stream, task: impl Future<Output = ()>, grace: Duration) {
    let over = async {
        if let Some(over) = stream.0.over.get() {
            over.cancelled().await;
        }
        sleep(grace).await;
    };
    tokio::select! {
        () = task => {}
        () = over => {}
    }
}

/// One stream: what its response's body and its task know of each other; a cheap handle.
#[derive(Clone, Debug)]
pub(super) struct Stream(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    ending: Ending,
    /// How many streams of the connection wait for the client.
    blocked: Arc<AtomicUsize>,
    /// The size of the piece that was handed over last, until more is asked for.
    handed_over: AtomicUsize,
    /// How much was taken since the task has looked.
    taken: AtomicUsize,
    /// How large a piece is.
    piece: AtomicUsize,
    /// Whether its use is over.
    over: OnceLock<CancellationToken>,
}

impl Stream {
    fn new(ending: Ending, blocked: Arc<AtomicUsize>) -> Self {
        Self(Arc::new(Inner {
            ending,
            blocked,
            handed_over: AtomicUsize::new(0),
            taken: AtomicUsize::new(0),
            piece: AtomicUsize::new(PIECE),
            over: OnceLock::new(),
        }))
    }

    /// Returns the stream that this task is about.
    pub(super) fn current() -> Option<Self> {
        STREAM.try_with(Self::clone).ok()
    }

    /// Returns what learns how it ends.
    pub(super) fn ending(&self) -> Ending {
        self.0.ending.clone()
    }

    /// Says what will tell when its use is over.
    pub(super) fn is_used_until(&self, over: CancellationToken) {
        // A stream has one request.
        let _ = self.0.over.set(over);
    }

    /// Says that more is asked for: what was handed over has found its place.
    pub(super) fn asked(&self) {
        let taken = self.0.handed_over.swap(0, Ordering::Relaxed);
        self.0.taken.fetch_add(taken, Ordering::Relaxed);
    }

    /// Says that a piece was handed over.
    pub(super) fn hands_over(&self, bytes: usize) {
        self.0.handed_over.store(bytes, Ordering::Relaxed);
    }

    /// Returns how large the next piece may be. What a client takes shows by whole pieces, and where
    /// it takes from many streams at once, each of them is slow.
    pub(super) fn piece_max(&self) -> usize {
        let sharing = self.0.blocked.load(Ordering::Relaxed).max(1);
        (self.0.piece.load(Ordering::Relaxed) / sharing).max(PIECE_MIN)
    }
}

/// Whether a stream waits for the client, counted.
struct Blocked {
    count: Arc<AtomicUsize>,
    is_blocked: bool,
}

impl Blocked {
    fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    fn set(&mut self, is_blocked: bool) {
        match (self.is_blocked, is_blocked) {
            (false, true) => self.count.fetch_add(1, Ordering::Relaxed),
            (true, false) => self.count.fetch_sub(1, Ordering::Relaxed),
            (false, false) | (true, true) => return,
        };
        self.is_blocked = is_blocked;
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        self.set(false);
    }
}

/// How large a piece is, in bytes, until it shows how fast the client is.
const PIECE: usize = 16 * 1024;

/// How soon a piece has found room where the next one may be larger.
const QUICK: Duration = Duration::from_millis(50);

/// Smaller pieces cost more than they tell.
const PIECE_MIN: usize = 1024;
