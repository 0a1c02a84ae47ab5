//! What does not reach the server, and what is answered by something else.

use super::Symptom;
use super::looked::{Looked, Timed};
use super::made::Made;
use crate::check::evidence::Client;
use crate::check::flow::Server;
use crate::check::probe::Ask;
use crate::info::Opening;
use crate::text::Text;
use crate::transport::Transport;
use crate::{fill, say, text, words};

pub(super) fn find(looked: &Looked<'_>, made: &mut Made) {
    let is_cut_off = !looked.probes.is_empty() && looked.probes.iter().all(is_unheard_of);
    for told in &looked.probes {
        if is_cut_off {
            made.shows(told.probe, Symptom::Unreachable, nothing_arrives());
        } else if is_socket(&told.probe.ask) {
            if !has_waited_in_its_browser(looked, told) {
                upgrade(told, made);
            }
        } else {
            request(looked, told, made);
        }
    }
}

fn is_unheard_of(told: &Timed<'_>) -> bool {
    told.never_arrived() && told.status().is_none() && told.flow.items.is_empty()
}

/// Whether it begins with an upgrade.
pub(super) const fn is_socket(ask: &Ask) -> bool {
    matches!(ask, Ask::Socket(_) | Ask::Follow { transport: Transport::Socket, .. })
}

/// Whether it has not been sent at all: a browser opens one socket to a server after the other (RFC 6455,
/// 4.1), so that those behind one which is not answered wait.
fn has_waited_in_its_browser(looked: &Looked<'_>, told: &Timed<'_>) -> bool {
    let is_unanswered = |one: &Timed<'_>| {
        is_socket(&one.probe.ask)
            && !one.has_opened()
            && one.status().is_none()
            && one.ended().is_none()
    };
    let has_arrived = |one: &Timed<'_>| !one.never_arrived();
    looked.evidence.client == Client::Browser
        && is_unanswered(told)
        && !has_arrived(told)
        && looked.probes.iter().any(|other| is_unanswered(other) && has_arrived(other))
}

fn request(looked: &Looked<'_>, told: &Timed<'_>, made: &mut Made) {
    let is_body = matches!(told.probe.ask, Ask::Upload { .. } | Ask::Download { .. });
    let is_body_refused = is_body && !has_no_room(told);
    if is_body_refused && looked.of_lane(told.probe.lane).any(|other| !other.never_arrived()) {
        // It is the body that does not get through.
        return;
    }
    let Some((_, at, status, _)) = told.heads().next() else {
        // Who answers a body before it is there may break off what is still being sent, answer and all.
        let is_answered = |other: &Timed<'_>| other.never_arrived() && other.status().is_some();
        let is_broken_off = is_body && looked.of_lane(told.probe.lane).any(is_answered);
        if is_unheard_of(told) && !is_broken_off {
            made.shows(told.probe, Symptom::Unreachable, nothing_arrives());
        }
        return;
    };
    let after = at.saturating_sub(told.flow.asked) / 1_000;
    if told.never_arrived() {
        let says =
            say!("Something else answers {status}: no request arrives at the server.", status);
        made.shows(told.probe, Symptom::AnsweredElsewhere { status }, says);
        return;
    }
    // These have symptoms of their own for it.
    let is_own = is_body || matches!(told.probe.ask, Ask::Status { .. } | Ask::Wait { .. });
    let Some(server) = told.server.filter(|_| !is_own && status >= 300) else { return };
    let by_server: Vec<_> = server.responses().map(|(_, status, _)| status).collect();
    if !by_server.contains(&status) {
        let says = match by_server.first() {
            Some(own) => say!(
                "{status} arrives after {after} ms, and the server answered {own}.",
                status,
                after,
                own
            ),
            None => say!(
                "{status} arrives after {after} ms, and the server had not answered.",
                status,
                after
            ),
        };
        made.shows(told.probe, Symptom::AnsweredElsewhere { status }, says);
    }
}

/// Whether it was answered that there is no room for it just then, whatever its size, by something that
/// did not ask the server.
pub(super) fn has_no_room(told: &Timed<'_>) -> bool {
    told.never_arrived() && matches!(told.status(), Some(429 | 503))
}

