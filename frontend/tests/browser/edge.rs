//! The driver over the real edge, against servers that are not there.

use std::cell::RefCell;
use std::rc::Rc;

use echoclock_frontend::address::Address;
use echoclock_frontend::browser::document_base;
use echoclock_frontend::driver::{BrowserEdge, Driver, News, Receiver, View};
use echoclock_frontend::language::Language;
use echoclock_frontend::wire::Wire;
use echoclock_shared::session::{
    Cause, Event, Intent, Link, LinkState, Moment, Part, Session, Trouble,
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{speak, until};

/// What was seen of both links last.
#[derive(Clone, Debug, Default)]
struct Seen {
    frames: u32,
    chat: Option<(LinkState, u32, Option<Trouble>)>,
    clock: Option<(LinkState, u32, Option<Trouble>)>,
}

struct Watcher(Rc<RefCell<Seen>>);

impl View for Watcher {
    fn show(&mut self, session: &Session, _: News, _: &Moment) {
        let of = |link: &Link| (link.state().clone(), link.failures(), link.trouble().cloned());
        let mut seen = self.0.borrow_mut();
        seen.frames += 1;
        seen.chat = Some(of(session.chat().link()));
        seen.clock = Some(of(session.clock().link()));
    }
}

struct Bench {
    driver: Rc<Driver<BrowserEdge, Watcher>>,
    address: Rc<RefCell<Address>>,
    seen: Rc<RefCell<Seen>>,
}

impl Bench {
    fn at(api: &str) -> Self {
        speak(Language::English);
        let address = Rc::new(RefCell::new(address(api)));
        let seen = Rc::new(RefCell::new(Seen::default()));
        let driver = Driver::new(|inbox| {
            let edge = BrowserEdge::new(inbox, Rc::clone(&address), Wire::default());
            (edge, Watcher(Rc::clone(&seen)))
        });
        for part in [Part::Chat, Part::Clock] {
            driver.post(Event::User(Intent::Connect(part)));
        }
        Self { driver, address, seen }
    }

    async fn sees(&self, what: &str, condition: impl Fn(&Seen) -> bool) {
        until(what, || condition(&self.seen.borrow())).await;
    }
}

fn address(api: &str) -> Address {
    Address::choose(Some(api), &Ok(String::new()), &document_base())
}

fn is_impossible(link: Option<&(LinkState, u32, Option<Trouble>)>, words: &str) -> bool {
    let Some((LinkState::Idle { last: Some(ended) }, _, _)) = link else { return false };
    matches!(&ended.cause, Cause::Impossible(why) if why.contains(words))
}

#[wasm_bindgen_test]
async fn nobody_there_is_tried_again_and_explained() {
    let bench = Bench::at("http://127.0.0.1:1024");
    for link in [|seen: &Seen| seen.chat.clone(), |seen: &Seen| seen.clock.clone()] {
        bench
            .sees("both links fail twice, by themselves", |seen| {
                link(seen).is_some_and(|(_, failures, trouble)| {
                    failures >= 2 && trouble == Some(Trouble::Unreachable)
                })
            })
            .await;
    }
}

#[wasm_bindgen_test]
async fn another_server_is_known_for_one() {
    // The test runner's own server has no API.
    let bench = Bench::at("nothing");
    bench
        .sees("both are told apart from our server", |seen| {
            let not_ours = |link: &Option<(_, _, Option<Trouble>)>| {
                matches!(link, Some((_, _, Some(Trouble::NotOurs(what)))) if what.to_string().contains("HTTP"))
            };
            not_ours(&seen.chat) && not_ours(&seen.clock)
        })
        .await;
}

#[wasm_bindgen_test]
async fn a_wrong_address_is_not_tried_until_there_is_another() {
    let bench = Bench::at("ftp://127.0.0.1");
    let words = "not by ftp://";
    bench
        .sees("the reason", |seen| {
            is_impossible(seen.chat.as_ref(), words) && is_impossible(seen.clock.as_ref(), words)
        })
        .await;
    bench.address.replace(address("http://127.0.0.1:1024"));
    bench.driver.post(Event::User(Intent::Readdress));
    bench
        .sees("both are tried", |seen| {
            seen.chat.as_ref().is_some_and(|(_, failures, _)| *failures > 0)
                && seen.clock.as_ref().is_some_and(|(_, failures, _)| *failures > 0)
        })
        .await;
}

#[wasm_bindgen_test]
async fn a_driver_that_is_gone_shows_nothing_more() {
    let bench = Bench::at("http://127.0.0.1:1024");
    bench.sees("a frame", |seen| seen.frames > 0).await;
    let seen = Rc::clone(&bench.seen);
    drop(bench);
    let frames = seen.borrow().frames;
    let other = Bench::at("http://127.0.0.1:1024");
    other.sees("another driver goes on", |seen| seen.frames > 2).await;
    assert_eq!(seen.borrow().frames, frames);
}
