//! What is known of what passes on the links.

use std::collections::BTreeMap;

use echoclock_shared::ledger::LedgerId;
use echoclock_shared::session::Part;
use leptos::prelude::{GetValue, LocalStorage, RwSignal, StoredValue, Update, With, WithUntracked};

use crate::wire::Wire;

/// The links' names, and the wire that they are on.
#[derive(Clone, Copy, Debug)]
pub struct WireStore {
    /// The id of each part's last link, by which the server's ledger of it can be read. A part
    /// whose link has ended keeps it until the next one.
    pub ids: RwSignal<BTreeMap<Part, LedgerId>>,
    wire: StoredValue<Wire, LocalStorage>,
}

impl WireStore {
    /// Returns the id of a part's last link, and has whoever asks be woken when it changes.
    pub fn id_of(&self, part: Part) -> Option<LedgerId> {
        self.ids.with(|ids| ids.get(&part).cloned())
    }

    /// Returns the wire.
    pub fn wire(&self) -> Wire {
        self.wire.get_value()
    }
}

impl Default for WireStore {
    fn default() -> Self {
        let ids = RwSignal::new(BTreeMap::new());
        let wire = Wire::new(move |part, id: Option<LedgerId>| {
            if ids.with_untracked(|ids: &BTreeMap<_, _>| ids.get(&part) != id.as_ref()) {
                ids.update(|ids| match id {
                    Some(id) => drop(ids.insert(part, id)),
                    None => drop(ids.remove(&part)),
                });
            }
        });
        Self { ids, wire: StoredValue::new_local(wire) }
    }
}