fn upgrade(told: &Timed<'_>, made: &mut Made) {
    if told.has_opened() {
        if told.never_arrived() {
            let says = words!("The socket opens, and no request for it arrives at the server.");
            made.shows(told.probe, Symptom::UpgradeAnswered { status: Some(101) }, says);
        }
        return;
    }
    let (symptom, says) = match told.server.filter(|_| !told.never_arrived()) {
        Some(server) => arrived(told, server),
        None if told.never_arrived() => answered(told, &NOT_ARRIVED),
        // Nobody could be asked.
        None => answered(told, &NOT_ASKED),
    };
    made.shows(told.probe, symptom, says);
}

/// Says what became of a request that has arrived.
fn arrived(told: &Timed<'_>, server: Server<'_>) -> (Symptom, String) {
    let opening = Opening::of(server.0).filter(|opening| opening.upgrade && !opening.is_too_old());
    if opening.is_none() {
        let Some(request) = server.requests().next_back() else {
            return answered(told, &FORGOTTEN);
        };
        let list = |name: &str| request.values(name).collect::<Vec<_>>().join(", ");
        let (upgrade, connection) = (list("upgrade"), list("connection"));
        let says = say!(
            "The request for the upgrade arrives by {version} with {upgrade} and {connection}.",
            version = request.version,
            upgrade = or_none("Upgrade", &upgrade),
            connection = or_none("Connection", &connection),
        );
        return (Symptom::UpgradeStripped, says);
    }
    let own = server.responses().next_back().map(|(_, status, _)| status);
    match own.filter(|status| *status >= 300) {
        Some(status) => {
            let says =
                say!("The upgrade arrives whole, and the server itself answers {status}.", status);
            (Symptom::UpgradeAnswered { status: Some(status) }, says)
        }
        None => answered(told, &ARRIVED),
    }
}

fn or_none(name: &str, value: &str) -> String {
    if value.is_empty() { say!("no {name}", name) } else { format!("\"{name}: {value}\"") }
}

/// What is said of an upgrade that the server did not answer, by what is known of its request.
struct Upgrade {
    answered: Text,
    refused: Text,
    unanswered: Text,
}

const ARRIVED: Upgrade = Upgrade {
    answered: text!("The upgrade is answered {status}, and it arrives at the server."),
    refused: text!("The upgrade is refused after {after} ms, and it arrives at the server."),
    unanswered: text!(
        "The upgrade is not answered within {waited} s, and it arrives at the server."
    ),
};

const NOT_ARRIVED: Upgrade = Upgrade {
    answered: text!("The upgrade is answered {status}, and it does not arrive at the server."),
    refused: text!(
        "The upgrade is refused after {after} ms, and it does not arrive at the server."
    ),
    unanswered: text!(
        "The upgrade is not answered within {waited} s, and it does not arrive at the server."
    ),
};

const NOT_ASKED: Upgrade = Upgrade {
    answered: text!(
        "The upgrade is answered {status}, and the server could not be asked about it."
    ),
    refused: text!(
        "The upgrade is refused after {after} ms, and the server could not be asked about it."
    ),
    unanswered: text!(
        "The upgrade is not answered within {waited} s, and the server could not be asked about it."
    ),
};

const FORGOTTEN: Upgrade = Upgrade {
    answered: text!(
        "The upgrade is answered {status}, and its request is not in the ledger any more."
    ),
    refused: text!(
        "The upgrade is refused after {after} ms, and its request is not in the ledger any more."
    ),
    unanswered: text!(
        "The upgrade is not answered within {waited} s, and its request is not in the ledger any more."
    ),
};

/// Says what the client was answered, where that is not the server's doing.
fn answered(told: &Timed<'_>, upgrade: &Upgrade) -> (Symptom, String) {
    if let Some(status) = told.status() {
        let says = fill!(upgrade.answered, status);
        return (Symptom::UpgradeAnswered { status: Some(status) }, says);
    }
    match told.ended() {
        Some((at, _)) => {
            let after = at.saturating_sub(told.flow.asked) / 1_000;
            let says = fill!(upgrade.refused, after);
            (Symptom::UpgradeAnswered { status: None }, says)
        }
        None => {
            let waited = told.probe.deadline.as_secs();
            let says = fill!(upgrade.unanswered, waited);
            (Symptom::UpgradeUnanswered, says)
        }
    }
}

fn nothing_arrives() -> &'static str {
    words!("No request arrives at the server.")
}
