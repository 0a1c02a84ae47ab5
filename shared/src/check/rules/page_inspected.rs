//! Pages are read whole by something that inspects them.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::probe::Form;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::{is_live_as, told};
use crate::check::signs::{Sign, Symptom};
use crate::{text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "page-inspected",
    title: text!("Pages are read whole before they are handed on"),
    symptoms: &["held_whole", "held_for"],
    symptom: text!(
        "Only `text/html` is held (the forever frame), not compressed; event streams and JSON \
         lines pass."
    ),
    cause: text!(
        "Something reads pages whole in order to look into them: a web application firewall such \
         as ModSecurity with `SecResponseBodyAccess On`, which buffers the types of \
         `SecResponseBodyMimeType`, `text/plain` and `text/html` unless told otherwise; or \
         security software on the client's machine. Measured with ModSecurity 2.9.7 in Apache; its \
         module for nginx (1.0.3) held nothing."
    ),
    look_alikes: text!(
        "Under nginx's plain `gzip on` the page is held too, and says `Content-Encoding`."
    ),
    rests_on: &[
        "https://github.com/owasp-modsecurity/ModSecurity/wiki/Reference-Manual-(v2.x)#secresponsebodyaccess",
        "https://github.com/owasp-modsecurity/ModSecurity/wiki/Reference-Manual-(v2.x)#secresponsebodymimetype",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Apache,
            before: Lines::Configuration("SecResponseBodyAccess On"),
            after: Lines::Configuration(
                "SecResponseBodyAccess On\nSecRule REQUEST_URI \"@beginsWith /api/\" \
                 \"id:100001,phase:1,pass,nolog,ctl:responseBodyAccess=Off\"",
            ),
            note: text!("For the paths of live connections; give the rule a number of your own."),
            tried_on: Some("apache-modsecurity"),
        },
        Remedy {
            hop: Hop::Client,
            before: Lines::Prose(text!("Web protection that scans pages.")),
            after: Lines::Prose(text!("An exception for the server's host.")),
            note: text!("Where direct requests from another machine are not held."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    if !matches!(sign.symptom, Symptom::HeldWhole | Symptom::HeldFor { .. }) {
        return None;
    }
    let shown = told(sign, evidence);
    let only_pages = !shown.is_empty()
        && shown.iter().all(|told| {
            told.is_form(Form::Html) && told.coding().is_none() && !told.asked_by("HTTP/1.0")
        });
    let passes = |form| is_live_as(form, sign, evidence) == Some(true);
    (only_pages && passes(Form::Events) && passes(Form::Lines)).then(|| {
        Explained::high(words!(
            "only pages are held, and not for being compressed; other types pass at once"
        ))
    })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn page_inspected_is_told_by_the_types_that_pass() {
        let page =
            |headers| Sample::stream("page", Lane::Frame, |_| {}).head(1_090, headers).held();
        let (events, lines) = (
            Sample::stream("events", Lane::Events, |_| {}),
            Sample::stream("lines", Lane::Stream, |_| {}),
        );
        let gzip = [("content-encoding", "gzip")];
        let (events_held, lines_live) = (events.clone().held(), lines.live());
        for (samples, confidence) in [
            ([page(&[]), events.clone().live(), lines_live.clone()], Some(Confidence::High)),
            ([page(&[]), events_held, lines_live.clone()], None),
            ([page(&gzip), events.live(), lines_live], None),
        ] {
            let found = sure(&RULE, Symptom::HeldWhole, Lane::Frame, &samples, &["page"]);
            assert_eq!(found, confidence);
        }
    }
}
