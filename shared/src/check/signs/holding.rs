//! What is held back on its way: all of it, so many bytes, so long, or the last item.

use super::Symptom;
use super::looked::{Looked, Timed};
use super::made::Made;
use crate::check::flow::{Pattern, pattern};
use crate::check::observed::Outcome;
use crate::check::plan::Step;
use crate::check::probe::{Ask, Lane, ProbeId};
use crate::say;

pub(super) fn find(looked: &Looked<'_>, made: &mut Made) {
    for lane in Lane::ALL {
        let streams: Vec<_> = looked.of_lane(lane).filter_map(Stream::of).collect();
        lane_of(lane, &streams, made);
        for told in looked.of_lane(lane) {
            late_head(looked, told, made);
        }
    }
}

/// A stream or a socket, and what its arrivals look like.
struct Stream<'a> {
    told: &'a Timed<'a>,
    pattern: Pattern,
    /// By how much half of all items were late at least, in milliseconds.
    late: u64,
}

impl<'a> Stream<'a> {
    fn of(told: &'a Timed<'a>) -> Option<Self> {
        let is_followed = match &told.probe.ask {
            Ask::Stream(ask) => ask.leaves_after.is_none(),
            Ask::Socket(_) => true,
            // What goes on from the past comes all at once, as it should.
            Ask::Follow { transport, resumes, .. } => transport.is_pushed() && !resumes,
            Ask::Seen { .. }
            | Ask::Twins(_)
            | Ask::Wait { .. }
            | Ask::Upload { .. }
            | Ask::Download { .. }
            | Ask::Status { .. }
            | Ask::Connections { .. } => false,
        };
        if !is_followed {
            return None;
        }
        let pattern = if brings_nothing(told) { Pattern::Whole } else { pattern(&told.flow)? };
        let mut late = told.flow.late.clone();
        late.sort_unstable();
        let late =
            late.get(late.len() / 2).map_or(0, |late| u64::try_from(late / 1_000).unwrap_or(0));
        Some(Self { told, pattern, late })
    }

    fn id(&self) -> &'a ProbeId {
        &self.told.probe.id
    }

    fn bytes(&self) -> u64 {
        self.told.flow.items.iter().map(|item| u64::from(item.bytes)).sum()
    }

    fn largest(&self) -> u64 {
        self.told.flow.items.iter().map(|item| u64::from(item.bytes)).max().unwrap_or_default()
    }

    /// Whether it was held for longer than a timer that another stream shows would have held it.
    fn outlasts(&self, timed: &Self) -> bool {
        self.told.flow.span() >= 2 * time_of(timed) + NEAR
    }

    /// Whether its items were sent over so long that no busy machine explains why all came at once.
    fn is_long(&self) -> bool {
        self.told.flow.items.is_empty() || self.told.flow.span() >= LONG
    }
}

/// Whether nothing has come of what the server has said until it was given up, while the server
/// still had more to say: what is held until the end comes only with it.
fn brings_nothing(told: &Timed<'_>) -> bool {
    let is_open = told.seen.outcome == Outcome::Late && told.ended().is_none();
    let Some(server) = told.server.filter(|_| is_open && told.flow.items.is_empty()) else {
        return false;
    };
    server.responses().any(|(_, status, _)| status == 200) && server.finished().is_none()
}

