//! A filter looks at the beginning of each answer.

use crate::check::evidence::Evidence;
use crate::check::hops::{Hop, names_itself};
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::signs::{Sign, Symptom};
use crate::check::told::Told;
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "page-filtered",
    title: text!("A filter keeps the beginning of each answer"),
    symptoms: &["held_for", "held_whole", "head_late"],
    symptom: text!(
        "The first 4,096 bytes arrive in one lump, what comes after them item by item; a stream \
         that is shorter arrives whole at its end."
    ),
    cause: text!(
        "Apache's mod_proxy_html (through mod_xml2enc) reads the first 4,096 bytes of an answer to \
         find out its character set, before it hands anything on. Measured with Apache 2.4.71: 650 \
         ms late, for any type."
    ),
    look_alikes: text!("By HTTP/1.0 every lump has 4,096 bytes, and not only the first."),
    rests_on: &[
        "https://httpd.apache.org/docs/2.4/mod/mod_proxy_html.html#proxyhtmlenable",
        "https://httpd.apache.org/docs/2.4/mod/mod_xml2enc.html",
    ],
    remedies: &[Remedy {
        hop: Hop::Apache,
        before: Lines::Configuration("ProxyHTMLEnable On"),
        after: Lines::Configuration(
            "<LocationMatch \"^/(?!api/)\">\n    ProxyHTMLEnable On\n</LocationMatch>",
        ),
        note: text!(
            "Leaves the paths of live connections out; `ProxyHTMLEnable Off` for them alone does \
             not help (measured with 2.4.71)."
        ),
        tried_on: Some("apache-page-filter"),
    }],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let is_it = matches!(
        sign.symptom,
        Symptom::HeldFor { .. } | Symptom::HeldWhole | Symptom::HeadLate { .. }
    );
    let mut lane = Told::all(evidence).filter(|told| told.probe.lane == sign.lane);
    let bytes = lane.find_map(Told::first_lump).filter(|bytes| is_it && LUMP.contains(bytes))?;
    let says =
        say!("the first {bytes} bytes came in one lump, and what followed was prompt", bytes);
    if names_itself(evidence, Hop::Apache) {
        Explained::high(says)
    } else {
        Explained::medium(says)
    }
}

/// How large a first lump is that was kept until there were 4,096 bytes.
const LUMP: std::ops::RangeInclusive<u64> = 2_600..=6_600;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn page_filtered_is_told_by_what_follows_the_first_lump() {
        let large = Sample::stream("large", Lane::Events, |_| {}).size(1_500);
        let filtered = |server| {
            let arrived = [255, 256, 257, 360, 460, 560, 660, 760, 860, 960];
            large.clone().head(255, &[("server", server)]).items(arrived)
        };
        let in_pages = large.clone().head(255, &[("server", "Apache")]);
        let in_pages = in_pages.items([255, 256, 257, 555, 556, 557, 855, 856, 857, 1_100]);
        let held = Sample::stream("small", Lane::Events, |_| {}).head(1_090, &[]).held();
        for (sample, confidence) in [
            (filtered("Apache/2.4.71"), Some(Confidence::High)),
            (filtered("other"), Some(Confidence::Medium)),
            (in_pages, None),
            (large.live(), None),
        ] {
            let symptom = Symptom::HeldFor { bytes: 4_096 };
            let found =
                sure(&RULE, symptom, Lane::Events, std::slice::from_ref(&sample), &["large"]);
            assert_eq!(found, confidence);
            let samples = [held.clone(), sample];
            let found = sure(&RULE, Symptom::HeldWhole, Lane::Events, &samples, &["small"]);
            assert_eq!(found, confidence);
        }
    }
}
