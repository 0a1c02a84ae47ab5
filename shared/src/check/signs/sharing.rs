//! What is kept on the way, and given to others or given again.

use super::Symptom;
use super::looked::{Looked, Timed};
use super::made::Made;
use crate::check::observed::Heard;
use crate::check::probe::Ask;
use crate::text::Text;
use crate::{fill, say, text};

pub(super) fn find(looked: &Looked<'_>, made: &mut Made) {
    for told in &looked.probes {
        match &told.probe.ask {
            Ask::Twins(_) => twins(told, made),
            Ask::Stream(_) => old_items(looked, told, made),
            Ask::Seen { .. } | Ask::Follow { .. } | Ask::Wait { .. } => fewer_requests(told, made),
            Ask::Socket(_)
            | Ask::Upload { .. }
            | Ask::Download { .. }
            | Ask::Status { .. }
            | Ask::Connections { .. } => {}
        }
    }
}

/// Two that ask at once have a connection each, and so has whoever asks later.
fn twins(told: &Timed<'_>, made: &mut Made) {
    let nonce = |of: u32| {
        told.seen.heard.iter().find_map(move |note| {
            let Heard::Item { nonce, .. } = &note.what else { return None };
            // What arrives altered tells no connection.
            (note.request == of && !nonce.is_empty()).then_some(nonce.as_str())
        })
    };
    let [first, second, third] = [1, 2, 3].map(nonce);
    let requests = told.server.map(|server| server.0.totals.requests);
    let says = |alone: Text, counted: Text| {
        requests.map_or_else(|| alone.words().to_owned(), |n| fill!(counted, n))
    };
    if first.is_some() && first == second {
        let says = says(
            text!("Two followers were given the same connection's items."),
            text!(
                "Two followers were given the same connection's items; {n} of 3 requests arrived at the \
                 server."
            ),
        );
        made.shows(told.probe, Symptom::Shared, says);
    }
    if third.is_some() && (third == first || third == second) {
        let says = says(
            text!("A later follower was given an earlier one's items."),
            text!(
                "A later follower was given an earlier one's items; {n} of 3 requests arrived at the server."
            ),
        );
        made.shows(told.probe, Symptom::Replayed, says);
    }
}

/// A plan begins with its request, so nothing of it can be older.
fn old_items(looked: &Looked<'_>, told: &Timed<'_>, made: &mut Made) {
    let asked = told.flow.asked;
    let age = |sent: u64| looked.before(asked, sent).map_or(0, |before| -before / 1_000);
    let oldest = told.flow.items.iter().map(|item| age(item.sent)).max();
    if let Some(oldest) = oldest.filter(|oldest| *oldest >= OLD) {
        let says =
            say!("Items arrive that were said {oldest} ms before they were asked for.", oldest);
        made.shows(told.probe, Symptom::Replayed, says);
    }
}

/// What may not be stored has to be asked for each time.
fn fewer_requests(told: &Timed<'_>, made: &mut Made) {
    let asked = told.seen.heard.iter().filter(|note| note.what == Heard::Asked).count() as u64;
    let answered = told.heads().filter(|(_, _, status, _)| *status < 300).count() as u64;
    let Some(server) = told.server.filter(|_| asked == answered) else { return };
    let arrived = server.0.totals.requests;
    if arrived > 0 && arrived < asked {
        let says = say!(
            "{asked} requests were answered, of which {arrived} arrived at the server.",
            asked,
            arrived
        );
        made.shows(told.probe, Symptom::Replayed, says);
    }
}

/// How much older than its request an item has to be, in milliseconds, for clocks not to explain it.
const OLD: i64 = 1_000;
