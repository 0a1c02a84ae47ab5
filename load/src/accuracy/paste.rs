//! A remedy, pasted into a configuration that shows the fault (pure).

use anyhow::{Context, Result};
use echoclock_shared::check::hops::Hop;
use echoclock_shared::check::rule::Remedy;
use echoclock_shared::check::rules;

use super::label::{self, Label};
use crate::program::Configured;

/// Returns the path with the remedy in place.
pub(super) fn mended(label: &Label, order: &label::Remedy) -> Result<Label> {
    let mut label = label.clone();
    let (remedy, configured) = remedy_of(&mut label, &order.rule)?;
    let [before, after] = [remedy.before, remedy.after].map(|lines| in_labels_words(lines.words()));
    let is_done = match before.strip_prefix(COMMAND_LINE) {
        Some(before) => {
            set(&mut configured.arguments, before, after.trim_start_matches(COMMAND_LINE))
        }
        None => pasted(&configured.configuration, &before, &after)
            .map(|pasted| configured.configuration = pasted),
    };
    is_done.with_context(|| format!("{}: what the remedy shows is not in the path", order.rule))?;
    Ok(label)
}

/// Finds the first hop that the rule has a remedy for.
fn remedy_of<'a>(
    label: &'a mut Label,
    rule: &str,
) -> Result<(&'static Remedy, &'a mut Configured)> {
    let known = rules::ALL.iter().find(|known| known.id == rule);
    let known = known.with_context(|| format!("there is no rule {rule:?}"))?;
    let found = label.hops.iter_mut().find_map(|hop| {
        let remedy = known.remedies.iter().find(|remedy| is_for(remedy, hop.name()))?;
        Some((remedy, hop.configured()?))
    });
    found.with_context(|| format!("{rule} has no remedy for a hop of this path"))
}

/// Sets parameters on a command line; nothing where it lacks one that the remedy shows.
fn set(arguments: &mut [String], before: &str, after: &str) -> Option<()> {
    for word in before.split_whitespace().chain(after.split_whitespace()) {
        let Some((name, _)) = word.split_once('=') else { continue };
        let has_name = |argument: &&mut String| {
            argument.split_once('=').is_some_and(|(other, _)| other == name)
        };
        *arguments.iter_mut().find(has_name)? = word.to_owned();
    }
    Some(())
}

fn is_for(remedy: &Remedy, hop: &str) -> bool {
    matches!(
        (remedy.hop, hop),
        (Hop::Nginx, "nginx")
            | (Hop::Caddy, "caddy")
            | (Hop::Haproxy, "haproxy")
            | (Hop::Apache, "apache")
            | (Hop::Varnish, "varnish")
    )
}

/// Remedies call the next hop `backend`, with a port where the program wants one; they listen at `:443`, or as
/// `example.org`, with the certificate `site.pem`.
fn in_labels_words(text: &str) -> String {
    let words = [
        ("backend:3000", "NEXT"),
        ("http://backend", "http://NEXT"),
        (":443", "LISTEN"),
        ("example.org {", "http://LISTEN {"),
        ("site.pem", "FOLDER/site.pem"),
    ];
    words.iter().fold(text.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours))
}

/// Does to a text what makes `after` of `before`: lines that are only in one of them go out, or come in
/// behind the line that they stand behind. Nothing where the text lacks a line of `before`.
///
/// Between the lines of `before` others may stand in the text, for a configuration has more in it than a
/// remedy shows; those that set what a new line sets go out.
fn pasted(text: &str, before: &str, after: &str) -> Option<String> {
    let mut lines: Vec<_> =
        text.lines().map(|line| Line { text: line.to_owned(), is_new: false }).collect();
    let changes = changes(before, after);
    let mut next = start(&lines, &changes)?;
    for change in changes {
        match change {
            Change::Stays(line) => next = find(&lines, next, line)? + 1,
            Change::Goes(line) => {
                next = find(&lines, next, line)?;
                lines.remove(next);
            }
            Change::Comes(line) => {
                lines.insert(next, Line { text: line.to_owned(), is_new: true });
                next += 1;
            }
        }
    }
    let stays = |place: &usize| lines[*place].is_new || !is_set_anew(&lines, *place);
    let stay: Vec<_> = (0..lines.len()).filter(stays).map(|place| &*lines[place].text).collect();
    Some(stay.join("\n") + "\n")
}

