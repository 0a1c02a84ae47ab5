//! What passes on the page's links: their names in the server's ledgers, and what is seen of them
//! from either end while somebody looks.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use echoclock_shared::ledger::{LedgerId, PARAMETER};
use echoclock_shared::session::{LinkId, Part};
use echoclock_shared::text;
use echoclock_shared::time::UnixMillis;

use crate::address::with_parameter;
use crate::few::Few;

mod ledger;
pub use ledger::{NoLedger, read_ledger};

mod row;
pub use row::{Row, SeenBy, Way, What};

mod tap;
pub use tap::{Caught, Ear, News};

mod book;
pub use book::{Book, ROWS_MAX};

/// The links as the edge opens them; a cheap handle.
#[derive(Clone)]
pub struct Wire(Rc<Inner>);

struct Inner {
    /// The links that are open or being tried: at most one for each part, and a single request.
    links: RefCell<Few<LinkId, Named>>,
    on_open: Box<dyn Fn(Part, Option<LedgerId>)>,
    wall: fn() -> UnixMillis,
    /// What passed since it was last taken, while somebody wants it.
    tap: RefCell<Option<Tapped>>,
}

#[derive(Clone, Debug)]
struct Named {
    part: Part,
    id: Option<LedgerId>,
    /// Whether its end was heard.
    has_ended: bool,
}

/// What passed since it was last taken.
#[derive(Debug, Default)]
pub struct Tapped {
    /// Oldest first, at most [`ROWS_MAX`]; the oldest makes room.
    pub rows: VecDeque<Row>,
    /// How many made room.
    pub dropped: u64,
}

impl Wire {
    /// Makes a wire without links; `on_open` is told of each that is opened, and of its ledger,
    /// and `wall` tells the time.
    pub fn new(
        wall: fn() -> UnixMillis,
        on_open: impl Fn(Part, Option<LedgerId>) + 'static,
    ) -> Self {
        Self(Rc::new(Inner {
            links: RefCell::default(),
            on_open: Box::new(on_open),
            wall,
            tap: RefCell::default(),
        }))
    }

    /// Takes note of a link that is about to be opened, under an id that nobody can guess.
    pub fn opened(&self, part: Part, link: LinkId, id: Option<LedgerId>) {
        (self.0.on_open)(part, id.clone());
        self.0.links.borrow_mut().insert(link, Named { part, id, has_ended: false });
    }

    /// Takes note of a single request, of which the server keeps no ledger: a part's ledger is
    /// that of its link.
    pub fn posted(&self, part: Part, link: LinkId) {
        self.0.links.borrow_mut().insert(link, Named { part, id: None, has_ended: false });
    }

    /// Takes note that a single request is over.
    pub fn answered(&self, link: LinkId) {
        self.0.links.borrow_mut().remove(&link);
    }

    /// Takes note of a link's end.
    pub fn gone(&self, link: LinkId) {
        let gone = self.0.links.borrow_mut().remove(&link);
        if let Some(named) = gone.filter(|named| !named.has_ended) {
            self.catch(named.part, || Caught::ended(text!("let go by the page")));
        }
    }

    /// Adds to a link's address what has the server keep a ledger.
    pub fn with_ledger(&self, link: LinkId, address: String) -> String {
        let links = self.0.links.borrow();
        match links.get(&link).and_then(|named| named.id.as_ref()) {
            Some(id) => with_parameter(&address, PARAMETER, id),
            None => address,
        }
    }

    /// Returns what takes the news of a link.
    pub fn ear(&self, link: LinkId) -> Ear {
        Ear::new(self.clone(), link)
    }

    /// Begins to gather what passes.
    pub fn tap(&self) {
        self.0.tap.replace(Some(Tapped::default()));
    }

    /// Stops gathering.
    pub fn untap(&self) {
        self.0.tap.replace(None);
    }

    /// Takes what was gathered.
    pub fn take(&self) -> Tapped {
        self.0.tap.borrow_mut().as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Gathers what `caught` makes, which is not even asked where nobody looks.
    fn catch<'a>(&self, part: Part, caught: impl FnOnce() -> Caught<'a>) {
        if let Some(tapped) = &mut *self.0.tap.borrow_mut() {
            tapped.rows.push_back(caught().into_row(part, (self.0.wall)()));
            if tapped.rows.len() > ROWS_MAX {
                tapped.rows.pop_front();
                tapped.dropped += 1;
            }
        }
    }

    /// Gathers what passed on a link.
    fn catch_on<'a>(&self, link: LinkId, caught: impl FnOnce() -> Option<Caught<'a>>) {
        if self.0.tap.borrow().is_none() {
            return;
        }
        let Some(caught) = caught() else { return };
        let part = self.0.links.borrow_mut().get_mut(&link).map(|named| {
            named.has_ended |= caught.what == What::Ended;
            named.part
        });
        if let Some(part) = part {
            self.catch(part, || caught);
        }
    }
}

impl Default for Wire {
    fn default() -> Self {
        Self::new(UnixMillis::default, |_, _| {})
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Wire").field(&self.0.links).finish()
    }
}
