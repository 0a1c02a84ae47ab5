//! What passes on the links: their names in the server's ledgers.

#![cfg(not(target_arch = "wasm32"))]

use echoclock_frontend::stores::Stores;
use echoclock_shared::ledger::LedgerId;
use echoclock_shared::session::{Effect, Event, Intent, LinkId, Moment, Part, Session};
use leptos::prelude::Owner;

/// Opens a link of the chat, as a session does.
fn link(session: &mut Session) -> LinkId {
    let effects = session.handle(Event::User(Intent::Connect(Part::Chat)), &Moment::default());
    let opened = effects.iter().find_map(|effect| match effect {
        Effect::Open { part: Part::Chat, link, .. } => Some(*link),
        _ => None,
    });
    opened.expect("a link is opened")
}

#[test]
fn a_link_has_its_name_in_its_address_for_as_long_as_it_is_there() {
    let owner = Owner::new();
    owner.set();
    let stores = Stores::default();
    let (wire, id) = (stores.wire.wire(), LedgerId::from_random(0xf00d));
    let named = format!("link={id}");
    let link = link(&mut Session::default());
    assert_eq!(stores.wire.id_of(Part::Chat), None);
    wire.opened(Part::Chat, link, Some(id.clone()));
    assert_eq!(wire.with_ledger(link, "ws://h/echo".to_owned()), format!("ws://h/echo?{named}"));
    assert_eq!(wire.with_ledger(link, "http://h?a=1".to_owned()), format!("http://h?a=1&{named}"));
    wire.gone(link);
    assert_eq!(wire.with_ledger(link, "ws://h/echo".to_owned()), "ws://h/echo");
    assert_eq!(stores.wire.id_of(Part::Chat), Some(id), "its ledger can still be read");
    assert_eq!(stores.wire.id_of(Part::Clock), None);
    wire.opened(Part::Chat, link, None);
    assert_eq!(stores.wire.id_of(Part::Chat), None, "a link without a name has no ledger");
}
