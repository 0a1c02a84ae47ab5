//! Writes the chat's store.

use echoclock_shared::echo::SendKey;
use echoclock_shared::session::{Chat, ChatReport, Ended, Way};
use echoclock_shared::time::UnixMillis;
use leptos::prelude::{ArcRwSignal, GetUntracked, Set, Update, WithUntracked};

use super::signals::set;
use super::{ChatRow, ChatRowBody, ChatStore, Delivery, HISTORY_MAX, LinkView};
use crate::few::Few;

#[derive(Debug)]
pub(super) struct ChatWriter {
    store: ChatStore,
    /// The messages whose delivery goes on: no more than the outbox holds.
    waiting: Few<SendKey, ArcRwSignal<Delivery>>,
    /// Who answered on the last link.
    instance: String,
    /// Whether messages go by plain requests.
    posting: bool,
    rows_made: u64,
}

impl ChatWriter {
    pub(super) fn new(store: ChatStore) -> Self {
        Self {
            store,
            waiting: Few::default(),
            instance: String::new(),
            posting: false,
            rows_made: 0,
        }
    }

    /// Copies what the chat is.
    pub(super) fn copy(&self, chat: &Chat) {
        set(self.store.link, LinkView::of_chat(chat));
        set(self.store.waiting, chat.outbox().len());
    }

    /// Writes down what happened, and wakes nobody who did not see it.
    pub(super) fn tell(&mut self, reports: Vec<(UnixMillis, ChatReport)>) {
        let mut rows = Vec::new();
        for (at, report) in reports {
            if let Some(body) = self.row_of(report) {
                self.rows_made += 1;
                rows.push(ChatRow { id: self.rows_made, at, body });
            }
        }
        if !rows.is_empty() {
            self.append(rows);
        }
    }

    /// Returns the row that a report begins; others go on with a row that stands.
    fn row_of(&mut self, report: ChatReport) -> Option<ChatRowBody> {
        match report {
            ChatReport::Queued { key, text } => {
                let delivery = ArcRwSignal::new(Delivery::Queued);
                self.waiting.insert(key, delivery.clone());
                Some(ChatRowBody::Message { key, text: text.into(), delivery })
            }
            ChatReport::Sent { key } => {
                if let Some(delivery) = self.waiting.get(&key) {
                    delivery.update(Delivery::send);
                }
                None
            }
            ChatReport::Echoed { key, text, received, round_trip, way } => {
                let instance = (way == Way::Socket).then(|| self.instance.clone());
                self.deliver(key, Delivery::Echoed { text, received, round_trip, way, instance });
                None
            }
            ChatReport::Refused { key, fault } => {
                let reason = Some(fault.message).filter(|message| !message.is_empty());
                self.deliver(key, Delivery::Refused { reason });
                None
            }
            ChatReport::NotSaid { text, why } => {
                Some(ChatRowBody::NotSaid { text: text.into(), why })
            }
            ChatReport::Complained(fault) => Some(ChatRowBody::Complained(fault)),
            ChatReport::Garbled(what) => Some(ChatRowBody::Garbled(what)),
            ChatReport::Opened { instance } => {
                self.instance.clone_from(&instance);
                (!self.posting).then_some(ChatRowBody::Opened { instance })
            }
            ChatReport::Ended(ended) => (!self.posting).then_some(ChatRowBody::Ended(ended)),
            ChatReport::PostingBegun => {
                self.posting = true;
                Some(ChatRowBody::PostingBegun)
            }
            ChatReport::PostingEnded(why) => {
                self.posting = false;
                Some(ChatRowBody::PostingEnded(why))
            }
        }
    }

    fn deliver(&mut self, key: SendKey, how: Delivery) {
        if let Some(delivery) = self.waiting.remove(&key) {
            delivery.set(how);
        }
    }

    fn append(&self, new: Vec<ChatRow>) {
        let mut cut = 0;
        self.store.rows.update(|rows| {
            for row in new {
                if !repeats_failure(rows.last(), &row) {
                    rows.push(row);
                }
            }
            while rows.len() > HISTORY_MAX
                && let Some(place) = rows.iter().position(|row| !row.waits())
            {
                rows.remove(place);
                cut += 1;
            }
        });
        if cut > 0 {
            set(self.store.dropped, self.store.dropped.get_untracked() + cut);
        }
    }
}

impl Delivery {
    fn send(&mut self) {
        *self = Self::Sent { times: if let Self::Sent { times } = self { *times + 1 } else { 1 } };
    }
}

impl ChatRow {
    fn waits(&self) -> bool {
        match &self.body {
            ChatRowBody::Message { delivery, .. } => delivery.with_untracked(|how| match how {
                Delivery::Queued | Delivery::Sent { .. } => true,
                Delivery::Echoed { .. } | Delivery::Refused { .. } => false,
            }),
            ChatRowBody::NotSaid { .. }
            | ChatRowBody::Opened { .. }
            | ChatRowBody::Ended(_)
            | ChatRowBody::PostingBegun
            | ChatRowBody::PostingEnded(_)
            | ChatRowBody::Complained(_)
            | ChatRowBody::Garbled(_) => false,
        }
    }
}

fn repeats_failure(last: Option<&ChatRow>, row: &ChatRow) -> bool {
    match (last.map(|last| &last.body), &row.body) {
        (Some(ChatRowBody::Ended(last)), ChatRowBody::Ended(ended)) => repeats(last, ended),
        _ => false,
    }
}

/// Whether an attempt has failed as the link before it ended: the link's view counts them.
pub(super) fn repeats(last: &Ended, ended: &Ended) -> bool {
    ended.open_for.is_none() && ended.cause.may_retry() && ended.cause == last.cause
}
