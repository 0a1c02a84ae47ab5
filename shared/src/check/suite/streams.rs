//! Streams: how their items pass, each form in each way that something could treat differently.

use std::time::Duration;

use super::{GRACE, plain, probe};
use crate::check::probe::{Ask, By, Form, Lane, Probe, StreamAsk};
use crate::transport::Transport;
use crate::{say, words};

/// The probes of all streams.
///
/// The plainest of each form come first: where there is time for no more, they tell the most.
pub(super) fn probes() -> Vec<Probe> {
    let mut probes: Vec<_> = Form::ALL.into_iter().flat_map(plainest).collect();
    probes.extend(clock());
    probes.extend(Form::ALL.into_iter().flat_map(variants));
    let post = StreamAsk { is_post: true, ..plain(Form::Events, SLOW) };
    probes.push(stream("post", words!("asked for by POST"), post));
    probes.extend(ends());
    probes
}

/// Fifty times as many bytes as the smallest hold, so that lumps of 4,096 and 8,192 show.
const SMALL: &str = "150*(i64,w20)";
/// So far apart that what is glued together, or one item late, shows on a slow path too.
const SLOW: &str = "8*(i64,w300)";

fn plainest(form: Form) -> [Probe; 2] {
    [
        stream("small", words!("items of 64 bytes, fifty a second"), plain(form, SMALL)),
        stream("slow", words!("items of 64 bytes, three a second"), plain(form, SLOW)),
    ]
}

fn variants(form: Form) -> Vec<Probe> {
    let slow = || plain(form, SLOW);
    let charset = if slow().has_charset {
        ("plain", words!("without a charset"))
    } else {
        ("charset", words!("with a charset"))
    };
    let with_charset = StreamAsk { has_charset: !slow().has_charset, ..slow() };
    let mut identity = stream(
        "identity",
        words!("for who takes no compression"),
        StreamAsk { identity: true, ..slow() },
    );
    identity.by = By::CommandLine;
    vec![
        stream("1500", words!("items of 1,500 bytes"), plain(form, "40*(i1500,w50)")),
        stream("large-first", words!("a first item of 2 KiB"), plain(form, "i2048,8*(w250,i64)")),
        stream(
            "silent-head",
            words!("a head, and then 2 s of silence"),
            plain(form, "w2000,5*(i64,w200)"),
        ),
        stream(charset.0, charset.1, with_charset),
        stream(
            "unbuffered",
            words!("with X-Accel-Buffering: no"),
            StreamAsk { unbuffered: true, ..plain(form, SMALL) },
        ),
        stream(
            "no-transform",
            words!("with Cache-Control: no-transform"),
            StreamAsk { no_transform: true, ..plain(form, SLOW) },
        ),
        identity,
    ]
}

/// The clock as the page follows it.
fn clock() -> impl Iterator<Item = Probe> {
    let follow = |transport, resumes| Ask::Follow { transport, items: 4, resumes };
    let followed = Transport::ALL.into_iter().map(move |transport| {
        let (name, lane) = match transport {
            Transport::Poll => ("poll", Lane::Poll),
            Transport::LongPoll => ("longpoll", Lane::LongPoll),
            Transport::Stream => ("stream", Lane::Stream),
            Transport::Frame => ("frame", Lane::Frame),
            Transport::Events => ("events", Lane::Events),
            Transport::Socket => ("socket", Lane::Socket),
        };
        let title = say!("the clock by {transport}", transport);
        probe(format!("follow-{name}"), lane, title, follow(transport, false))
    });
    followed.chain([probe(
        "resume-events",
        Lane::Events,
        words!("going on by Last-Event-ID"),
        follow(Transport::Events, true),
    )])
}

/// What happens to two that ask for the same, and when one leaves.
fn ends() -> [Probe; 2] {
    let twins = Ask::Twins(plain(Form::Events, "10*(i64,w150)"));
    let leaves = StreamAsk {
        leaves_after: Some(Duration::from_secs(1)),
        ..plain(Form::Events, "60*(i64,w200)")
    };
    let mut abort = stream("abort", words!("left after a second"), leaves);
    abort.id.0 = "abort-events".to_owned();
    // The server may be told late, which is what is asked: the client is done long before.
    abort.deadline = GRACE;
    [
        probe(
            "twins-events",
            Lane::Events,
            words!("the same stream twice at once, and once more"),
            twins,
        ),
        abort,
    ]
}

/// A stream's probe, named after its form.
pub(super) fn stream(name: &str, title: &str, ask: StreamAsk) -> Probe {
    let lane = match ask.form {
        Form::Events => Lane::Events,
        Form::Lines => Lane::Stream,
        Form::Html => Lane::Frame,
    };
    probe(format!("{}-{name}", ask.form.name()), lane, title, Ask::Stream(ask))
}
