//! A report as Markdown, to be pasted where people talk about it.

use std::fmt::Write;

use super::{Comparison, Finding, Report, With};
use crate::check::hops::Seen;
use crate::check::probe::Lane;
use crate::check::signs::{Life, Passing};

/// Writes a report as Markdown.
pub fn markdown(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write_all(&mut text, report);
    text
}

fn write_all(text: &mut String, report: &Report) -> std::fmt::Result {
    let kind = if report.is_deep { "deep" } else { "quick" };
    let whole = if report.is_complete { "" } else { ", stopped before its end" };
    writeln!(text, "# Path check of {}\n\n{}\n", inline(&report.url), inline(&report.headline))?;
    writeln!(
        text,
        "{}, {kind}{whole}, {:.1} s, Echoclock {}.\n",
        report.began,
        seconds(report.took),
        inline(&report.program)
    )?;
    if let Some(proxy) = &report.proxy {
        writeln!(text, "Through the proxy {}.\n", inline(proxy))?;
    }
    if let Some(hidden) = report.hidden_words() {
        writeln!(text, "{hidden}\n")?;
    }
    writeln!(text, "| transport | verdict | |\n|---|---|---|")?;
    for row in &report.rows {
        let costs = row.costs.as_ref().map_or(String::new(), |costs| format!(" ({costs})"));
        let (lane, verdict) = (row.lane, row.verdict.words());
        writeln!(text, "| {lane} | {verdict} | {}{} |", inline(&row.says), inline(&costs))?;
    }
    let order: Vec<_> = report.recommended.iter().map(ToString::to_string).collect();
    if !order.is_empty() {
        writeln!(text, "\nUse, best first: {}.", order.join(", "))?;
    }
    if let Some(keep_alive) = &report.keep_alive {
        writeln!(text, "\nAgainst silence: {}", inline(keep_alive))?;
    }
    lives(text, &report.lives)?;
    if let Some(compared) = &report.compared {
        write_compared(text, compared)?;
    }
    for (n, finding) in report.findings.iter().enumerate() {
        write_finding(text, n + 1, finding)?;
    }
    let notes = report.notes.iter().map(|sign| inline(&format!("{}: {}", sign.lane, sign.says)));
    list(text, "Noted, and no fault", notes)?;
    list(text, "On the way", report.hops.iter().map(hop))?;
    list(text, "What this does not prove", report.not_proven.iter().map(|says| inline(says)))?;
    list(text, "What was not tested", report.not_tested.iter().map(|gap| inline(&gap.sentence())))
}

fn write_finding(text: &mut String, n: usize, finding: &Finding) -> std::fmt::Result {
    writeln!(text, "\n## {n}. {}\n", inline(&finding.title))?;
    for sign in &finding.signs {
        let probes: Vec<_> = sign.probes.iter().map(|id| format!("`{}`", id.0)).collect();
        writeln!(text, "- {}: {} ({})", capital(sign.lane), inline(&sign.says), probes.join(", "))?;
    }
    if !finding.cause.is_empty() {
        writeln!(text, "\n{}", inline(&finding.cause))?;
    }
    writeln!(text, "\n{}", inline(&finding.because))?;
    if let Some(rule) = &finding.rule {
        let sure = match finding.confidence {
            Some(confidence) => format!("{confidence:?} confidence. ").to_lowercase(),
            None => String::new(),
        };
        writeln!(text, "\n({sure}rule `{rule}`, docs/PATHS.md#{rule})")?;
    }
    for paste in &finding.remedies {
        let name = paste.hop.name();
        let fence = fence(&paste.after);
        writeln!(
            text,
            "\nFor {name}: {}\n\n{fence}\n{}\n{fence}",
            inline(&paste.note),
            paste.after.trim_end()
        )?;
    }
    Ok(())
}

fn write_compared(text: &mut String, compared: &Comparison) -> std::fmt::Result {
    let With { url, began, is_deep } = &compared.with;
    let kind = if *is_deep { "deep" } else { "quick" };
    writeln!(text, "\n## Compared with {}\n", inline(url))?;
    writeln!(text, "The first of the two is the {kind} run of {began}.\n")?;
    writeln!(text, "{}\n", inline(&compared.headline))?;
    for change in &compared.lanes {
        writeln!(text, "- {}: {}", capital(change.lane), change.verdicts())?;
        for (place, signs) in [("second", &change.appeared), ("first", &change.gone)] {
            for sign in signs {
                writeln!(text, "  - Only in the {place}: {}", inline(&sign.says))?;
            }
        }
        if let Some(silence) = change.silence() {
            writeln!(text, "  - {silence}")?;
        }
    }
    for (place, titles) in [("second", &compared.appeared), ("first", &compared.gone)] {
        for title in titles {
            writeln!(text, "- Found only in the {place}: {}", inline(title))?;
        }
    }
    Ok(())
}

fn lives(text: &mut String, lives: &[Life]) -> std::fmt::Result {
    if lives.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n| on | with | lived | cut after |\n|---|---|---|---|")?;
    let time = |time: Option<u64>| time.map_or("–".to_owned(), |seconds| format!("{seconds} s"));
    for life in lives {
        let with = match life.with {
            Passing::Nothing => "silence",
            Passing::Beats => "a comment or a ping now and then",
            Passing::Items => "an item now and then",
            Passing::Messages => "a message of the client now and then",
            Passing::Traffic => "traffic all the time",
        };
        writeln!(
            text,
            "| {} | {with} | {} | {} |",
            life.lane,
            time(life.survived),
            time(life.cut)
        )?;
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
    let like = if seen.is_named { "" } else { "-like" };
    format!("{}{like}: {}", seen.hop.name(), inline(&seen.because))
}

fn capital(lane: Lane) -> String {
    super::words::capital(&lane.to_string())
}

fn seconds(millis: u64) -> f64 {
    std::time::Duration::from_millis(millis).as_secs_f64()
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
