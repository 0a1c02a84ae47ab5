//! What a report does not tell.

use super::NotTested;
use crate::check::evidence::{Client, Evidence};
use crate::check::observed::{Observation, Outcome, ServerSide};
use crate::check::probe::{By, Probe};
use crate::check::signs::refusal;

/// Says what a pass does not prove.
pub(super) fn not_proven(is_deep: bool) -> Vec<String> {
    let mut says = vec![
        "Only this path, at this time: other networks, and this one when it is busy, may do otherwise.",
        "Only few connections: what a hop does to thousands of them was not seen.",
        "Nothing was restarted: what a hop does to open connections when its configuration changes was \
         not seen.",
        "Only this server's responses: another program's, with other headers or types, may be treated \
         otherwise.",
    ];
    if is_deep {
        says.push("Silences and lives of more than 350 s may still be cut.");
        says.push(
            "Silent links were silent for programs alone: this server's system asks every 30 s whether \
             the other end is there (TCP keep-alive). Hops that count packets, such as firewalls and \
             address translators, may cut those of a server that does not ask.",
        );
    }
    says.into_iter().map(ToOwned::to_owned).collect()
}

/// Says what was not tested, and why.
pub(super) fn not_tested(evidence: &Evidence, is_deep: bool) -> Vec<NotTested> {
    let mut gaps = vec![];
    let mut not_for_this_client = vec![];
    for probe in &evidence.probes {
        if !is_by(probe.by, evidence.client) {
            not_for_this_client.push(probe.id.0.as_str());
            continue;
        }
        let seen = evidence.observations.iter().find(|seen| seen.probe == probe.id);
        if let Some(why) = why(probe, seen) {
            gaps.push(NotTested { probe: Some(probe.id.clone()), why });
        }
    }
    if !not_for_this_client.is_empty() {
        let client = match evidence.client {
            Client::Browser => "A page can't make these",
            Client::CommandLine => "Only a page can make these",
        };
        let why = format!("{client}: {}.", not_for_this_client.join(", "));
        gaps.push(NotTested { probe: None, why });
    }
    let why = if is_deep {
        "Long polls of more than a minute, such as 100 s: the server lets no request wait for longer."
    } else {
        "Silences, and how long connections live: only the deep run tries them."
    };
    gaps.push(NotTested { probe: None, why: why.to_owned() });
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

fn why(probe: &Probe, seen: Option<&Observation>) -> Option<String> {
    let title = &probe.title;
    let Some(seen) = seen else { return Some(format!("{title}: it was not begun.")) };
    match (seen.outcome, refusal(seen), &seen.ledger) {
        (Outcome::Skipped, ..) => Some(format!("{title}: it was not begun.")),
        (Outcome::Cancelled, ..) => Some(format!("{title}: it was stopped with the run.")),
        (Outcome::Done | Outcome::Late, Some(status), _) => {
            Some(format!("{title}: the server had no room for it, and said so with {status}."))
        }
        (Outcome::Done | Outcome::Late, None, ServerSide::Unknown(why)) => {
            Some(format!("{title}: only the client's side is known. {why}"))
        }
        (Outcome::Done | Outcome::Late, None, ServerSide::Ledger(_) | ServerSide::Nothing) => None,
    }
}
