//! Records what passes on the links, for as long as somebody looks.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use echoclock_shared::ledger::LedgerId;
use echoclock_shared::session::Part;
use leptos::prelude::{GetUntracked, Set};

use super::signals::set;
use super::{ServerStore, WireStore};
use crate::browser::{Interval, Task, clock};
use crate::few::Few;
use crate::wire::{Book, read_ledger};

/// Records what passes on the links, until it is dropped. Nothing is recorded without one.
#[derive(Debug)]
#[must_use = "a recording ends when it is dropped"]
pub struct Recording {
    recorder: Rc<Recorder>,
    _intervals: [Interval; 2],
}

#[derive(Debug)]
struct Recorder {
    store: WireStore,
    server: ServerStore,
    book: RefCell<Book>,
    is_paused: Cell<bool>,
    /// How many rows were written when the list was last shown.
    shown: Cell<u64>,
    /// The ledgers that are followed. One whose link has ended is read once more.
    followed: RefCell<Few<LedgerId, Part>>,
    /// At most one, so that no more than one request is open for this.
    reading: RefCell<Option<Task>>,
}

impl Recording {
    /// Begins to record.
    pub fn new(store: WireStore, server: ServerStore) -> Self {
        store.wire().tap();
        store.drop_rows();
        let mut book = Book::default();
        book.begin(clock::wall());
        let recorder = Rc::new(Recorder {
            store,
            server,
            book: RefCell::new(book),
            is_paused: Cell::new(false),
            shown: Cell::new(0),
            followed: RefCell::default(),
            reading: RefCell::default(),
        });
        let (shows, asks) = (Rc::clone(&recorder), Rc::clone(&recorder));
        asks.read_ledgers();
        let intervals = [
            Interval::every(SHOW_EVERY, move || shows.show()),
            Interval::every(READ_EVERY, move || asks.read_ledgers()),
        ];
        Self { recorder, _intervals: intervals }
    }

    /// Has the list stand still, or go on with what has come meanwhile.
    pub fn pause(&self, is_paused: bool) {
        self.recorder.is_paused.set(is_paused);
        self.recorder.show();
    }

    /// Forgets what was recorded.
    pub fn clear(&self) {
        self.recorder.store.wire().take();
        self.recorder.book.borrow_mut().clear();
        self.recorder.copy();
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.recorder.store.wire().untap();
        self.recorder.store.drop_rows();
        self.recorder.reading.replace(None);
    }
}

impl Recorder {
    /// Takes what passed, and shows it unless the list stands still.
    fn show(&self) {
        let written = {
            let mut book = self.book.borrow_mut();
            book.take(self.store.wire().take());
            book.written()
        };
        if self.is_paused.get() {
            set(self.store.waiting, written - self.shown.get());
        } else if written != self.shown.get() {
            self.copy();
        }
    }

    fn copy(&self) {
        let book = self.book.borrow();
        self.shown.set(book.written());
        self.store.rows.set(book.rows().cloned().collect());
        set(self.store.dropped, book.dropped());
        set(self.store.waiting, 0);
    }

    /// Reads the ledger of every link, one after the other, unless that is being done.
    fn read_ledgers(self: &Rc<Self>) {
        if self.reading.borrow().is_some() || !self.server.has_now(|info| info.ledgers) {
            return;
        }
        let ids = self.store.ids.get_untracked();
        let mut current = Few::default();
        for (part, id) in ids {
            current.insert(id, part);
        }
        let mut due = self.followed.replace(current.clone());
        for (id, part) in current.clone() {
            due.insert(id, part);
        }
        let recorder = Rc::clone(self);
        let task = Task::spawn(async move {
            for (id, part) in due {
                let address = recorder.server.address.get_untracked();
                let asked = clock::wall();
                // A link that the server does not know has nothing to tell.
                if let Ok(ledger) = read_ledger(&address, &id).await {
                    let mut book = recorder.book.borrow_mut();
                    book.read(part, &ledger, asked, clock::wall());
                }
            }
            recorder.book.borrow_mut().follow(|id| current.get(id).is_some());
            recorder.show();
            recorder.reading.replace(None);
        });
        self.reading.replace(Some(task));
    }
}

/// How often the list is brought up to date.
const SHOW_EVERY: Duration = Duration::from_millis(250);

/// How often the server's ledgers are read.
const READ_EVERY: Duration = Duration::from_secs(2);
