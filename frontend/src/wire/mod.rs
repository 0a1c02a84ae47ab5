//! What passes on the page's links: their names in the server's ledgers, and the ledgers.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use echoclock_shared::ledger::{LedgerId, PARAMETER};
use echoclock_shared::session::{LinkId, Part};

mod ledger;
pub use ledger::{NoLedger, read_ledger};

/// The links as the edge opens them; a cheap handle.
#[derive(Clone)]
pub struct Wire(Rc<Inner>);

struct Inner {
    /// The links that are open or being tried: at most one for each part.
    links: RefCell<BTreeMap<LinkId, Named>>,
    on_open: Box<dyn Fn(Part, Option<LedgerId>)>,
}

#[derive(Clone, Debug)]
struct Named {
    id: Option<LedgerId>,
}

impl Wire {
    /// Makes a wire without links; `on_open` is told of each that is opened, and of its ledger.
    pub fn new(on_open: impl Fn(Part, Option<LedgerId>) + 'static) -> Self {
        Self(Rc::new(Inner { links: RefCell::default(), on_open: Box::new(on_open) }))
    }

    /// Takes note of a link that is about to be opened, under an id that nobody can guess.
    pub fn opened(&self, part: Part, link: LinkId, id: Option<LedgerId>) {
        (self.0.on_open)(part, id.clone());
        self.0.links.borrow_mut().insert(link, Named { id });
    }

    /// Takes note of a link's end.
    pub fn gone(&self, link: LinkId) {
        self.0.links.borrow_mut().remove(&link);
    }

    /// Adds to a link's address what has the server keep a ledger.
    pub fn with_ledger(&self, link: LinkId, address: String) -> String {
        let links = self.0.links.borrow();
        match links.get(&link).and_then(|named| named.id.as_ref()) {
            Some(id) => {
                let mark = if address.contains('?') { '&' } else { '?' };
                format!("{address}{mark}{PARAMETER}={id}")
            }
            None => address,
        }
    }
}

impl Default for Wire {
    fn default() -> Self {
        Self::new(|_, _| {})
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Wire").field(&self.0.links).finish()
    }
}
