//! What a report does not tell.

use super::NotTested;
use crate::check::evidence::{Client, Evidence};
use crate::check::list::listed;
use crate::check::observed::{Heard, Observation, Outcome, ServerSide, Untold};
use crate::check::probe::{Ask, By, Probe, ProbeId};
use crate::check::signs::{refusal, under_way};
use crate::{say, words};

/// Says what a pass does not prove.
pub(super) fn not_proven(is_deep: bool) -> Vec<String> {
    let mut says = vec![
        words!(
            "Only this path, at this time: other networks, and this one when it is busy, may do otherwise."
        ),
        words!("Only few connections: what a hop does to thousands of them was not seen."),
        words!(
            "Nothing was restarted: what a hop does to open connections when its configuration changes \
             was not seen."
        ),
        words!(
            "Only this server's responses: another program's, with other headers or types, may be treated \
             otherwise."
        ),
    ];
    if is_deep {
        says.push(words!("Silences and lives of more than 350 s may still be cut."));
        says.push(words!(
            "Silent links were silent for programs alone: this server's system asks every 30 s whether \
             the other end is there (TCP keep-alive). Hops that count packets, such as firewalls and \
             address translators, may cut those of a server that does not ask."
        ));
    }
    says.into_iter().map(ToOwned::to_owned).collect()
}

/// Says what was not tested, and why.
pub(super) fn not_tested(
    evidence: &Evidence,
    not_counted: &[ProbeId],
    is_deep: bool,
) -> Vec<NotTested> {
    let mut gaps = vec![];
    let mut not_for_this_client = vec![];
    for probe in &evidence.probes {
        if !is_by(probe.by, evidence.client) {
            not_for_this_client.push(probe.id.0.as_str());
            continue;
        }
        if not_counted.contains(&probe.id) {
            let title = &probe.title;
            let why = say!("{title}: it showed a fault while the tab was hidden.", title);
            gaps.push(NotTested::of(probe, why));
            continue;
        }
        let seen = evidence.observations.iter().find(|seen| seen.probe == probe.id);
        if let Some(why) =
            why(probe, seen).or_else(|| never_said(probe, seen?)).or_else(|| too_slow(probe, seen?))
        {
            gaps.push(NotTested::of(probe, why));
        }
    }
    if evidence.observations.iter().any(|seen| is_untold(&seen.ledger)) {
        let why =
            say!("The server's side of all probes, not tested: {why}.", why = Untold::NoLedgers);
        gaps.push(NotTested { probe: None, lane: None, why });
    }
    if !not_for_this_client.is_empty() {
        let probes = listed(&not_for_this_client);
        let why = match evidence.client {
            Client::Browser => say!("A page can't make these: {probes}.", probes),
            Client::CommandLine => say!("Only a page can make these: {probes}.", probes),
        };
        gaps.push(NotTested { probe: None, lane: None, why });
    }
    let why = if is_deep {
        words!(
            "Long polls of more than a minute, such as 100 s: the server lets no request wait for longer."
        )
    } else {
        words!("Silences, and how long connections live: only the deep run tries them.")
    };
    gaps.push(NotTested { probe: None, lane: None, why: why.to_owned() });
    gaps
}

const fn is_by(by: By, client: Client) -> bool {
    match (by, client) {
        (By::All, _) | (By::CommandLine, Client::CommandLine) | (By::Browser, Client::Browser) => {
            true
        }
        (By::CommandLine, Client::Browser) | (By::Browser, Client::CommandLine) => false,
    }
}

/// Says what a client was to say over an open socket, and never did.
fn never_said(probe: &Probe, seen: &Observation) -> Option<String> {
    let Ask::Socket(ask) = &probe.ask else { return None };
    let count = |is: fn(&Heard) -> bool| seen.heard.iter().filter(|note| is(&note.what)).count();
    let has_opened = count(|what| matches!(what, Heard::Opened { .. })) > 0;
    let said = count(|what| matches!(what, Heard::Said { .. }));
    let smallest = ask.says.iter().skip(said).map(|saying| saying.bytes).min();
    let smallest = smallest.filter(|_| has_opened && ask.is_for_its_messages())?;
    let title = &probe.title;
    Some(say!(
        "{title}: it was over before those of {smallest} bytes and more were all said.",
        title,
        smallest
    ))
}

