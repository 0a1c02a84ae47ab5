//! A labelled path: its hops, and what the check has to find on it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use echoclock_shared::check::rules;
use serde::Deserialize;

use super::sick;
use crate::program::Configured;

/// A path as its file has it, in `e2e/paths/`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Label {
    /// The file's name without its ending.
    #[serde(skip)]
    pub(super) name: String,
    /// What the path is, in a sentence.
    pub(super) says: String,
    /// Whether the tests run it.
    #[serde(default)]
    pub(super) short: bool,
    /// Whether the page's check is judged by it as well.
    #[serde(default)]
    pub(super) browser: bool,
    /// Whether the fault shows in a deep run alone.
    #[serde(default)]
    pub(super) deep: bool,
    /// Whether clients come by https; `FOLDER/site.pem` is a certificate with its key, which nobody has
    /// signed.
    #[serde(default)]
    pub(super) tls: bool,
    /// Where on the path the server is found.
    #[serde(default = "root")]
    pub(super) at: String,
    /// Whether the check itself stands still for a while; what the path does then is not its matter.
    #[serde(default)]
    pub(super) stands_still: Option<StandsStill>,
    /// From the client to the server.
    #[serde(rename = "hop")]
    pub(super) hops: Vec<Hop>,
    /// What has to be found; nothing on a healthy path.
    #[serde(default, rename = "expect")]
    pub(super) expects: Vec<Cause>,
    /// What may be found beside it, because it follows from the same fault.
    #[serde(default, rename = "may")]
    pub(super) may: Vec<Cause>,
    /// What has to be noted, though it is no fault; other notes are free.
    #[serde(default, rename = "note")]
    pub(super) notes: Vec<Cause>,
    /// What the page's check can't see of it.
    #[serde(default, rename = "unseen")]
    unseen: Vec<Unseen>,
    /// What mends it, each tried by itself.
    #[serde(default, rename = "remedy")]
    pub(super) remedies: Vec<Remedy>,
}

/// When the check stands still.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StandsStill {
    /// So many milliseconds after its start.
    pub(super) after: u64,
    /// For so many milliseconds.
    pub(super) millis: u64,
}

/// What of that which has to be found, or noted, a page need not: it may all the same.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unseen {
    /// The rule and symptom as the label has them, on some of its lanes.
    what: Cause,
    /// Why a page can't see it.
    because: String,
    /// What it has to find in its place.
    #[serde(default)]
    instead: Option<Cause>,
}

/// A hop.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub(super) enum Hop {
    Nginx(Configured),
    Caddy(Configured),
    Haproxy(Configured),
    Apache(Configured),
    Varnish(Configured),
    /// The proxy of ours.
    Sick(sick::Name),
}

/// What is wrong with a path: a finding of the check that has this rule, and this symptom on these lanes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cause {
    /// The rule, or [`UNKNOWN`] where no rule may claim to know; without one any will do, also none.
    pub(super) rule: Option<String>,
    /// The symptom, as reports name it; without one any will do.
    pub(super) symptom: Option<String>,
    /// The lanes, as reports name them.
    pub(super) lanes: Vec<String>,
}

/// Which remedy of which rule is pasted into the first hop that it is for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Remedy {
    /// The rule.
    pub(super) rule: String,
    /// What is found afterwards: what the remedy is not for.
    #[serde(default, rename = "leaves")]
    pub(super) leaves: Vec<Cause>,
}

impl Label {
    pub(super) fn is_healthy(&self) -> bool {
        self.expects.is_empty()
    }

    /// Returns what the page's check has to find.
    pub(super) fn as_seen_by_page(&self) -> Self {
        let mut label = self.clone();
        for Unseen { what, instead, .. } in &self.unseen {
            for cause in label.expects.iter_mut().chain(&mut label.notes) {
                if cause.names_the_same_as(what) {
                    cause.lanes.retain(|lane| !what.lanes.contains(lane));
                }
            }
            label.may.push(what.clone());
            label.expects.extend(instead.clone());
        }
        label.expects.retain(|cause| !cause.lanes.is_empty());
        label
    }

