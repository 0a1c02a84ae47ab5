//! What a run has shown, for people and programs: the same value for the page, the terminal and files.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::evidence::Client;
use super::hops::{Hop, Seen};
use super::observed::Observation;
use super::probe::{Lane, Probe, ProbeId};
use super::rule::Confidence;
use super::signs::{Life, Sign};
use crate::ledger::{LedgerId, is_false};
use crate::time::UnixMillis;
use crate::transport::Transport;
use crate::{say, words};

mod telling;
pub use telling::{language, left_out, of, retold, told_again};

mod rows;

mod findings;

mod sentences;
pub use sentences::title;

mod gaps;

mod hidden;
pub use hidden::Hidden;

mod markdown;
pub use markdown::{inline, markdown};

mod reading;
pub use reading::{NotAReport, read};

mod redacting;
pub use redacting::redacted;

mod comparing;
pub use comparing::{Comparison, LaneChange, With, compare};

#[cfg(test)]
mod tests;

/// The version of the schema; a reader of another one refuses it by name.
pub const SCHEMA: u32 = 1;

/// How a run went, beside what it noted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ran {
    /// The version of the program that ran it.
    pub program: String,
    /// How long it took.
    pub took: Duration,
    /// How it ended.
    pub end: End,
    /// Whether it was the deep one.
    pub is_deep: bool,
    /// When its tab was hidden, where a page ran it.
    pub hidden: Vec<Hidden>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum End {
    /// By itself.
    Complete,
    /// It was stopped.
    Stopped,
    /// The server has gone meanwhile, which breaks off what is under way as a bad path would: what it
    /// has not told its side of is not counted.
    ServerGone,
}

/// A report.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The language of its sentences, by its tag (RFC 5646).
    #[serde(default = "english")]
    pub language: String,
    /// The version of the program that wrote it.
    pub program: String,
    /// The address that was checked.
    pub url: String,
    /// The forward proxy that was asked for it, where its client knew of one.
    #[serde(default)]
    pub proxy: Option<String>,
    /// When the run began, by the client's clock.
    pub began: UnixMillis,
    /// How long it took, in milliseconds.
    pub took: u64,
    /// Whether it came to its end; otherwise it tells what was known when it was stopped.
    pub is_complete: bool,
    /// Whether it was the deep one.
    pub is_deep: bool,
    /// Who ran it.
    pub client: Client,
    /// When its tab was hidden, where a page ran it: faults that were seen then are not counted.
    #[serde(default)]
    pub hidden: Vec<Hidden>,
    /// The run's id.
    pub run: LedgerId,
    /// The sentence that says it all.
    pub headline: String,
    /// A row per lane.
    pub rows: Vec<Row>,
    /// Which transports to use, best first: those that work, with what keeps them.
    pub recommended: Vec<Transport>,
    /// What to send against silence, and how often; nothing where nothing was cut.
    pub keep_alive: Option<String>,
    /// How long silent links, and links that something is said on against silence, live.
    #[serde(default)]
    pub lives: Vec<Life>,
    /// What is wrong and why, worst first.
    pub findings: Vec<Finding>,
    /// What is worth knowing and no fault.
    pub notes: Vec<Sign>,
    /// Who is on the way.
    pub hops: Vec<Seen>,
    /// What a pass does not prove.
    pub not_proven: Vec<String>,
    /// What was not tested, and why.
    pub not_tested: Vec<NotTested>,
    /// What differs from an older report, where it was compared with one.
    #[serde(default)]
    pub compared: Option<Comparison>,
    /// What both sides noted: all of the above can be told from it again.
    pub observations: Vec<Observation>,
}

impl Report {
    /// Returns how a lane does.
    pub fn verdict(&self, lane: Lane) -> Verdict {
        let row = self.rows.iter().find(|row| row.lane == lane);
        row.map_or(Verdict::Untested, |row| row.verdict)
    }
}

/// What reports are in that do not say.
fn english() -> String {
    "en".to_owned()
}

/// A lane's row.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Row {
    /// Whose.
    pub lane: Lane,
    /// How it does.
    pub verdict: Verdict,
    /// In a sentence.
    pub says: String,
    /// What an item costs on it, as measured on the clock; nothing where that was not followed.
    #[serde(default)]
    pub costs: Option<String>,
    /// What shows it best: when items were sent and when they arrived, in milliseconds since the
    /// probe's request.
    pub plot: Vec<Mark>,
}

/// An item in a row's plot.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Mark {
    /// When it was sent, by the client's clock as far as it could be compared.
    pub sent: f64,
    /// When it arrived; nothing where it did not.
    pub arrived: Option<f64>,
}

/// How a lane does.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As on a wire.
    Works,
    /// It works, with limits.
    Limited,
    /// It is of no use.
    Blocked,
    /// It was not tested.
    Untested,
}

impl Verdict {
    /// Returns it in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Works => words!("works"),
            Self::Limited => words!("works with limits"),
            Self::Blocked => words!("blocked"),
            Self::Untested => words!("not tested"),
        }
    }
}

/// What is wrong, why, and what mends it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Finding {
    /// The rule that explains it; nothing where no rule does: the cause is unknown.
    pub rule: Option<String>,
    /// How sure the cause is.
    pub confidence: Option<Confidence>,
    /// What is wrong, in a few words.
    pub title: String,
    /// What causes it; empty where that is not known.
    #[serde(default)]
    pub cause: String,
    /// What speaks for it.
    pub because: String,
    /// What is seen, on all lanes that it explains.
    pub signs: Vec<Sign>,
    /// Which hop the first remedy is for; nothing where no hop shows that there is a remedy for.
    #[serde(default)]
    pub hop: Option<Hop>,
    /// What mends it: for the hop that shows first, and then for all others.
    #[serde(default)]
    pub remedies: Vec<Paste>,
}

impl Finding {
    /// Whether signs that this rule explains are of this finding: of the same cause, or, where none is known,
    /// of the same kind.
    fn is_of(&self, rule: Option<&str>, signs: &[Sign]) -> bool {
        let is_alike =
            |sign: &Sign| self.signs.iter().any(|own| own.symptom.is_like(&sign.symptom));
        self.rule.as_deref() == rule && (rule.is_some() || signs.iter().any(is_alike))
    }
}

/// A change that mends it, ready to paste.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Paste {
    /// For whom.
    pub hop: Hop,
    /// What stands there, or is missing.
    pub before: String,
    /// Whether that is a sentence, and no lines of a configuration.
    #[serde(default, skip_serializing_if = "is_false")]
    pub before_is_prose: bool,
    /// What is to be pasted.
    pub after: String,
    /// Whether that is a sentence, and no lines of a configuration.
    #[serde(default, skip_serializing_if = "is_false")]
    pub after_is_prose: bool,
    /// Where it goes, and what to heed.
    pub note: String,
}

/// Something that was not tested.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct NotTested {
    /// Which probe; nothing for what no probe tests.
    pub probe: Option<ProbeId>,
    /// Whose row that is.
    #[serde(default)]
    pub lane: Option<Lane>,
    /// What, and why.
    pub why: String,
}

impl NotTested {
    fn of(probe: &Probe, why: String) -> Self {
        Self { probe: Some(probe.id.clone()), lane: Some(probe.lane), why }
    }

    /// Says it where lanes are not told apart.
    pub fn sentence(&self) -> String {
        match self.lane {
            Some(lane) => sentences::capital(&say!("{lane}, {why}", lane, why = self.why)),
            None => self.why.clone(),
        }
    }
}
