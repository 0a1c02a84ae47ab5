//! A hop reads the whole answer before it hands anything on.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::probe::Form;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::{is_live_as, told};
use crate::check::signs::{Sign, Symptom};
use crate::check::told::Told;
use crate::{text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "buffered-whole",
    title: text!("Answers are read whole before they are handed on"),
    symptoms: &["held_whole", "upgrade_unanswered", "upgrade_answered"],
    symptom: text!(
        "Nothing arrives before the end, the head neither, and nothing is compressed; all types \
         are hit, often with a `Content-Length` that the server did not send. Behind Caddy sockets \
         hang as well."
    ),
    cause: text!(
        "A hop is told to buffer answers as a whole, to look into them or to spare the server slow \
         clients. Measured: Caddy 2.6 with `buffer_responses` (it wraps the answer of an upgrade \
         too, so that a socket never opens), Varnish 7.1 with `do_stream` off or ESI, HAProxy 2.6 \
         with `http-response wait-for-body`. Traefik's `buffering` middleware, Azure's Application \
         Gateway and Amazon's API Gateway for REST do so by documentation."
    ),
    look_alikes: text!(
        "By HTTP/1.0 long streams come in lumps of 4,096 bytes. A compressor says \
         `Content-Encoding`. Where only `text/html` is held, bodies are inspected."
    ),
    rests_on: &[
        "https://caddyserver.com/docs/caddyfile/directives/reverse_proxy#streaming",
        "https://varnish-cache.org/docs/7.1/reference/vcl-var.html",
        "https://docs.haproxy.org/2.6/configuration.html#http-response%20wait-for-body",
        "https://doc.traefik.io/traefik/middlewares/http/buffering/",
        "https://learn.microsoft.com/en-us/azure/application-gateway/proxy-buffers",
        "https://learn.microsoft.com/en-us/azure/application-gateway/use-server-sent-events",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Caddy,
            before: Lines::Configuration("reverse_proxy backend:3000 {\n    buffer_responses\n}"),
            after: Lines::Configuration("reverse_proxy backend:3000"),
            note: text!(
                "Take the option away for the paths of live connections; later versions call it \
                 `response_buffers`."
            ),
            tried_on: Some("caddy-buffers"),
        },
        Remedy {
            hop: Hop::Haproxy,
            before: Lines::Configuration("http-response wait-for-body time 10s"),
            after: Lines::Configuration(
                "http-request set-var(txn.path) path\nhttp-response wait-for-body time 10s unless \
                 { var(txn.path) -m beg /api/ }",
            ),
            note: text!(
                "Leaves the paths of live connections out; an answer does not know its path unless \
                 it is kept."
            ),
            tried_on: Some("haproxy-waits-for-body"),
        },
        Remedy {
            hop: Hop::Varnish,
            before: Lines::Configuration(
                "sub vcl_backend_response {\n    set beresp.do_stream = false;\n}",
            ),
            after: Lines::Configuration(
                "sub vcl_backend_response {\n    if (bereq.url !~ \"/api/\") {\n        set \
                 beresp.do_stream = false;\n    }\n}",
            ),
            note: text!("The same holds for `beresp.do_esi`, which reads answers whole."),
            tried_on: Some("varnish-waits-for-body"),
        },
        Remedy {
            hop: Hop::Traefik,
            before: Lines::Configuration(
                "http:\n  routers:\n    live:\n      middlewares:\n        - buffering",
            ),
            after: Lines::Configuration("http:\n  routers:\n    live:\n      middlewares: []"),
            note: text!("A router of its own for live connections, without that middleware."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Azure,
            before: Lines::Configuration("\"enableResponseBuffering\": true"),
            after: Lines::Configuration(
                "az network application-gateway update --name GATEWAY --resource-group GROUP --set \
                 globalConfiguration.enableResponseBuffering=false",
            ),
            note: text!(
                "Application Gateway v2; its request timeout has to be longer than the longest \
                 silence."
            ),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Amazon,
            before: Lines::Prose(text!("An API Gateway for REST in front of a stream.")),
            after: Lines::Prose(text!(
                "An Application Load Balancer in front of it, or API Gateway for WebSockets."
            )),
            note: text!(
                "API Gateway for REST hands answers on whole, after 29 seconds at most, unless \
                 response streaming is set up."
            ),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let told = told(sign, evidence);
    let is_kept = matches!(
        sign.symptom,
        Symptom::UpgradeUnanswered | Symptom::UpgradeAnswered { status: Some(200) }
    );
    // A browser does not tell the status.
    let is_refused = sign.symptom == Symptom::UpgradeAnswered { status: None };
    if is_kept || is_refused && told.iter().all(Told::waited_for_all) {
        let has_agreed = told.iter().any(|told| told.status_sent() == Some(101));
        return has_agreed.then(|| {
            Explained::medium(words!(
                "the server agreed to the upgrade, and its answer is kept back until the \
                 socket is over"
            ))
        })?;
    }
    let is_other = told.iter().any(|told| told.coding().is_some() || told.asked_by("HTTP/1.0"));
    // Where another type passes, answers are told apart by it.
    let is_held = |form| told.iter().any(|told| told.is_form(form));
    let passes = |form| !is_held(form) && is_live_as(form, sign, evidence) == Some(true);
    if sign.symptom != Symptom::HeldWhole || is_other || Form::ALL.into_iter().any(passes) {
        return None;
    }
    if told.iter().any(|told| told.header("content-length").is_some()) {
        return Explained::high(words!(
            "the answer arrived whole, with a length that the server did not know"
        ));
    }
    Explained::medium(words!(
        "the answer arrived whole, and neither HTTP/1.0 nor compression is the reason"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::observed::Heard;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn buffered_whole_is_what_neither_compression_nor_an_old_http_explains() {
        for (version, headers, confidence) in [
            ("HTTP/1.1", &[][..], Some(Confidence::Medium)),
            ("HTTP/1.1", &[("content-length", "640")], Some(Confidence::High)),
            ("HTTP/1.1", &[("content-encoding", "gzip")], None),
            ("HTTP/1.0", &[], None),
        ] {
            let held = Sample::stream("small", Lane::Events, |_| {}).arrived(1, version, &[]);
            let samples = [held.head(1_090, headers).held()];
            let found = sure(&RULE, Symptom::HeldWhole, Lane::Events, &samples, &["small"]);
            assert_eq!(found, confidence, "{version} {headers:?}");
        }
    }

    #[test]
    fn what_passes_by_its_type_is_not_held_for_being_an_answer() {
        let sample = |id, lane| Sample::stream(id, lane, |_| {}).arrived(1, "HTTP/1.1", &[]);
        let page = || sample("page", Lane::Frame).head(1_090, &[]).held();
        let events = || sample("events", Lane::Events).head(2, &[]);
        for (events, confidence) in
            [(events().live(), None), (events().held(), Some(Confidence::Medium))]
        {
            let found = sure(&RULE, Symptom::HeldWhole, Lane::Frame, &[page(), events], &["page"]);
            assert_eq!(found, confidence);
        }
    }

    #[test]
    fn a_browser_is_told_of_a_kept_upgrade_when_the_socket_is_over() {
        let kept = || {
            let asked = Sample::socket("death").arrived(1, "HTTP/1.1", &[("upgrade", "websocket")]);
            asked.answered(1, 101)
        };
        let refused = Heard::Closed { code: 1006, reason: String::new() };
        for (sample, confidence) in [
            (kept().over(5_000).note(5_004, refused.clone()), Some(Confidence::Medium)),
            (kept().over(5_000).note(12, refused.clone()), None),
            (kept().note(5_004, refused), None),
        ] {
            let symptom = Symptom::UpgradeAnswered { status: None };
            assert_eq!(sure(&RULE, symptom, Lane::Socket, &[sample], &["death"]), confidence);
        }
    }

    #[test]
    fn an_upgrade_that_the_server_agreed_to_is_kept_back() {
        let asked = Sample::socket("open").arrived(1, "HTTP/1.1", &[("upgrade", "websocket")]);
        for (sample, confidence) in [
            (asked.clone().answered(1, 101), Some(Confidence::Medium)),
            (asked, None),
            (Sample::socket("open"), None),
        ] {
            let samples = [sample];
            for symptom in
                [Symptom::UpgradeUnanswered, Symptom::UpgradeAnswered { status: Some(200) }]
            {
                let found = sure(&RULE, symptom, Lane::Socket, &samples, &["open"]);
                assert_eq!(found, confidence);
            }
        }
    }
}
