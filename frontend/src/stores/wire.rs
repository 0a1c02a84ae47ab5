//! What is known of what passes on the links.

use echoclock_shared::ledger::LedgerId;
use echoclock_shared::session::Part;
use leptos::prelude::{
    GetValue, LocalStorage, RwSignal, Set, StoredValue, Update, With, WithUntracked,
};

use crate::browser::clock;
use crate::few::Few;
use crate::wire::{Row, Wire};

/// The links' names, the wire that they are on, and what was recorded of it.
#[derive(Clone, Copy, Debug)]
pub struct WireStore {
    /// The id of each part's last link, by which the server's ledger of it can be read. A part
    /// whose link has ended keeps it until the next one.
    pub ids: RwSignal<Few<Part, LedgerId>>,
    /// What was recorded, newest last, at most [`crate::wire::ROWS_MAX`].
    pub rows: RwSignal<Vec<Row>>,
    /// How many older rows are not kept.
    pub dropped: RwSignal<u64>,
    /// How many rows were recorded since the list stands still.
    pub waiting: RwSignal<u64>,
    wire: StoredValue<Wire, LocalStorage>,
}

impl WireStore {
    /// Returns the id of a part's last link, and has whoever asks be woken when it changes.
    pub fn id_of(&self, part: Part) -> Option<LedgerId> {
        self.ids.with(|ids| ids.get(&part).cloned())
    }

    /// Forgets what was recorded, where the signals are still there.
    pub(super) fn drop_rows(&self) {
        self.rows.try_set(vec![]);
        self.dropped.try_set(0);
        self.waiting.try_set(0);
    }

    /// Returns the wire.
    pub fn wire(&self) -> Wire {
        self.wire.get_value()
    }
}

impl Default for WireStore {
    fn default() -> Self {
        let ids = RwSignal::new(Few::default());
        let wire = Wire::new(clock::wall, move |part, id: Option<LedgerId>| {
            if ids.with_untracked(|ids: &Few<_, _>| ids.get(&part) != id.as_ref()) {
                ids.update(|ids| match id {
                    Some(id) => drop(ids.insert(part, id)),
                    None => drop(ids.remove(&part)),
                });
            }
        });
        Self {
            ids,
            rows: RwSignal::default(),
            dropped: RwSignal::default(),
            waiting: RwSignal::default(),
            wire: StoredValue::new_local(wire),
        }
    }
}
