//! Something rewrites what is said.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::signs::{Sign, Symptom};
use crate::{text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "frames-rewritten",
    title: text!("What is said arrives changed"),
    symptoms: &["frames_altered"],
    symptom: text!(
        "Messages come back changed, out of order or not at all, pings are not answered, or a \
         socket is closed with 1002 (\"one or more reserved bits are on\")."
    ),
    cause: text!(
        "Something takes connections apart and puts them together again, and is not good at it: \
         security software on the client's machine (ESET's protocol filter, Avast's and \
         Kaspersky's inspection of TLS), a filter of a company, a gateway that speaks WebSocket \
         itself."
    ),
    look_alikes: text!(
        "Messages over a limit are lost whole, by their size. A mistake of the server's own shows \
         on the direct path too."
    ),
    rests_on: &[
        "https://github.com/socketio/socket.io/issues/2543",
        "https://github.com/overleaf/overleaf/issues/401",
        "https://www.rfc-editor.org/rfc/rfc6455#section-5.2",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Client,
            before: Lines::Prose(text!("Web protection that scans connections.")),
            after: Lines::Prose(text!("An exception for the server's host.")),
            note: text!("Where other machines on the same network are well."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("ws://"),
            after: Lines::Configuration("wss://"),
            note: text!(
                "Serve the page and the socket by https: what can't look into it hands it on."
            ),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    if sign.symptom != Symptom::FramesAltered {
        return None;
    }
    Explained::medium(match evidence.url.starts_with("https:") {
        true => words!(
            "the server wrote down other messages than the client, so something rewrites them, \
             though they are encrypted: it ends TLS"
        ),
        false => words!(
            "the server wrote down other messages than the client, so something rewrites them"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};

    #[test]
    fn frames_rewritten_is_for_what_arrives_changed() {
        for (symptom, confidence) in
            [(Symptom::FramesAltered, Some(Confidence::Medium)), (Symptom::CloseLost, None)]
        {
            assert_eq!(sure(&RULE, symptom, Lane::Socket, &[], &[]), confidence);
        }
    }
}
