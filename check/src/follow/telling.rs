//! What one side of a link can tell, in sentences.

use echoclock_shared::check::report::inline;

use super::followed::{End, Followed, Head};
use super::scan::Kind;
use super::tally::Measures;
use crate::terminal::plain;

/// Returns what can be told.
pub(crate) fn says(
    kind: Kind,
    head: &Head,
    measures: &Measures,
    end: &End,
    took: u64,
) -> Vec<String> {
    let mut says = vec![format!(
        "The head came after {}, by {}, with status {}.",
        time(head.after),
        head.version,
        head.status
    )];
    says.extend(first(kind, head, measures));
    says.extend(spacing(measures));
    says.extend(lumps(measures));
    if let Some(coding) = &head.coding {
        says.push(format!(
            "The response is compressed, as {coding}: where whoever compresses it does not flush after \
             each item, items are held back."
        ));
    }
    says.push(beats(kind, measures));
    says.extend(silence(measures, end));
    says.push(ended(kind, end, took));
    says
}

/// What came after a silence, or has not been cut by it, has survived it; an end after one may be its work.
fn silence(measures: &Measures, end: &End) -> Vec<String> {
    let is_open = matches!(end, End::Open | End::Interrupted);
    let survived = if is_open {
        measures.longest_silence.max(measures.last_silence)
    } else {
        measures.longest_silence
    };
    let survived = (survived >= SILENCE)
        .then(|| format!("The longest silence that did no harm was of {}.", time(survived)));
    let last = (!is_open && measures.last_silence >= SILENCE).then(|| {
        format!(
            "Nothing had come for {} when it ended: silence may be why.",
            time(measures.last_silence)
        )
    });
    survived.into_iter().chain(last).collect()
}

fn first(kind: Kind, head: &Head, measures: &Measures) -> Option<String> {
    let after = measures.first_after?;
    let at_once = after <= AT_ONCE && head.after >= HEAD_LATE && kind != Kind::Socket;
    Some(if at_once {
        "The first item came together with the head, which was late: something may hold the head back \
         until there is something of the body (docs/PATHS.md#head-waits-for-body)."
            .to_owned()
    } else {
        format!("The first item came {} after the head.", time(after))
    })
}

fn spacing(measures: &Measures) -> Option<String> {
    let (median, p95, furthest) = (measures.median?, measures.p95?, measures.furthest?);
    let cut = if measures.is_cut { ", as far as they were kept" } else { "" };
    Some(format!(
        "Items came {} apart (median; 95 % of them within {}, the furthest {}{cut}).",
        time(median),
        time(p95),
        time(furthest)
    ))
}

fn lumps(measures: &Measures) -> Option<String> {
    if measures.lumps == 0 {
        return (measures.items > 1).then(|| "No two items came at once.".to_owned());
    }
    let of_pages = if measures.page_lumps * 2 > measures.lumps && measures.lumps >= PAGE_LUMPS_MIN {
        " Most of these lumps are of whole pages of 4,096 bytes, which is how a buffer on the way fills \
         (docs/PATHS.md#collected-in-pages)."
    } else {
        ""
    };
    Some(format!(
        "{} of {} times several items came at once, up to {}: either they were sent so, or something \
         collects them.{of_pages}",
        measures.lumps, measures.moments, measures.most_at_once
    ))
}

fn beats(kind: Kind, measures: &Measures) -> String {
    let (one, many) = match kind {
        Kind::Events => ("comment", "comments"),
        Kind::Lines => ("empty line", "empty lines"),
        Kind::Socket => ("ping", "pings"),
        Kind::Bytes => {
            return "Nothing that only keeps it open can be told from what it says.".to_owned();
        }
    };
    match measures.beats {
        0 => format!("No {many} came: only items keep it open."),
        1 => format!("1 {one} came between the items."),
        beats => format!("{beats} {many} came between the items."),
    }
}

fn ended(kind: Kind, end: &End, took: u64) -> String {
    let (name, took) = (kind.name(), time(took));
    match end {
        End::Open => format!("The {name} was still open after {took}."),
        End::Interrupted => format!("The {name} was open when it was left, after {took}."),
        End::Ended => format!("The {name} ended properly after {took}."),
        End::Closed { code: 1_005, .. } => {
            format!("The {name} was closed after {took}, without a code.")
        }
        End::Closed { code, reason } if reason.is_empty() => {
            format!("The {name} was closed after {took}, with {code} and no reason.")
        }
        End::Closed { code, reason } => {
            format!("The {name} was closed after {took}, with {code}: {}", plain(reason))
        }
        End::Broke { error } => format!("The {name} broke off after {took}: {}", plain(error)),
    }
}

/// Says what can't be told by one side.
pub(crate) fn not_told() -> Vec<String> {
    let all = [
        "Whether an item was late, lost or said twice: when it was sent is not known here.",
        "Whether lumps and silences are the sender's, or made on the way.",
        "Whether the end was the sender's.",
        "What the path does to requests: their headers, address and scheme as they arrive are not known \
         here.",
    ];
    all.map(ToOwned::to_owned).to_vec()
}

/// Writes it for a terminal.
pub(crate) fn text(followed: &Followed) -> String {
    let mut lines = vec![plain(&followed.url), String::new(), headline(followed), String::new()];
    lines.extend(followed.says.iter().map(|says| format!("  {}", plain(says))));
    let headers = followed.head.headers.iter();
    lines.extend(headers.map(|(name, value)| format!("    {}: {}", plain(name), plain(value))));
    lines.extend([String::new(), MISSING.to_owned()]);
    lines.extend(followed.not_told.iter().map(|says| format!("  {says}")));
    lines.join("\n") + "\n"
}

/// Writes it as Markdown.
pub(crate) fn markdown(followed: &Followed) -> String {
    let mut lines = vec![format!("# Followed: {}", inline(&followed.url)), String::new()];
    lines.extend([headline(followed), String::new()]);
    lines.extend(followed.says.iter().map(|says| format!("- {}", inline(says))));
    let headers = followed.head.headers.iter();
    lines.extend(headers.map(|(name, value)| format!("- {}: {}", inline(name), inline(value))));
    lines.extend([String::new(), format!("## {}", MISSING.trim_end_matches(':')), String::new()]);
    lines.extend(followed.not_told.iter().map(|says| format!("- {says}")));
    lines.join("\n") + "\n"
}

fn headline(followed: &Followed) -> String {
    let items = followed.measures.items;
    let name = match followed.kind {
        Kind::Socket => "messages",
        Kind::Bytes => "pieces",
        Kind::Events | Kind::Lines => "items",
    };
    format!(
        "{items} {name} and {} bytes of them in {}.",
        followed.measures.bytes,
        time(followed.took)
    )
}

/// Writes milliseconds for people.
fn time(millis: u64) -> String {
    match millis {
        0..1_000 => format!("{millis} ms"),
        _ => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
    }
}

const MISSING: &str = "What this side alone can't tell:";

/// How close to its head an item is that came with it, in milliseconds.
const AT_ONCE: u64 = 10;

/// From when on a head is late, in milliseconds.
const HEAD_LATE: u64 = 1_000;

/// From when on a silence is worth a sentence, in milliseconds.
const SILENCE: u64 = 10_000;

/// How many lumps tell their size.
const PAGE_LUMPS_MIN: u64 = 3;

#[cfg(test)]
mod tests;