fn lane_of(lane: Lane, streams: &[Stream<'_>], made: &mut Made) {
    let with = |is_it: &dyn Fn(&Stream<'_>) -> bool| -> Vec<&Stream<'_>> {
        streams.iter().filter(|stream| is_it(stream)).collect()
    };
    // What holds back holds all streams; where only one of several looks so, it was chance.
    let is_sure = |shown: &[&ProbeId]| shown.len() > 1 || streams.len() == 1;
    let mut sized =
        with(&|stream| matches!(stream.pattern, Pattern::BySize { .. } | Pattern::AtFirst { .. }));
    let mut timed = with(&|stream| matches!(stream.pattern, Pattern::ByTime { .. }));
    let mut whole = with(&|stream| stream.pattern == Pattern::Whole);
    let mut one_late = with(&|stream| stream.pattern == Pattern::OneLate);
    let delayed = with(&|stream| matches!(stream.pattern, Pattern::Delayed { .. }));

    // A steady stream fills a buffer as regularly as a timer goes off, and only a timer lets a slow one go.
    if sized.is_empty() && whole.iter().any(|whole| timed.iter().any(|timed| whole.outlasts(timed)))
    {
        sized.append(&mut timed);
    }
    if let Some((bytes, says)) = sized.first().and_then(|first| lumps_of(first.pattern)) {
        // What is shorter than the buffer never fills it, and what is longer may have no such sizes.
        let is_short = |stream: &Stream<'_>| stream.bytes() <= bytes + stream.largest();
        let short = whole.iter().filter(|stream| is_short(stream));
        let all = sized.iter().chain(short).chain(&timed).map(|stream| stream.id());
        let all: Vec<_> = all.collect();
        if is_sure(&all) {
            made.add(lane, &all, Symptom::HeldFor { bytes }, says);
        }
        whole.retain(|stream| !is_short(stream));
    } else if let Some(millis) = timed.first().map(|first| time_of(first)) {
        let is_near = |late: u64| late.abs_diff(millis) * 5 <= millis * 2;
        let alike = delayed.iter().chain(&one_late).filter(|stream| is_near(stream.late));
        let all: Vec<_> = timed.iter().chain(alike).map(|stream| stream.id()).collect();
        let says = say!("What is sent arrives glued together, up to {millis} ms late.", millis);
        if is_sure(&all) {
            made.add(lane, &all, Symptom::Coalesced { millis }, says);
        }
        one_late.retain(|stream| !is_near(stream.late));
        let waits_for_both = |stream: &&&Stream<'_>| {
            stream.late.abs_diff(stream.told.flow.period() + millis) <= NEAR
        };
        one_late.extend(delayed.iter().filter(waits_for_both));
    }
    if let Some(first) = one_late.first() {
        let says = say!(
            "Each item arrives when the next one is sent: {late} ms late, where they are {period} ms apart.",
            late = first.late,
            period = first.told.flow.period()
        );
        let all: Vec<_> = one_late.iter().map(|stream| stream.id()).collect();
        if is_sure(&all) {
            made.add(lane, &all, Symptom::OneLate, says);
        }
    }
    if let Some(longest) = whole.iter().max_by_key(|stream| stream.told.flow.span())
        && (whole.len() > 1 || longest.is_long())
    {
        let all: Vec<_> = whole.iter().map(|stream| stream.id()).collect();
        made.add(lane, &all, Symptom::HeldWhole, held_whole(longest));
    }
}

/// Returns how large lumps are, and what that is in words.
fn lumps_of(pattern: Pattern) -> Option<(u64, String)> {
    match pattern {
        Pattern::BySize { bytes, millis } | Pattern::ByTime { bytes, millis } => Some((
            bytes,
            say!("Items arrive in lumps of {bytes} bytes, up to {millis} ms late.", bytes, millis),
        )),
        Pattern::AtFirst { bytes } => Some((
            bytes,
            say!("The first {bytes} bytes arrive at once, and all else as it is sent.", bytes),
        )),
        Pattern::Prompt | Pattern::Whole | Pattern::OneLate | Pattern::Delayed { .. } => None,
    }
}

const fn time_of(stream: &Stream<'_>) -> u64 {
    match stream.pattern {
        Pattern::ByTime { millis, .. } => millis,
        Pattern::Prompt
        | Pattern::Whole
        | Pattern::BySize { .. }
        | Pattern::AtFirst { .. }
        | Pattern::OneLate
        | Pattern::Delayed { .. } => stream.late,
    }
}

fn held_whole(longest: &Stream<'_>) -> String {
    let items = longest.told.flow.items.len();
    if items == 0 {
        let waited = longest.told.probe.deadline.as_secs();
        return say!("Nothing arrived within {waited} s of what the server had sent.", waited);
    }
    let span = longest.told.flow.span();
    say!("All {items} items arrived at the end, though they were sent over {span} ms.", items, span)
}

/// Looks whether a head waits for the first item: only where there is a silence between the two.
fn late_head(looked: &Looked<'_>, told: &Timed<'_>, made: &mut Made) {
    let Ask::Stream(ask) = &told.probe.ask else { return };
    let Some(Step::Wait(silence)) = ask.plan.steps().next() else { return };
    let is_held = made.of(told.probe.lane, |symptom| {
        matches!(symptom, Symptom::HeldWhole | Symptom::HeldFor { .. })
    });
    if is_held.is_some_and(|sign| sign.probes.contains(&told.probe.id)) {
        return;
    }
    let Some((sent, ..)) = told.server.and_then(|server| server.responses().next()) else { return };
    let Some(late) = told.flow.head.and_then(|head| looked.before(head, sent)) else { return };
    let millis = u64::try_from(-late / 1_000).unwrap_or_default();
    if millis * 5 >= u64::from(silence) * 3 && millis >= HEAD_LATE {
        let says =
            say!("The head arrives {millis} ms after it was sent, with the first item.", millis);
        made.shows(told.probe, Symptom::HeadLate { millis }, says);
    }
}

/// Over how many milliseconds the items have to be sent, where one stream alone is to tell.
const LONG: u64 = 1_500;

/// How closely, in milliseconds, delays have to match in order to have one cause.
const NEAR: u64 = 80;

/// How late a head is late, in milliseconds.
const HEAD_LATE: u64 = 600;
