//! A feed that is stored: notes, of which the last ones are kept.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use echoclock_backend::error::Refusal;
use echoclock_backend::feed::{Batch, Bounds, Cursor, Entry, Feed, Shared};
use echoclock_backend::transport::{Chosen, Query, Source};
use echoclock_shared::feed::Seq;
use serde::Serialize;
use tokio::sync::watch;

/// Where the notes are followed.
pub(crate) const NOTES: &str = "/api/notes";

/// One note.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Note {
    seq: Seq,
    text: String,
}

/// The notes that are kept.
#[derive(Clone, Debug)]
pub(crate) struct Notes {
    length: usize,
    kept: Arc<Mutex<VecDeque<Note>>>,
    newest: watch::Sender<Seq>,
}

impl Notes {
    /// How many are kept.
    pub(crate) const RETAINED: u64 = 500;

    /// How far past the newest a cursor may be.
    pub(crate) const AHEAD: u64 = 5;

    /// Makes an empty feed of notes of `length` bytes.
    pub(crate) fn new(length: usize) -> Self {
        let newest = watch::Sender::new(Seq::default());
        Self { length, kept: Arc::default(), newest }
    }

    /// Writes notes until the newest has this place.
    pub(crate) fn write_up_to(&self, newest: u64) {
        let mut kept = self.kept.lock().expect("no test panics here");
        let next = kept.back().map_or(newest - Self::RETAINED, |note| note.seq.get()) + 1;
        for place in next..=newest {
            kept.push_back(Note { seq: Seq::new(place), text: "n".repeat(self.length) });
            if kept.len() > Self::RETAINED as usize {
                kept.pop_front();
            }
        }
        drop(kept);
        self.newest.send_replace(Seq::new(newest));
    }
}

impl Feed for Notes {
    type Value = Note;

    fn watch(&self) -> watch::Receiver<Seq> {
        self.newest.subscribe()
    }

    fn bounds(&self) -> Bounds {
        let newest = *self.newest.borrow();
        let oldest = newest.minus(Self::RETAINED - 1);
        Bounds { oldest, newest, furthest: newest.plus(Self::AHEAD), told: newest }
    }

    fn pace(&self) -> Option<Duration> {
        None
    }

    async fn after(&self, cursor: Cursor, limit: usize) -> Batch<Note> {
        // As a store would, it answers a little later.
        tokio::task::yield_now().await;
        let kept = self.kept.lock().expect("no test panics here");
        let oldest = kept.front().map_or(Seq::default(), |note| note.seq);
        let gap = (cursor.seen.plus(1) < oldest).then_some(oldest);
        let after = kept.iter().filter(|note| note.seq > cursor.seen).take(limit);
        let entries =
            after.map(|note| Entry { seq: note.seq, sent: None, value: note.clone() }).collect();
        Batch { gap, entries }
    }
}

/// Finds the notes, of which there is one feed only.
#[derive(Clone, Debug)]
pub(crate) struct NotesSource(pub(crate) Shelf);

/// The notes with the cache beside them.
pub(crate) type Shelf = Arc<Shared<Notes>>;

impl Source for NotesSource {
    type Feed = Notes;
    type Hello = &'static str;

    fn choose(&self, _: &mut Query) -> Result<Chosen<Self>, Refusal> {
        Ok(Chosen { feed: Arc::clone(&self.0), name: "notes".to_owned(), hello: "notes" })
    }
}
