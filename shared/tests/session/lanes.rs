//! The clock over every transport: who greets, who is asked, who is silent.

use std::time::Duration;

use echoclock_shared::feed::{Item, Period, Seq, Tick};
use echoclock_shared::limits::WAIT;
use echoclock_shared::session::{
    Cause, ClockReport, Effect, Event, Follow, FromClock, Intent, LinkEvent, LinkId, LinkState,
    PageEvent, Part, Target,
};
use echoclock_shared::transport::Transport;

use crate::table::{Table, clock_reports, lost, opened, targets};

fn item(seq: u64) -> LinkEvent {
    LinkEvent::Clock(FromClock::Item(Item::Value(Period::S1.tick(Seq::new(seq)))))
}

fn asked(effects: &[Effect]) -> Vec<(LinkId, Target)> {
    let ask = |effect: &Effect| {
        if let Effect::Ask { link, target } = effect { Some((*link, *target)) } else { None }
    };
    effects.iter().filter_map(ask).collect()
}

fn open(table: &mut Table, transport: Transport) -> LinkId {
    table.connect(Part::Lane(transport))
}

#[test]
fn a_link_asks_for_what_its_transport_needs() {
    for transport in Transport::ALL {
        let mut table = Table::default();
        let effects = table.user(Intent::Connect(Part::Lane(transport)));
        let query = targets(&effects)[0].1.below_api();
        let wait = if transport == Transport::LongPoll { "&wait=0" } else { "" };
        assert_eq!(query, transport.of("clock") + "?every=1s" + wait);
        assert!(effects.contains(&Effect::Changed(Part::Lane(transport))));
    }
}

#[test]
fn whatever_comes_first_opens_a_link() {
    for transport in Transport::ALL {
        for first in [item(10), LinkEvent::Clock(FromClock::Ping), LinkEvent::Answered] {
            if first == LinkEvent::Answered && transport.is_pushed() {
                continue;
            }
            let mut table = Table::default();
            let link = open(&mut table, transport);
            let told = clock_reports(&table.link(link, first));
            assert_eq!(told.first(), Some(&ClockReport::Opened(None)), "{transport}");
            assert_eq!(table.session.lane(transport).link().open(), Some(link));
        }
    }
}

#[test]
fn a_short_poll_asks_at_its_pace_and_a_long_one_at_once() {
    for (transport, pause, wait) in [
        (Transport::Poll, Duration::from_secs(1), None),
        (Transport::LongPoll, Duration::ZERO, Some(WAIT)),
    ] {
        let mut table = Table::default();
        let link = open(&mut table, transport);
        table.link(link, item(10));
        table.pass(Duration::from_millis(300));
        let mut effects = table.link(link, LinkEvent::Answered);
        if pause > Duration::ZERO {
            assert_eq!(asked(&effects), [], "{transport}");
            effects = table.wake();
            assert_eq!(table.now.mono, pause, "from question to question");
        }
        let after = Some(Seq::new(10));
        let target = Target::Clock { transport, every: Period::S1, after, wait };
        assert_eq!(asked(&effects), [(link, target)], "{transport}");
    }
}

#[test]
fn a_long_poll_that_is_not_let_wait_does_not_ask_without_end() {
    let mut table = Table::default();
    let link = open(&mut table, Transport::LongPoll);
    let effects = table.link(link, LinkEvent::Answered);
    assert_eq!(asked(&effects).len(), 1, "the first one was not to wait");
    let begun = table.now.mono;
    // An item that was seen already is nothing new.
    assert_eq!(asked(&table.link(link, LinkEvent::Answered)), []);
    assert_eq!(asked(&table.wake()).len(), 1);
    assert_eq!(table.now.mono, begun + Follow::HASTE_PAUSE);
    table.pass(WAIT);
    assert_eq!(asked(&table.link(link, LinkEvent::Answered)).len(), 1, "it has waited");
}

#[test]
fn the_pace_of_asking_has_bounds_and_holds_at_once() {
    let mut table = Table::default();
    let link = open(&mut table, Transport::Poll);
    for (pause, taken) in [
        (Duration::from_secs(3_600), Follow::ASK_EVERY_MAX),
        (Duration::ZERO, Follow::ASK_EVERY_MIN),
    ] {
        table.user(Intent::AskEvery(pause));
        assert_eq!(table.session.lane(Transport::Poll).asks_every(), taken);
    }
    table.user(Intent::AskEvery(Duration::from_secs(60)));
    table.link(link, LinkEvent::Answered);
    table.user(Intent::AskEvery(Duration::from_millis(200)));
    assert_eq!(asked(&table.wake()).len(), 1);
    assert_eq!(table.now.mono, Duration::from_millis(200));
}