/// Returns where the first of the changes is made: a block of its own comes before all else, and what
/// opens a block comes right before what it is put around.
fn start(lines: &[Line], changes: &[Change<'_>]) -> Option<usize> {
    let count = changes.iter().take_while(|change| matches!(change, Change::Comes(_))).count();
    let opens =
        matches!(changes.first(), Some(Change::Comes(line)) if line.trim().starts_with('<'));
    match changes.get(count) {
        Some(Change::Stays(line)) if opens => find(lines, 0, line),
        Some(Change::Stays(_) | Change::Goes(_) | Change::Comes(_)) | None => Some(0),
    }
}

/// A line of a configuration.
struct Line {
    text: String,
    /// Whether the remedy has brought it.
    is_new: bool,
}

/// Whether a new line of the same block sets what a line sets.
fn is_set_anew(lines: &[Line], place: usize) -> bool {
    let Some(setting) = setting(&lines[place].text) else { return false };
    let is_inside = |line: &&Line| !is_edge(&line.text);
    let above = lines[..place].iter().rev().take_while(is_inside);
    let below = lines[place + 1..].iter().take_while(is_inside);
    above.chain(below).any(|line| line.is_new && self::setting(&line.text) == Some(setting.clone()))
}

/// What a line sets, where it may be set once: `proxy_read_timeout 60s;`, `timeout client 1h`.
fn setting(line: &str) -> Option<Vec<&str>> {
    let words: Vec<_> = line.split_whitespace().collect();
    match &words[..] {
        ["timeout", which, ..] => Some(vec!["timeout", which]),
        [name @ .., last] if !name.is_empty() && last.ends_with(';') => Some(name.to_vec()),
        _ => None,
    }
}

/// Whether a block begins or ends with a line.
fn is_edge(line: &str) -> bool {
    let trimmed = line.trim();
    let is_heading = !line.starts_with(' ') && setting(line).is_none();
    is_heading || trimmed.ends_with('{') || trimmed.starts_with('}')
}

/// Finds a line: it may say more than the remedy shows, and its figures may be others.
fn find(lines: &[Line], from: usize, wanted: &str) -> Option<usize> {
    let wanted: Vec<_> = wanted.split_whitespace().collect();
    let is_it = |line: &Line| {
        let words: Vec<_> = line.text.split_whitespace().collect();
        let same = |(word, wanted): (&&str, &&str)| {
            word == wanted || (is_figure(word) && is_figure(wanted))
        };
        words.len() >= wanted.len() && words.iter().zip(&wanted).all(same)
    };
    let rest = lines.iter().enumerate().skip(from);
    rest.filter(|(_, line)| is_it(line)).map(|(number, _)| number).next()
}

/// Whether a word is a time, a size or an address, which each configuration has its own of.
fn is_figure(word: &str) -> bool {
    word.contains("NEXT") || word.contains(|letter: char| letter.is_ascii_digit())
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Change<'a> {
    Stays(&'a str),
    Goes(&'a str),
    Comes(&'a str),
}

/// What makes one text of another, line by line: as many lines stay as can.
fn changes<'a>(before: &'a str, after: &'a str) -> Vec<Change<'a>> {
    let [before, after] = [before, after]
        .map(|text| text.lines().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>());
    let same = |b: usize, a: usize| before[b].trim() == after[a].trim();
    // How many lines can stay from here on, of both texts.
    let mut stay = vec![vec![0; after.len() + 1]; before.len() + 1];
    for b in (0..before.len()).rev() {
        for a in (0..after.len()).rev() {
            stay[b][a] = if same(b, a) {
                stay[b + 1][a + 1] + 1
            } else {
                stay[b + 1][a].max(stay[b][a + 1])
            };
        }
    }
    let (mut b, mut a) = (0, 0);
    let mut changes = Vec::new();
    while b < before.len() || a < after.len() {
        if b < before.len() && a < after.len() && same(b, a) {
            changes.push(Change::Stays(before[b]));
            (b, a) = (b + 1, a + 1);
        } else if b < before.len() && (a == after.len() || stay[b + 1][a] >= stay[b][a + 1]) {
            changes.push(Change::Goes(before[b]));
            b += 1;
        } else {
            changes.push(Change::Comes(after[a]));
            a += 1;
        }
    }
    changes
}

/// How a remedy begins that is for a program's command line.
const COMMAND_LINE: &str = "varnishd ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_remedy_of_a_label_fits_and_its_rule_says_where_it_was_tried() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../e2e/paths");
        let labels = label::read(&folder).unwrap();
        for label in &labels {
            for order in &label.remedies {
                let at = format!("{} + {}", label.name, order.rule);
                mended(label, order).unwrap_or_else(|error| panic!("{at}: {error:#}"));
                let (remedy, _) = remedy_of(&mut label.clone(), &order.rule).unwrap();
                assert!(remedy.tried_on.is_some(), "{at}");
            }
        }
        for rule in rules::ALL {
            for remedy in rule.remedies {
                let Some(path) = remedy.tried_on else { continue };
                let label = labels.iter().find(|label| label.name == path).expect("a label");
                let (there, _) = remedy_of(&mut label.clone(), rule.id).unwrap();
                assert_eq!(there, remedy, "{path}");
                assert!(label.remedies.iter().any(|order| order.rule == rule.id), "{path}");
            }
        }
    }

    #[test]
    fn a_line_that_comes_drives_out_what_sets_the_same() {
        let text = "defaults\n    timeout client 9s\n    timeout tunnel 40s\n\nbackend x\n    timeout tunnel 1s\n";
        let after = "timeout client 50s\ntimeout tunnel 1h";
        let expected = "defaults\n    timeout client 9s\ntimeout tunnel 1h\n\nbackend x\n    timeout tunnel 1s\n";
        assert_eq!(pasted(text, "timeout client 50s", after).as_deref(), Some(expected));
        // What is put around a line stays with it.
        let text = "Timeout 1\nFilter On\nOther 2\n";
        let after = "<Location x>\n    Filter On\n</Location>";
        let expected = "Timeout 1\n<Location x>\nFilter On\n</Location>\nOther 2\n";
        assert_eq!(pasted(text, "Filter On", after).as_deref(), Some(expected));
        // In another block it is another setting.
        let text = "a {\n  b c;\n  x 1;\n}\nd {\n  x 1;\n}\n";
        let expected = "a {\n  b c;\nx 2;\n}\nd {\n  x 1;\n}\n";
        assert_eq!(pasted(text, "b c;", "b c;\nx 2;").as_deref(), Some(expected));
        // And what the remedy brings with it stays, though it says the same word.
        let text = "recv {\n  return (pass);\n}\n";
        let after = "recv {\n  if (a) {\n    return (pipe);\n  }\n  return (pass);\n}";
        let expected = format!("{after}\n");
        assert_eq!(pasted(text, text, after).as_deref(), Some(&*expected));
    }

    #[test]
    fn a_parameter_is_set_where_the_command_line_has_it() {
        let arguments = || ["-p", "pipe_timeout=40", "-p", "x=1"].map(str::to_owned);
        let mut set_anew = arguments();
        assert_eq!(set(&mut set_anew, "-p pipe_timeout=60", "-p pipe_timeout=3600"), Some(()));
        assert_eq!(set_anew, ["-p", "pipe_timeout=3600", "-p", "x=1"]);
        assert_eq!(set(&mut arguments(), "-p send_timeout=60", "-p send_timeout=3600"), None);
    }

    #[test]
    fn a_line_may_say_more_and_have_other_figures() {
        let text = "ProxyPass / http://NEXT/ upgrade=websocket\nTimeout 40\n";
        let pasted =
            pasted(text, "ProxyPass / http://NEXT/\nTimeout 60", "ProxyPass / http://NEXT/");
        assert_eq!(pasted.as_deref(), Some("ProxyPass / http://NEXT/ upgrade=websocket\n"));
    }

    #[test]
    fn what_a_remedy_changes_is_changed() {
        let text = "server {\n  location / {\n    proxy_pass x;\n    own on;\n  }\n}\n";
        let before = "location / {\n    proxy_pass x;\n}";
        for (before, after, expected) in [
            (
                before,
                "location / {\n    proxy_pass x;\n    more;\n}",
                Some(
                    "server {\n  location / {\n    proxy_pass x;\n    more;\n    own on;\n  }\n}\n",
                ),
            ),
            ("    own on;", "", Some("server {\n  location / {\n    proxy_pass x;\n  }\n}\n")),
            (
                "own on;",
                "own off;",
                Some("server {\n  location / {\n    proxy_pass x;\nown off;\n  }\n}\n"),
            ),
            ("gzip on;", "", None),
        ] {
            assert_eq!(pasted(text, before, after).as_deref(), expected, "{before} -> {after}");
        }
    }
}