    fn read(file: &Path) -> Result<Self> {
        let name = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let text = fs::read_to_string(file)?;
        let mut label: Self = toml::from_str(&text).with_context(|| format!("in {name}.toml"))?;
        label.name = name.to_owned();
        label.check().with_context(|| format!("in {name}.toml"))?;
        Ok(label)
    }

    fn check(&self) -> Result<()> {
        ensure!(!self.hops.is_empty(), "there is no hop");
        for Unseen { what, because, .. } in &self.unseen {
            let mut all = self.expects.iter().chain(&self.notes);
            let has_all = |cause: &Cause| what.lanes.iter().all(|lane| cause.lanes.contains(lane));
            ensure!(
                all.any(|cause| cause.names_the_same_as(what) && has_all(cause)),
                "what a page can't see does not have to be found"
            );
            ensure!(!because.is_empty(), "why a page can't see it is not said");
        }
        ensure!(!(self.browser && self.deep), "a page's run is a quick one");
        ensure!(!(self.browser && self.stands_still.is_some()), "a browser has many processes");
        ensure!(
            !(self.browser && self.tls),
            "a browser believes no certificate that nobody has signed"
        );
        let all = self.expects.iter().chain(&self.may).chain(&self.notes);
        let instead = self.unseen.iter().filter_map(|unseen| unseen.instead.as_ref());
        for cause in
            all.chain(instead).chain(self.remedies.iter().flat_map(|remedy| &remedy.leaves))
        {
            ensure!(
                cause.rule.is_some() || cause.symptom.is_some(),
                "what is expected has neither a rule nor a symptom"
            );
            let strange = cause.lanes.iter().find(|lane| !LANES.contains(&lane.as_str()));
            ensure!(strange.is_none(), "there is no lane {strange:?}");
            ensure!(!cause.lanes.is_empty(), "what is expected names no lane");
            let strange = cause.rule.as_ref().filter(|rule| !is_known(rule));
            ensure!(strange.is_none(), "there is no rule {strange:?}");
        }
        ensure!(
            self.notes.iter().all(|note| note.rule.is_none()),
            "a note is no finding, and has no rule"
        );
        let has_something = !self.is_healthy() || !self.notes.is_empty();
        ensure!(
            self.remedies.is_empty() || has_something,
            "a healthy path has nothing to be mended"
        );
        Ok(())
    }
}

impl Cause {
    fn names_the_same_as(&self, other: &Self) -> bool {
        self.rule == other.rule && self.symptom == other.symptom
    }
}

impl Hop {
    /// What it is called.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Nginx(_) => "nginx",
            Self::Caddy(_) => "caddy",
            Self::Haproxy(_) => "haproxy",
            Self::Apache(_) => "apache",
            Self::Varnish(_) => "varnish",
            Self::Sick(_) => "sick",
        }
    }

    /// Its configuration, where it is a program of the distribution.
    pub(super) fn configured(&mut self) -> Option<&mut Configured> {
        match self {
            Self::Nginx(configured)
            | Self::Caddy(configured)
            | Self::Haproxy(configured)
            | Self::Apache(configured)
            | Self::Varnish(configured) => Some(configured),
            Self::Sick(_) => None,
        }
    }
}

/// Reads all labels of a folder, by their names.
pub(super) fn read(folder: &Path) -> Result<Vec<Label>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{}", folder.display()))?;
    let files = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|end| end == "toml")).collect();
    files.sort();
    files.iter().map(|file| Label::read(file)).collect()
}

fn is_known(rule: &str) -> bool {
    rule == UNKNOWN || rules::ALL.iter().any(|known| known.id == rule)
}

fn root() -> String {
    "/".to_owned()
}