/// Says which message or body was still under way when it was given up.
fn too_slow(probe: &Probe, seen: &Observation) -> Option<String> {
    if let Some(bytes) = under_way(seen).into_iter().map(|(_, bytes)| bytes).min() {
        let title = &probe.title;
        return Some(say!(
            "{title}: too slow, one of {bytes} bytes was still under way.",
            title,
            bytes
        ));
    }
    let is_body = matches!(probe.ask, Ask::Upload { .. } | Ask::Download { .. });
    let is_still_going = is_body
        && seen.outcome == Outcome::Late
        && seen.heard.iter().all(|note| is_going(&note.what));
    let (title, within) = (&probe.title, probe.deadline.as_secs());
    is_still_going
        .then(|| say!("{title}: too slow, it was not over within {within} s.", title, within))
}

const fn is_going(what: &Heard) -> bool {
    matches!(what, Heard::Asked | Heard::Piece { .. } | Heard::Head { status: 200, .. })
}

fn why(probe: &Probe, seen: Option<&Observation>) -> Option<String> {
    let title = &probe.title;
    let not_begun = || Some(say!("{title}: it was not begun.", title));
    let Some(seen) = seen else { return not_begun() };
    match (seen.outcome, refusal(seen), &seen.ledger) {
        (Outcome::Skipped, ..) => not_begun(),
        (Outcome::Cancelled, ..) => Some(say!("{title}: it was stopped with the run.", title)),
        (Outcome::Asleep, ..) => Some(say!(
            "{title}: the check itself stood still meanwhile, as on a machine that sleeps.",
            title
        )),
        (Outcome::Done | Outcome::Late, Some(status), _) => Some(say!(
            "{title}: the server had no room for it, and said so with {status}.",
            title,
            status
        )),
        // It is said of all of them together.
        (Outcome::Done | Outcome::Late, None, side) if is_untold(side) => None,
        (Outcome::Done | Outcome::Late, None, ServerSide::Unknown(why)) => {
            Some(say!("{title}: only the client's side is known. {why}", title, why))
        }
        (Outcome::Done | Outcome::Late, None, ServerSide::Ledger(_) | ServerSide::Nothing) => None,
    }
}

/// Whether the server tells nothing of any probe.
fn is_untold(side: &ServerSide) -> bool {
    *side == ServerSide::Unknown(Untold::NoLedgers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::{Lane, Saying, SocketAsk};
    use crate::check::sample::{Sample, run};
    use std::time::Duration;

    #[test]
    fn a_server_without_ledgers_is_said_once_and_one_that_was_not_asked_with_each_probe() {
        for (why, of_probes, of_all) in [
            (Untold::NoLedgers, 0, 1),
            (Untold::NotInTime, 2, 0),
            (Untold::Failed("it is gone".to_owned()), 2, 0),
        ] {
            let mut evidence = run(&["seen", "wait"]
                .map(|id| Sample::of(id, Lane::Requests, Ask::Wait { wait: Duration::ZERO })));
            for seen in &mut evidence.observations {
                seen.outcome = Outcome::Done;
                seen.ledger = ServerSide::Unknown(why.clone());
            }
            let gaps = not_tested(&evidence, &[], false);
            let says = |gap: &&NotTested| gap.why.contains(&why.to_string());
            let (one, all): (Vec<_>, Vec<_>) =
                gaps.iter().filter(says).partition(|gap| gap.probe.is_some());
            assert_eq!((one.len(), all.len()), (of_probes, of_all), "{gaps:?}");
        }
    }

    #[test]
    fn messages_that_were_never_said_are_not_tested() {
        let says =
            [64, 1_300].map(|bytes| Saying { after: Duration::ZERO, bytes, is_binary: false });
        let closes = Some((1_000, String::new()));
        let plan = "w24000".parse().unwrap();
        let ask = Ask::Socket(SocketAsk { plan, says: says.to_vec(), closes });
        let open = Sample::of("sizes", Lane::Socket, ask)
            .note(1, Heard::Opened { extensions: String::new() })
            .note(2, Heard::Said { n: 1, bytes: 64 });
        let whole = open.clone().note(3, Heard::Said { n: 2, bytes: 1_300 });
        for (sample, gaps) in [(open, 1), (whole, 0)] {
            let not_tested = not_tested(&run(&[sample]), &[], true);
            let of_sizes: Vec<_> = not_tested.iter().filter(|gap| gap.probe.is_some()).collect();
            assert_eq!(of_sizes.len(), gaps, "{of_sizes:?}");
            assert!(of_sizes.iter().all(|gap| gap.why.contains("1300 bytes")), "{of_sizes:?}");
        }
    }
}
