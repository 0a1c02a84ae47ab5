//! A report as Markdown, to be pasted where people talk about it.

use std::fmt::Write;

use super::sentences::{capital, labelled};
use super::{Comparison, Finding, Report, With};
use crate::check::hops::Seen;
use crate::check::list::listed;
use crate::check::rule::Confidence;
use crate::check::signs::Life;
use crate::{fill, say, text, words};

/// Writes a report as Markdown.
pub fn markdown(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write_all(&mut text, report);
    text
}

fn write_all(text: &mut String, report: &Report) -> std::fmt::Result {
    let kind = match (report.is_deep, report.is_complete) {
        (false, true) => words!("quick"),
        (false, false) => words!("quick, stopped before its end"),
        (true, true) => words!("deep"),
        (true, false) => words!("deep, stopped before its end"),
    };
    let title = say!("Path check of {url}", url = inline(&report.url));
    writeln!(text, "# {title}\n\n{}\n", inline(&report.headline))?;
    let run = say!(
        "{began}, {kind}, {seconds} s, Echoclock {program}.",
        began = report.began,
        kind,
        seconds = seconds(report.took),
        program = inline(&report.program)
    );
    writeln!(text, "{run}\n")?;
    if let Some(proxy) = &report.proxy {
        writeln!(text, "{}\n", say!("Through the proxy {proxy}.", proxy = inline(proxy)))?;
    }
    if let Some(hidden) = report.hidden_words() {
        writeln!(text, "{hidden}\n")?;
    }
    writeln!(text, "{}\n|---|---|---|", words!("| transport | verdict | |"))?;
    for row in &report.rows {
        let says = match &row.costs {
            Some(costs) => say!("{says} ({costs})", says = row.says, costs),
            None => row.says.clone(),
        };
        let (lane, verdict) = (row.lane, row.verdict.words());
        writeln!(text, "| {lane} | {verdict} | {} |", inline(&says))?;
    }
    if !report.recommended.is_empty() {
        let order = listed(&report.recommended);
        writeln!(text, "\n{}", say!("Use, best first: {order}.", order))?;
    }
    if let Some(keep_alive) = &report.keep_alive {
        let keep_alive = inline(keep_alive);
        writeln!(text, "\n{}", say!("Against silence: {keep_alive}", keep_alive))?;
    }
    lives(text, &report.lives)?;
    if let Some(compared) = &report.compared {
        write_compared(text, compared)?;
    }
    for (n, finding) in report.findings.iter().enumerate() {
        write_finding(text, n + 1, finding)?;
    }
    let notes = report.notes.iter().map(|sign| inline(&labelled(sign.lane, &sign.says)));
    list(text, words!("Noted, and no fault"), notes)?;
    list(text, words!("On the way"), report.hops.iter().map(hop))?;
    let not_proven = report.not_proven.iter().map(|says| inline(says));
    list(text, words!("What this does not prove"), not_proven)?;
    let not_tested = report.not_tested.iter().map(|gap| inline(&gap.sentence()));
    list(text, words!("What was not tested"), not_tested)
}

fn write_finding(text: &mut String, n: usize, finding: &Finding) -> std::fmt::Result {
    writeln!(text, "\n## {n}. {}\n", inline(&finding.title))?;
    for sign in &finding.signs {
        let probes: Vec<_> = sign.probes.iter().map(|id| format!("`{}`", id.0)).collect();
        let says = say!("{says} ({probes})", says = inline(&sign.says), probes = listed(&probes));
        writeln!(text, "- {}", labelled(capital(&sign.lane.to_string()), says))?;
    }
    if !finding.cause.is_empty() {
        writeln!(text, "\n{}", inline(&finding.cause))?;
    }
    writeln!(text, "\n{}", inline(&finding.because))?;
    if let Some(rule) = &finding.rule {
        let says = match finding.confidence.map(confidence) {
            Some(sure) => say!("({sure}. rule `{rule}`, docs/PATHS.md#{rule})", sure, rule),
            None => say!("(rule `{rule}`, docs/PATHS.md#{rule})", rule),
        };
        writeln!(text, "\n{says}")?;
    }
    for paste in &finding.remedies {
        let name = paste.hop.name();
        let fence = fence(&paste.after);
        let says = say!("For {name}: {note}", name, note = inline(&paste.note));
        writeln!(text, "\n{says}\n\n{fence}\n{}\n{fence}", paste.after.trim_end())?;
    }
    Ok(())
}

fn write_compared(text: &mut String, compared: &Comparison) -> std::fmt::Result {
    let With { url, began, is_deep } = &compared.with;
    writeln!(text, "\n## {}\n", say!("Compared with {url}", url = inline(url)))?;
    let which = if *is_deep {
        say!("The first of the two is the deep run of {began}.", began)
    } else {
        say!("The first of the two is the quick run of {began}.", began)
    };
    writeln!(text, "{which}\n")?;
    writeln!(text, "{}\n", inline(&compared.headline))?;
    for change in &compared.lanes {
        let lane = capital(&change.lane.to_string());
        writeln!(text, "- {}", labelled(lane, change.verdicts()))?;
        for (place, signs) in [
            (text!("Only in the second: {says}"), &change.appeared),
            (text!("Only in the first: {says}"), &change.gone),
        ] {
            for sign in signs {
                writeln!(text, "  - {}", fill!(place, says = inline(&sign.says)))?;
            }
        }
        if let Some(silence) = change.silence() {
            writeln!(text, "  - {silence}")?;
        }
    }
    for (place, titles) in [
        (text!("Found only in the second: {title}"), &compared.appeared),
        (text!("Found only in the first: {title}"), &compared.gone),
    ] {
        for title in titles {
            writeln!(text, "- {}", fill!(place, title = inline(title)))?;
        }
    }
    Ok(())
}

fn lives(text: &mut String, lives: &[Life]) -> std::fmt::Result {
    if lives.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n{}\n|---|---|---|---|", words!("| on | with | lived | cut after |"))?;
    let time = |time: Option<u64>| {
        time.map_or_else(|| "–".to_owned(), |seconds| say!("{seconds} s", seconds))
    };
    for life in lives {
        let (lane, with) = (life.lane, life.with.words());
        writeln!(text, "| {lane} | {with} | {} | {} |", time(life.survived), time(life.cut))?;
    }
    Ok(())
}

fn list(
    text: &mut String,
    title: &str,
    lines: impl ExactSizeIterator<Item = String>,
) -> std::fmt::Result {
    if lines.len() == 0 {
        return Ok(());
    }
    writeln!(text, "\n## {title}\n")?;
    for line in lines {
        writeln!(text, "- {line}")?;
    }
    Ok(())
}

fn hop(seen: &Seen) -> String {
    let (name, because) = (seen.hop.name(), inline(&seen.because));
    if seen.is_named {
        labelled(name, because)
    } else {
        say!("{name}-like: {because}", name, because)
    }
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => words!("low confidence"),
        Confidence::Medium => words!("medium confidence"),
        Confidence::High => words!("high confidence"),
    }
}

fn seconds(millis: u64) -> String {
    format!("{:.1}", std::time::Duration::from_millis(millis).as_secs_f64())
}

/// Writes what a network may have said as a text of one line in which nothing is markup.
pub fn inline(text: &str) -> String {
    let mut inline = String::new();
    for letter in text.chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' => {
                inline.extend(['\\', letter])
            }
            _ if letter.is_control() => inline.push(' '),
            _ => inline.push(letter),
        }
    }
    inline
}

/// Returns a fence that no line of a text closes.
fn fence(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    "`".repeat((longest + 1).max(3))
}
