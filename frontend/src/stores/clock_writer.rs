//! Writes the clock's store.

use std::collections::VecDeque;

use echoclock_shared::feed::{ConnectTime, Period};
use echoclock_shared::session::{ClockReport, Follow};
use echoclock_shared::time::UnixMillis;
use leptos::prelude::{GetUntracked, Update, WithUntracked};

use super::chat_writer::repeats;
use super::signals::set;
use super::{ClockNote, ClockNoteBody, ClockStore, DELAYS_MAX, LinkView, NOTES_MAX, SeenTick};

#[derive(Debug)]
pub(super) struct ClockWriter {
    store: ClockStore,
    /// The clock that the last ticks were of.
    every: Option<Period>,
    notes_made: u64,
}

impl ClockWriter {
    pub(super) const fn new(store: ClockStore) -> Self {
        Self { store, every: None, notes_made: 0 }
    }

    /// Copies what the clock is.
    pub(super) fn copy(&self, clock: &Follow) {
        set(self.store.link, LinkView::of(clock.link()));
        set(self.store.period, clock.period());
        set(self.store.counts, *clock.counts());
        if clock.link().open().is_none() {
            set(self.store.connected, None);
        }
        // Without a cursor, nothing is known of the clock that is followed.
        if clock.cursor().is_none() {
            self.forget();
        }
    }

    /// Writes down what happened.
    pub(super) fn tell(&mut self, reports: Vec<(UnixMillis, ClockReport)>) {
        let mut notes = Vec::new();
        let mut delays = Vec::new();
        let mut last = None;
        for (at, report) in reports {
            let body = match report {
                ClockReport::Ticked { tick, delay } => {
                    last = Some(SeenTick { tick, delay });
                    delays.extend(delay);
                    continue;
                }
                ClockReport::Opened(hello) => {
                    if let Some(hello) = &hello {
                        if self.every.replace(hello.every) != Some(hello.every) {
                            delays.clear();
                            self.forget();
                        }
                        self.connect(hello);
                    }
                    ClockNoteBody::Opened(hello)
                }
                ClockReport::Gap { oldest, lost } => ClockNoteBody::Gap { oldest, lost },
                ClockReport::StartedAnew { oldest, .. } => {
                    // What was told of the wrong time has nothing to do with what comes.
                    (last, delays) = (None, Vec::new());
                    self.forget();
                    ClockNoteBody::StartedAnew { oldest }
                }
                ClockReport::Missed { count, before } => ClockNoteBody::Missed { count, before },
                ClockReport::CursorRefused { after } => ClockNoteBody::CursorRefused { after },
                ClockReport::Garbled(what) => ClockNoteBody::Garbled(what),
                ClockReport::Ended(ended) => ClockNoteBody::Ended(ended),
            };
            self.notes_made += 1;
            notes.push(ClockNote { id: self.notes_made, at, body });
        }
        if last.is_some() {
            set(self.store.last, last);
        }
        if !delays.is_empty() {
            self.store.delays.update(|kept| keep_newest(kept, delays));
        }
        if !notes.is_empty() {
            self.append(notes);
        }
    }

    fn connect(&self, hello: &ConnectTime) {
        set(self.store.connected, Some(hello.clone()));
    }

    fn forget(&self) {
        set(self.store.last, None);
        if !self.store.delays.with_untracked(VecDeque::is_empty) {
            self.store.delays.update(VecDeque::clear);
        }
    }

    fn append(&self, new: Vec<ClockNote>) {
        let mut cut = 0;
        self.store.notes.update(|notes| {
            for note in new {
                if !repeats_failure(notes.last(), &note) {
                    notes.push(note);
                }
            }
            cut = notes.len().saturating_sub(NOTES_MAX);
            notes.drain(..cut);
        });
        let dropped = self.store.notes_dropped.get_untracked();
        set(self.store.notes_dropped, dropped + cut as u64);
    }
}

fn keep_newest(kept: &mut VecDeque<i64>, new: Vec<i64>) {
    kept.extend(new);
    let cut = kept.len().saturating_sub(DELAYS_MAX);
    kept.drain(..cut);
}

fn repeats_failure(last: Option<&ClockNote>, note: &ClockNote) -> bool {
    match (last.map(|last| &last.body), &note.body) {
        (Some(ClockNoteBody::Ended(last)), ClockNoteBody::Ended(ended)) => repeats(last, ended),
        _ => false,
    }
}