#[test]
fn a_link_that_says_nothing_is_let_go() {
    let pushed = Duration::from_secs(1) + Follow::SILENCE_GRACE;
    for transport in Transport::ALL {
        let silence = match transport {
            Transport::Poll => Duration::from_secs(1) + Follow::ANSWER_WITHIN,
            Transport::LongPoll => WAIT + Follow::ANSWER_WITHIN,
            Transport::Stream | Transport::Frame | Transport::Events | Transport::Socket => pushed,
        };
        let mut table = Table::default();
        let link = open(&mut table, transport);
        table.link(link, item(10));
        if !transport.is_pushed() {
            table.link(link, LinkEvent::Answered);
        }
        let mut dropped = false;
        while !dropped {
            dropped = table.wake().contains(&Effect::Drop(link));
        }
        assert_eq!(table.now.mono, silence, "{transport}");
        assert!(matches!(
            table.session.lane(transport).link().state(),
            LinkState::Waiting { last, .. } if last.cause == Cause::Silent
        ));
    }
}

#[test]
fn each_lane_resumes_from_its_own_cursor() {
    let mut table = Table::default();
    let links = Transport::ALL.map(|transport| open(&mut table, transport));
    for (seq, link) in links.into_iter().enumerate() {
        table.link(link, item(100 + seq as u64));
        table.link(link, lost());
    }
    table.pass(Duration::from_secs(1));
    let again = targets(&table.handle(Event::Woke));
    let cursors: Vec<_> = again
        .iter()
        .map(|(_, target)| match target {
            Target::Clock { transport, after, .. } => (*transport, after.map(Seq::get)),
            Target::Echo => panic!("the chat was never wanted"),
        })
        .collect();
    let expected: Vec<_> = Transport::ALL.into_iter().zip((100..).map(Some)).collect();
    assert_eq!(cursors, expected);
}

#[test]
fn a_poll_measures_delay_once_it_has_caught_up() {
    for transport in Transport::ALL {
        let mut table = Table::default();
        table.learn_time();
        let link = open(&mut table, transport);
        // The server tells whole milliseconds, so each stands for one that is half over.
        table.now.mono = Duration::from_millis(10_400);
        let delays = |effects: &[Effect]| -> Vec<Option<i64>> {
            let ticked = |report: ClockReport| {
                if let ClockReport::Ticked { delay, .. } = report { Some(delay) } else { None }
            };
            clock_reports(effects).into_iter().filter_map(ticked).collect()
        };
        assert_eq!(delays(&table.link(link, item(10))), [None], "{transport}: a replay");
        if !transport.is_pushed() {
            table.link(link, LinkEvent::Answered);
            table.handle(Event::Woke);
        }
        table.now.mono = Duration::from_millis(11_250);
        table.handle(Event::Woke);
        let live = delays(&table.link(link, item(11)));
        let expected = if transport.is_pushed() { None } else { Some(250_500) };
        assert_eq!(live, [expected], "{transport}: no `sent` on it");
        let tick = Period::S1.tick(Seq::new(12));
        let tick = Tick { sent: Some(tick.due), ..tick };
        table.now.mono = Duration::from_millis(12_125);
        let live = LinkEvent::Clock(FromClock::Item(Item::Value(tick)));
        assert_eq!(delays(&table.link(link, live)), [Some(125_500)], "{transport}: sent live");
    }
}

#[test]
fn lanes_share_their_period_and_rest_while_nobody_looks() {
    let mut table = Table::default();
    let links = Transport::ALL.map(|transport| open(&mut table, transport));
    table.user(Intent::LanesEvery(Period::S5));
    assert_eq!(table.session.clock().period(), Period::S1, "the clock beside the chat stays");
    for (transport, link) in Transport::ALL.into_iter().zip(links) {
        let lane = table.session.lane(transport);
        assert_eq!(lane.period(), Period::S5);
        assert_ne!(lane.link().current(), Some(link), "{transport} follows another feed");
    }
    table.handle(Event::Page(PageEvent::Visible(false)));
    table.pass(Follow::REST_AFTER);
    table.handle(Event::Woke);
    for transport in Transport::ALL {
        let state = table.session.lane(transport).link().state();
        assert_eq!(state, &LinkState::Resting, "{transport}");
    }
    let effects = table.handle(Event::Page(PageEvent::Visible(true)));
    assert_eq!(targets(&effects).len(), Transport::ALL.len());
    assert!(opened(&effects) > links[5]);
}
