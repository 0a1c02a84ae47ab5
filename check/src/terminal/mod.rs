//! A report as it stands on a terminal.

use std::fmt::{self, Write};

use echoclock_shared::check::probe::Lane;
use echoclock_shared::check::report::{Finding, Report, Row, Verdict};
use echoclock_shared::check::signs::Life;

use crate::checked::{Came, Checked, hint};

mod paint;
pub(crate) use paint::Paint;

mod progress;
pub(crate) use progress::Progress;

mod summary;
pub(crate) use summary::summary;

/// Writes a report: the sentence that says it all, each lane with its probes, what is wrong and what
/// mends it, and what was not tested.
pub(crate) fn text(checked: &Checked, paint: Paint) -> String {
    let mut text = String::new();
    write_all(&mut text, checked, paint).expect("writing to a string does not fail");
    text
}

fn write_all(text: &mut String, checked: &Checked, paint: Paint) -> fmt::Result {
    let report = &checked.report;
    let kind = if report.is_deep { "deep" } else { "quick" };
    let end = if report.is_complete { "" } else { ", stopped before its end" };
    let took = std::time::Duration::from_millis(report.took).as_secs_f64();
    let by = report.proxy.as_ref().map_or(String::new(), |proxy| format!(" through {proxy}"));
    let run = paint.faint(&plain(&format!("a {kind} run of {took:.1} s{by}{end}")));
    writeln!(text, "{}: {run}\n\n{}", plain(&report.url), paint.strong(&plain(&report.headline)))?;
    for row in checked.rows() {
        write_row(text, checked, row, paint)?;
    }
    for (place, finding) in report.findings.iter().enumerate() {
        write_finding(text, place + 1, finding, paint)?;
    }
    let order: Vec<_> = report.recommended.iter().map(ToString::to_string).collect();
    if !order.is_empty() {
        writeln!(text, "\nUse, best first: {}.", order.join(", "))?;
    }
    if let Some(keep_alive) = &report.keep_alive {
        writeln!(text, "\nAgainst silence: {keep_alive}")?;
    }
    list(text, "How long links live", report.lives.iter().map(life))?;
    list(text, "Noted, and no fault", report.notes.iter().map(|it| told(it.lane, &it.says)))?;
    list(text, "On the way", hops(report))?;
    let gaps = report.not_tested.iter().filter(|gap| gap.probe.is_none());
    list(text, "Not tested", gaps.map(|gap| plain(&gap.why)))?;
    list(text, "What this does not prove", report.not_proven.iter().map(|says| plain(says)))
}

fn write_row(text: &mut String, checked: &Checked, row: &Row, paint: Paint) -> fmt::Result {
    let name = paint.strong(&capital(&row.lane.to_string()));
    write!(text, "\n{} {name}: {}", mark(row.verdict, paint), row.verdict.words())?;
    // What is wrong follows below, sign by sign.
    match row.verdict {
        Verdict::Works => writeln!(text, ". {}", plain(&row.says))?,
        Verdict::Limited | Verdict::Blocked | Verdict::Untested => writeln!(text)?,
    }
    for probe in checked.of_lane(row.lane) {
        let title = plain(&probe.title);
        match checked.came(&probe.id) {
            Came::Well => writeln!(text, "    {} {title}", mark(Verdict::Works, paint))?,
            Came::Untested(why) => {
                let why = paint.faint(&plain(why));
                writeln!(text, "    {} {why}", mark(Verdict::Untested, paint))?;
            }
            Came::Faulty(faults) => {
                let blocks = faults.iter().any(|fault| fault.blocks());
                let verdict = if blocks { Verdict::Blocked } else { Verdict::Limited };
                let numbers = numbers(faults.iter().map(|fault| fault.number));
                writeln!(text, "    {} {title} {numbers}", mark(verdict, paint))?;
            }
        }
    }
    for fault in checked.faults().filter(|fault| fault.sign.lane == row.lane) {
        let says = plain(&fault.sign.says);
        write!(text, "    [{}] {says}", fault.number)?;
        match hint(fault.finding) {
            Some(hint) => writeln!(text, " {}", paint.faint(&hint))?,
            None => writeln!(text)?,
        }
    }
    Ok(())
}

fn write_finding(text: &mut String, number: usize, finding: &Finding, paint: Paint) -> fmt::Result {
    writeln!(text, "\n[{number}] {}", paint.strong(&plain(&finding.title)))?;
    if !finding.cause.is_empty() {
        writeln!(text, "    {}", plain(&finding.cause))?;
    }
    let sure = finding.confidence.map_or(String::new(), |sure| {
        format!(" ({} confidence)", format!("{sure:?}").to_lowercase())
    });
    writeln!(text, "    {}{sure}", capital(&plain(&finding.because)))?;
    if let Some(remedy) = finding.remedies.first() {
        writeln!(text, "    For {}: {}", remedy.hop.name(), plain(&remedy.note))?;
        for line in remedy.after.lines() {
            writeln!(text, "        {}", paint.good(&plain(&line.replace('\t', "    "))))?;
        }
    }
    let others: Vec<_> = finding.remedies.iter().skip(1).map(|it| it.hop.name()).collect();
    if let Some(hint) = hint(finding) {
        let others = if others.is_empty() {
            String::new()
        } else {
            format!(", also for {}", others.join(", "))
        };
        writeln!(text, "    More{others}: {hint}")?;
    }
    Ok(())
}

fn list(text: &mut String, title: &str, lines: impl Iterator<Item = String>) -> fmt::Result {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        writeln!(text, "\n{title}:")?;
    }
    lines.try_for_each(|line| writeln!(text, "    {line}"))
}

fn told(lane: Lane, says: &str) -> String {
    format!("{}: {}", capital(&lane.to_string()), plain(says))
}

fn hops(report: &Report) -> impl Iterator<Item = String> {
    report.hops.iter().map(|seen| {
        let like = if seen.is_named { "" } else { "-like" };
        format!("{}{like}: {}", seen.hop.name(), plain(&seen.because))
    })
}

fn life(life: &Life) -> String {
    let with = life.with.words();
    let survived = life.survived.map(|seconds| format!("{seconds} s did no harm"));
    let cut = life.cut.map(|seconds| format!("cut after {seconds} s"));
    let ends: Vec<_> = survived.into_iter().chain(cut).collect();
    format!("{}, with {with}: {}", capital(&life.lane.to_string()), ends.join(", "))
}

/// Returns what the findings of a probe are called, each once.
fn numbers(numbers: impl Iterator<Item = usize>) -> String {
    let numbers: std::collections::BTreeSet<_> = numbers.collect();
    let numbers: Vec<_> = numbers.into_iter().map(|number| format!("[{number}]")).collect();
    numbers.join(" ")
}

fn mark(verdict: Verdict, paint: Paint) -> String {
    match verdict {
        Verdict::Works => paint.good("✓"),
        Verdict::Limited => paint.limited("!"),
        Verdict::Blocked => paint.bad("✗"),
        Verdict::Untested => paint.faint("–"),
    }
}

/// Returns words as they stand at the beginning of a line.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Returns what a network may have said as one line that does nothing to a terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests;
