//! The idle ladder: how long a link may be silent, what keeps it, and how long it lives at all.
//!
//! A link that is cut shows when, by itself. One that dies without a word shows only by what does not
//! arrive at its rung's end, so the rungs stand around the times that are known.

use super::{plain, planned, probe};
use crate::check::probe::{Ask, By, Form, Lane, Probe, SocketAsk};
use crate::check::suite::sockets::text;
use crate::{say, words};

/// The probes of a deep run, the longest first.
pub(super) fn probes() -> Vec<Probe> {
    let mut probes = keep_alives().to_vec();
    for seconds in RUNGS.into_iter().rev() {
        probes.extend(rungs(seconds));
    }
    probes.extend(LIVES.into_iter().flat_map(lifetimes));
    probes
}

/// How long silences are, in seconds.
const RUNGS: [u32; 11] = [15, 30, 50, 55, 60, 100, 120, 180, 240, 300, 350];

/// Those that a page tries as well over event streams, for which it has few connections: as many fit into
/// the time. What is cut shows when on the longest of them; the other is for what dies without a word. A question
/// that waits for 100 s is as silent.
const RUNGS_OF_PAGES: [u32; 2] = [60, 350];

/// How long lives with traffic are, in seconds; of event streams, a page tries the first alone.
const LIVES: [u32; 3] = [60, 30, 15];

/// How long what keeps a link is tried, in seconds: as long as the longest silence.
const KEPT: u32 = 350;

/// How often something is said against silence, in seconds.
const EVERY: u32 = 25;

fn rungs(seconds: u32) -> [Probe; 4] {
    // It says something first, so that a link which never worked is not taken for one that was cut, and
    // once more soon after: what dies without a word answers the first message after its death.
    let plan = format!("i64,w{},i64,w200,i64", seconds * 1_000);
    let title = say!("silence for {seconds} s", seconds);
    let streams = Form::ALL.map(|form| {
        let lane = lane(form);
        let name = format!("idle-{}-{seconds}", form.name());
        let is_of_pages = form == Form::Events && RUNGS_OF_PAGES.contains(&seconds);
        let by = if is_of_pages { By::All } else { By::CommandLine };
        Probe { by, ..probe(name, lane, &*title, Ask::Stream(plain(form, &plan))) }
    });
    let ask = SocketAsk { plan: planned(&plan), says: vec![], closes: None };
    let socket = probe(format!("idle-socket-{seconds}"), Lane::Socket, title, Ask::Socket(ask));
    let [events, lines, html] = streams;
    [socket, events, lines, html]
}

/// A link each that something is said on against silence.
fn keep_alives() -> [Probe; 5] {
    let times = KEPT / EVERY;
    let every = EVERY * 1_000;
    let kept = |what: &str| format!("i64,{times}*(w{every},{what}),i64");
    let stream = |name, title, what| {
        probe(name, Lane::Events, title, Ask::Stream(plain(Form::Events, &kept(what))))
    };
    let socket = |name, title, what, says| {
        let ask = SocketAsk { plan: planned(&kept(what)), says, closes: None };
        probe(name, Lane::Socket, title, Ask::Socket(ask))
    };
    let said = (1..=times).map(|n| text((n * EVERY).into(), 64)).collect();
    let silent = format!("i64,w{},i64", KEPT * 1_000);
    let says = SocketAsk { plan: planned(&silent), says: said, closes: None };
    [
        stream("beat-events", words!("a comment every 25 s"), "b"),
        stream("item-events", words!("an item every 25 s"), "i64"),
        socket("beat-socket", words!("a ping every 25 s"), "b", vec![]),
        socket("item-socket", words!("a message of the server's every 25 s"), "i64", vec![]),
        probe(
            "say-socket",
            Lane::Socket,
            words!("a message of the client's every 25 s"),
            Ask::Socket(says),
        ),
    ]
}

/// Links on which something always passes.
fn lifetimes(seconds: u32) -> [Probe; 2] {
    let plan = format!("{}*(i64,w500)", seconds * 2);
    let title = say!("a life of {seconds} s with traffic", seconds);
    let ask = SocketAsk { plan: planned(&plan), says: vec![], closes: None };
    let stream = Ask::Stream(plain(Form::Events, &plan));
    let by = if seconds == LIVES[0] { By::All } else { By::CommandLine };
    [
        Probe { by, ..probe(format!("life-events-{seconds}"), Lane::Events, &*title, stream) },
        probe(format!("life-socket-{seconds}"), Lane::Socket, title, Ask::Socket(ask)),
    ]
}

const fn lane(form: Form) -> Lane {
    match form {
        Form::Events => Lane::Events,
        Form::Lines => Lane::Stream,
        Form::Html => Lane::Frame,
    }
}
