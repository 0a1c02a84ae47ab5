//! The server's ledgers of the lanes' links, read again and again while the view is shown.

use std::time::Duration;

use echoclock_shared::session::Part;
use echoclock_shared::transport::Transport;
use leptos::prelude::*;

use crate::browser::{Interval, Task, is_visible};
use crate::format;
use crate::stores::{LaneLedger, Stores};
use crate::wire::read_ledger;

/// How often one of the ledgers is read: a lane's own comes round every three seconds.
const READ_EVERY: Duration = Duration::from_millis(500);

/// Reads the ledgers in turn, for as long as the component in whose body it is called.
pub(super) fn read_in_turn(stores: Stores) {
    let turn = StoredValue::new(0_usize);
    let reading = StoredValue::new_local(None::<Task>);
    let is_reading = StoredValue::new(false);
    let read_next = move || {
        let queues = |transport: &Transport| {
            stores.lanes.of(*transport).clock.link.with_untracked(format::queues)
        };
        // A request more would only queue behind those that wait.
        let may_ask = is_visible()
            && stores.server.has_now(|info| info.ledgers)
            && !Transport::ALL.iter().any(queues);
        if !may_ask || is_reading.try_get_value().unwrap_or(true) {
            return;
        }
        let place = turn.get_value();
        turn.set_value(place + 1);
        let transport = Transport::ALL[place % Transport::ALL.len()];
        let lane = stores.lanes.of(transport);
        let part = Part::Lane(transport);
        let is_open = lane.clock.link.with_untracked(|link| link.is_open());
        let id = stores.wire.ids.with_untracked(|ids| ids.get(&part).cloned());
        let Some(id) = id.filter(|_| is_open) else { return };
        is_reading.set_value(true);
        let address = stores.server.address.get_untracked();
        reading.set_value(Some(Task::spawn(async move {
            let ledger = read_ledger(&address, &id).await.ok();
            is_reading.try_set_value(false);
            if let Some(ledger) = ledger {
                let ticks = lane.ticks_on_link.get_untracked();
                lane.ledger.set(Some(LaneLedger { ledger, ticks }));
            }
        })));
    };
    let interval = StoredValue::new_local(Some(Interval::every(READ_EVERY, read_next)));
    on_cleanup(move || {
        interval.try_update_value(Option::take);
        reading.try_update_value(Option::take);
    });
}
