//! Which hop a path behaves like, where none names itself.

use super::{Hop, Seen};
use crate::check::evidence::Evidence;

use crate::check::signs::{self, Sign, Symptom};
use crate::check::told::Told;
use crate::words;

/// Finds whom the path behaves like.
pub(super) fn find(evidence: &Evidence) -> Vec<Seen> {
    let signs = signs::find(evidence);
    let likes = [
        (Hop::Nginx, nginx(evidence, &signs)),
        (Hop::Haproxy, haproxy(&signs)),
        (Hop::Apache, apache(evidence)),
        (Hop::Traefik, traefik(evidence)),
    ];
    likes
        .into_iter()
        .filter_map(|(hop, because)| {
            Some(Seen { hop, is_named: false, because: because?.to_owned() })
        })
        .collect()
}

fn nginx(evidence: &Evidence, signs: &[Sign]) -> Option<&'static str> {
    let is_held = |told: &Told<'_>| {
        signs.iter().any(|sign| {
            matches!(sign.symptom, Symptom::HeldWhole | Symptom::HeldFor { .. })
                && sign.lane == told.probe.lane
        })
    };
    let heeds = Told::all(evidence).any(|told| {
        told.stream().is_some_and(|ask| ask.unbuffered)
            && is_held(&told)
            && told.is_live() == Some(true)
    });
    if heeds {
        return Some(words!("it heeds `X-Accel-Buffering: no`"));
    }
    let asks_by_old = Told::all(evidence).any(|told| told.asked_by("HTTP/1.0"));
    asks_by_old.then(|| words!("it asks the server by HTTP/1.0"))
}

fn haproxy(signs: &[Sign]) -> Option<&'static str> {
    let packs = signs.iter().any(
        |sign| matches!(sign.symptom, Symptom::Coalesced { millis } if (150..=260).contains(&millis)),
    );
    packs.then(|| words!("it packs small writes for 200 ms"))
}

fn apache(evidence: &Evidence) -> Option<&'static str> {
    adds(evidence, &["x-forwarded-server", "x-forwarded-host"], &["x-real-ip"])
        .then(|| words!("it adds `X-Forwarded-Server` and `X-Forwarded-Host`, and no `X-Real-Ip`"))
}

fn traefik(evidence: &Evidence) -> Option<&'static str> {
    adds(evidence, &["x-forwarded-server", "x-forwarded-port", "x-real-ip"], &[])
        .then(|| words!("it adds `X-Forwarded-Server`, `X-Forwarded-Port` and `X-Real-Ip`"))
}

/// Whether requests arrive with all of these headers, and with none of those.
fn adds(evidence: &Evidence, with: &[&str], without: &[&str]) -> bool {
    Told::all(evidence).filter_map(|told| told.arrived()).flatten().any(|request| {
        with.iter().all(|name| request.header(name).is_some())
            && !without.iter().any(|name| request.header(name).is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::sample::{Sample, run};

    #[test]
    fn a_hop_that_does_not_name_itself_is_known_by_its_ways() {
        let asked = || Sample::stream("seen", Lane::Events, |_| {});
        let (server, host, real) = ("X-Forwarded-Server", "X-Forwarded-Host", "X-Real-Ip");
        let apache = [(server, "a"), (host, "a")];
        let traefik = [(server, "a"), (host, "a"), ("X-Forwarded-Port", "80"), (real, "::1")];
        for (sample, hop) in [
            (asked().arrived(1, "HTTP/1.0", &[]), Some(Hop::Nginx)),
            (asked().arrived(1, "HTTP/1.1", &apache), Some(Hop::Apache)),
            (asked().arrived(1, "HTTP/1.1", &traefik), Some(Hop::Traefik)),
            (asked().arrived(1, "HTTP/1.1", &[]), None),
        ] {
            let found = find(&run(&[sample]));
            assert_eq!(found.first().map(|seen| seen.hop), hop);
            assert!(found.iter().all(|seen| !seen.is_named));
        }
    }

    #[test]
    fn who_names_itself_stands_first_and_once() {
        let asked = Sample::stream("seen", Lane::Events, |_| {}).arrived(1, "HTTP/1.0", &[]);
        let found = find(&run(&[asked.clone().head(1, &[("server", "nginx")])]));
        assert_eq!(
            found.iter().map(|seen| (seen.hop, seen.is_named)).collect::<Vec<_>>(),
            [(Hop::Nginx, true)]
        );
        let found = find(&run(&[asked.head(1, &[("server", "Caddy")])]));
        let named: Vec<_> = found.iter().map(|seen| (seen.hop, seen.is_named)).collect();
        assert_eq!(named, [(Hop::Caddy, true), (Hop::Nginx, false)]);
    }
}
