//! A remedy, pasted into a configuration that shows the fault (pure).

use anyhow::{Context, Result};
use echoclock_shared::check::hops::Hop;
use echoclock_shared::check::rule::Remedy;
use echoclock_shared::check::rules;

use super::label::{self, Label};

/// Returns the path with the remedy in place.
pub(super) fn mended(label: &Label, order: &label::Remedy) -> Result<Label> {
    let rule = rules::ALL.iter().find(|rule| rule.id == order.rule);
    let rule = rule.with_context(|| format!("there is no rule {:?}", order.rule))?;
    let mut label = label.clone();
    let found = label.hops.iter_mut().find_map(|hop| {
        let remedy = rule.remedies.iter().find(|remedy| is_for(remedy, hop.name()))?;
        Some((remedy, hop.configured()?))
    });
    let (remedy, configured) =
        found.with_context(|| format!("{} has no remedy for a hop of this path", rule.id))?;
    let [before, after] = [remedy.before, remedy.after].map(in_labels_words);
    configured.configuration = pasted(&configured.configuration, &before, &after)
        .with_context(|| format!("{}: what the remedy shows is not in the path", rule.id))?;
    Ok(label)
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

/// Remedies call the next hop `backend`, with a port where the program wants one.
fn in_labels_words(text: &str) -> String {
    text.replace("backend:3000", "NEXT").replace("http://backend", "http://NEXT")
}

/// Does to a text what makes `after` of `before`: lines that are only in one of them go out, or come in
/// behind the line that they stand behind. Nothing where the text lacks a line of `before`.
///
/// Between the lines of `before` others may stand in the text, for a configuration has more in it than a
/// remedy shows.
fn pasted(text: &str, before: &str, after: &str) -> Option<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut next = 0;
    for change in changes(before, after) {
        match change {
            Change::Stays(line) => next = find(&lines, next, line)? + 1,
            Change::Goes(line) => {
                next = find(&lines, next, line)?;
                lines.remove(next);
            }
            Change::Comes(line) => {
                lines.insert(next, line.to_owned());
                next += 1;
            }
        }
    }
    Some(lines.join("\n") + "\n")
}

/// Finds a line: it may say more than the remedy shows, and its figures may be others.
fn find(lines: &[String], from: usize, wanted: &str) -> Option<usize> {
    let wanted: Vec<_> = wanted.split_whitespace().collect();
    let is_it = |line: &String| {
        let words: Vec<_> = line.split_whitespace().collect();
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

#[cfg(test)]
mod tests {
    use super::*;

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
