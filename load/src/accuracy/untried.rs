//! What the run does not try (pure): remedies for hops that do not run here, and the few that could not
//! show anything.

use std::collections::BTreeMap;

use echoclock_shared::check::hops::Hop;
use echoclock_shared::check::rule::Remedy;
use echoclock_shared::check::rules;

/// Says which remedies no labelled path tries, and why, a line each.
pub(super) fn lines() -> Vec<String> {
    let mut elsewhere = BTreeMap::<&str, u32>::new();
    let mut lines = Vec::new();
    for (rule, remedy) in untried() {
        match why(rule, remedy.hop) {
            Some(why) => lines.push(format!("{rule} for {}: {why}", remedy.hop.name())),
            None => *elsewhere.entry(remedy.hop.name()).or_default() += 1,
        }
    }
    let each = elsewhere.iter().map(|(hop, count)| format!("{hop} {count}"));
    let each = each.collect::<Vec<_>>().join(", ");
    lines.push(format!("those for what does not run here: {each}"));
    lines
}

fn untried() -> impl Iterator<Item = (&'static str, &'static Remedy)> {
    let all = rules::ALL.iter().flat_map(|rule| rule.remedies.iter().map(|one| (rule.id, one)));
    all.filter(|(_, remedy)| remedy.tried_on.is_none())
}

fn why(rule: &str, hop: Hop) -> Option<&'static str> {
    WHY.iter().find(|(of, on, _)| *of == rule && *on == hop).map(|(.., why)| *why)
}

/// Why a remedy for a program that runs here is not tried.
const WHY: &[(&str, Hop, &str)] = &[
    ("close-not-relayed", Hop::Apache, "Apache 2.4.71 relays closes at once by itself"),
    (
        "http2-without-sockets",
        Hop::Haproxy,
        "a client that offers HTTP/1.1 alone is answered by it all the same",
    ),
    (
        "leaving-not-told",
        Hop::Haproxy,
        "it is for requests that wait in a queue, and none here does",
    ),
    ("stream-cached", Hop::Apache, "Apache 2.4.71 kept no stream, whatever was set"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_here_is_tried_or_says_why_not() {
        let here = [Hop::Nginx, Hop::Caddy, Hop::Haproxy, Hop::Apache, Hop::Varnish];
        for (rule, remedy) in untried().filter(|(_, remedy)| here.contains(&remedy.hop)) {
            assert!(why(rule, remedy.hop).is_some(), "{rule} for {}", remedy.hop.name());
        }
        for (rule, hop, _) in WHY {
            let is_untried = |(id, remedy): (&str, &Remedy)| id == *rule && remedy.hop == *hop;
            assert!(
                untried().any(is_untried),
                "{rule} for {} is tried, or is not there",
                hop.name()
            );
        }
        assert_eq!(lines().len(), WHY.len() + 1);
    }
}
