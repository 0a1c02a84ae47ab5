//! A run as JUnit's XML, which CI systems show: a suite per lane, a case per probe.

use std::fmt::{self, Write};

use crate::checked::{Came, Checked, Fault, hint};
use crate::expect::{Judged, Outcome};

/// Writes a run, and what was expected of it, as a suite of its own.
pub(crate) fn junit(checked: &Checked, judged: &[Judged]) -> String {
    let mut text = String::new();
    write_all(&mut text, checked, judged).expect("writing to a string does not fail");
    text
}

fn write_all(text: &mut String, checked: &Checked, judged: &[Judged]) -> fmt::Result {
    let suites: Vec<_> = checked.rows().map(|row| suite(checked, row.lane)).collect();
    let expected = (!judged.is_empty()).then(|| expected(judged));
    let suites: Vec<Suite> = suites.into_iter().chain(expected).collect();
    let took = std::time::Duration::from_millis(checked.report.took).as_secs_f64();
    let (tests, failures, skipped) = suites.iter().fold((0, 0, 0), |sums, suite| {
        let (tests, failures, skipped) = suite.counts();
        (sums.0 + tests, sums.1 + failures, sums.2 + skipped)
    });
    writeln!(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        text,
        "<testsuites name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" \
         skipped=\"{skipped}\" time=\"{took:.3}\">",
        escaped(&format!("echoclock check {}", checked.report.url))
    )?;
    for suite in &suites {
        write_suite(text, suite, &checked.report.began.to_string())?;
    }
    writeln!(text, "</testsuites>")
}

struct Suite {
    name: String,
    cases: Vec<Case>,
}

struct Case {
    class: &'static str,
    name: String,
    /// In seconds.
    time: Option<f64>,
    came: End,
}

/// How a case ended.
enum End {
    Passed,
    /// In a sentence, and all there is to say.
    Failed(String, String),
    Skipped(String),
}

impl Suite {
    /// Returns how many cases there are, how many failed, and how many were skipped.
    fn counts(&self) -> (usize, usize, usize) {
        let count =
            |is_it: fn(&End) -> bool| self.cases.iter().filter(|case| is_it(&case.came)).count();
        let failed = count(|end| matches!(end, End::Failed(..)));
        (self.cases.len(), failed, count(|end| matches!(end, End::Skipped(_))))
    }
}

fn suite(checked: &Checked, lane: echoclock_shared::check::probe::Lane) -> Suite {
    let cases = checked.of_lane(lane).map(|probe| Case {
        class: lane.word(),
        name: format!("{}: {}", probe.id.0, probe.title),
        time: checked.time(&probe.id).map(|time| time.as_secs_f64()),
        came: match checked.came(&probe.id) {
            Came::Well => End::Passed,
            Came::Untested(why) => End::Skipped(why.to_owned()),
            Came::Faulty(faults) => {
                let says: Vec<_> = faults.iter().map(|fault| fault.sign.says.as_str()).collect();
                let all: Vec<_> = faults.iter().map(whole).collect();
                End::Failed(says.join(" "), all.join("\n\n"))
            }
        },
    });
    Suite { name: lane.to_string(), cases: cases.collect() }
}

fn whole(fault: &Fault<'_>) -> String {
    let finding = fault.finding;
    let mut lines = vec![finding.title.clone()];
    lines.extend(
        [&finding.cause, &finding.because].into_iter().filter(|it| !it.is_empty()).cloned(),
    );
    lines.extend(hint(finding));
    lines.join("\n")
}

fn expected(judged: &[Judged]) -> Suite {
    let cases = judged.iter().map(|it| Case {
        class: "expected",
        name: it.term.clone(),
        time: None,
        came: match it.outcome {
            Outcome::Held => End::Passed,
            Outcome::NotHeld => End::Failed(it.says.clone(), String::new()),
            Outcome::NotTested => End::Failed(format!("Not tested. {}", it.says), String::new()),
        },
    });
    Suite { name: "expected".to_owned(), cases: cases.collect() }
}

fn write_suite(text: &mut String, suite: &Suite, began: &str) -> fmt::Result {
    let (tests, failures, skipped) = suite.counts();
    let name = escaped(&suite.name);
    let began = escaped(began);
    writeln!(
        text,
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" \
         skipped=\"{skipped}\" timestamp=\"{began}\">"
    )?;
    for case in &suite.cases {
        let time = case.time.map_or(String::new(), |time| format!(" time=\"{time:.3}\""));
        let (class, name) = (case.class, escaped(&case.name));
        write!(text, "    <testcase classname=\"{class}\" name=\"{name}\"{time}")?;
        match &case.came {
            End::Passed => writeln!(text, "/>")?,
            End::Skipped(why) => {
                let why = escaped(why);
                writeln!(text, ">\n      <skipped message=\"{why}\"/>\n    </testcase>")?;
            }
            End::Failed(says, all) => {
                let (says, all) = (escaped(says), escaped(all));
                writeln!(text, ">\n      <failure message=\"{says}\">{all}</failure>")?;
                writeln!(text, "    </testcase>")?;
            }
        }
    }
    writeln!(text, "  </testsuite>")
}

/// Writes a text so that it may stand in an attribute or an element; XML has no way to write most control
/// characters, so a space stands for them.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\n' => escaped += "&#10;",
            _ if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {
                escaped.push(' ')
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_run_is_a_page_of_xml() {
        let checked = sample::faulty();
        let judged = "sse,socket,socket.idle>=30s,streaming.idle>=30s";
        let judged = judged.parse::<crate::expect::Expectation>().unwrap().judge(&checked);
        insta::assert_snapshot!(junit(&checked, &judged));
    }

    #[test]
    fn what_a_network_says_stays_text() {
        assert_eq!(
            escaped("<a b=\"&\">\u{1b}[0m\nx\u{ffff}"),
            "&lt;a b=&quot;&amp;&quot;&gt; [0m&#10;x "
        );
    }
}