/// The rule of a finding whose cause is unknown, as labels have it.
pub(super) const UNKNOWN: &str = "unknown";

const LANES: [&str; 7] = ["requests", "poll", "long_poll", "stream", "frame", "events", "socket"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_can_be_read() {
        let labels = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../e2e/paths")).unwrap();
        let healthy = labels.iter().filter(|label| label.is_healthy()).count();
        assert!(labels.len() >= 40 && healthy >= 12, "{} paths, {healthy} healthy", labels.len());
        for program in ["nginx", "caddy", "haproxy", "apache", "varnish"] {
            let of_it: Vec<_> =
                labels.iter().filter(|label| label.hops[0].name() == program).collect();
            let good = of_it.iter().filter(|label| label.is_healthy()).count();
            let bad = of_it.len() - good;
            assert!(good >= 1 && bad >= 4, "{program}: {good} good, {bad} bad");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let label = |text: &str| {
            toml::from_str::<Label>(&format!("says = \"x\"\n{text}"))
                .map_err(anyhow::Error::from)
                .and_then(|label| label.check())
                .is_ok()
        };
        let hop = "[[hop]]\nis = \"sick\"\ndoes = \"deaf\"\n";
        let upgrade = "[[expect]]\nsymptom = \"x\"\nlanes = [\"socket\"]";
        let unseen = "[[unseen]]\nbecause = \"y\"\nwhat";
        assert!(label(hop));
        assert!(label(&format!(
            "{hop}{upgrade}\n{unseen} = {{ symptom = \"x\", lanes = [\"socket\"] }}"
        )));
        for wrong in [
            "hop = []",
            "[[hop]]\nis = \"sick\"\ndoes = \"sing\"",
            &format!("{hop}[[expect]]\nlanes = [\"socket\"]"),
            &format!("{hop}[[expect]]\nrule = \"unknown\"\nlanes = [\"sockets\"]"),
            &format!("{hop}[[expect]]\nrule = \"unknown\"\nlanes = []"),
            &format!("{hop}[[expect]]\nrule = \"x\"\nlanes = [\"socket\"]"),
            &format!("{hop}[[note]]\nrule = \"unknown\"\nlanes = [\"socket\"]"),
            &format!("{hop}[[remedy]]\nrule = \"buffered-whole\""),
            &format!("{hop}{unseen} = {{ symptom = \"x\", lanes = [\"socket\"] }}"),
            &format!("{hop}{upgrade}\n{unseen} = {{ symptom = \"x\", lanes = [\"events\"] }}"),
            &format!("browser = true\ndeep = true\n{hop}"),
        ] {
            assert!(!label(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_a_page_cannot_see_it_need_not_find() {
        let cause = |lanes: &[&str]| Cause {
            rule: None,
            symptom: Some("compressed".to_owned()),
            lanes: lanes.iter().map(|&lane| lane.to_owned()).collect(),
        };
        let mut label: Label =
            toml::from_str("says = \"x\"\n[[hop]]\nis = \"sick\"\ndoes = \"deaf\"").unwrap();
        label.expects = vec![cause(&["frame", "events"]), cause(&["stream"])];
        label.notes = vec![cause(&["events"])];
        let unseen = |lanes: &[&str], instead| Unseen {
            what: cause(lanes),
            because: "y".to_owned(),
            instead,
        };
        label.unseen = vec![unseen(&["events"], None), unseen(&["stream"], Some(cause(&["poll"])))];
        let seen = label.as_seen_by_page();
        let lanes = |causes: &[Cause]| -> Vec<_> {
            causes.iter().flat_map(|cause| cause.lanes.clone()).collect()
        };
        assert_eq!(lanes(&seen.expects), ["frame", "poll"]);
        assert_eq!(lanes(&seen.notes), Vec::<String>::new());
        assert_eq!(lanes(&seen.may), ["events", "stream"]);
    }
}
