//! A hop waits only so long for the beginning of an answer.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::probe::Lane;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::{say, text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "answer-too-late",
    title: text!("A question that waits for its answer is given up"),
    symptoms: &["idle_cut", "answered_elsewhere", "truncated", "ended_early"],
    symptom: text!(
        "A long poll is answered 504, 502, 503 or 524, or ends without an answer, after so many \
         seconds, while the server still waits for something to say; shorter ones are answered."
    ),
    cause: text!(
        "A hop waits so long for the head of an answer and no longer: nginx 60 s \
         (`proxy_read_timeout`), HAProxy `timeout server`, Apache `ProxyTimeout`, Varnish 60 s \
         (`first_byte_timeout`), Heroku 30 s, Amazon's API Gateway 29 s, Cloudflare 100 to 120 s. \
         Measured with the first four."
    ),
    look_alikes: text!(
        "Where even the shortest wait is answered so, the server is not reached at all."
    ),
    rests_on: &[
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout",
        "https://docs.haproxy.org/2.6/configuration.html#4.2-timeout%20server",
        "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxytimeout",
        "https://varnish-cache.org/docs/7.1/reference/varnishd.html",
        "https://devcenter.heroku.com/articles/request-timeout",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Server,
            before: Lines::Prose(text!("An answer after 60 seconds at the latest.")),
            after: Lines::Prose(text!(
                "An answer after 25 seconds at the latest, with 204 where there is nothing to say."
            )),
            note: text!("The client asks again at once; that is shorter than all of these limits."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration("proxy_read_timeout 20s;"),
            after: Lines::Configuration("proxy_read_timeout 3600s;"),
            note: text!("In the location of the long polls."),
            tried_on: Some("nginx-asks-twice"),
        },
        Remedy {
            hop: Hop::Haproxy,
            before: Lines::Configuration("timeout server 20s"),
            after: Lines::Configuration(
                "timeout client 1h\ntimeout server 1h\ntimeout http-request 10s",
            ),
            note: text!("In `defaults`, or in the frontend and the backend of the long polls."),
            tried_on: Some("haproxy-asks-twice"),
        },
        Remedy {
            hop: Hop::Apache,
            before: Lines::Configuration("ProxyTimeout 20"),
            after: Lines::Configuration("ProxyTimeout 3600"),
            note: text!("Or `timeout=3600` on the `ProxyPass` of the long polls."),
            tried_on: Some("apache-proxy-timeout"),
        },
        Remedy {
            hop: Hop::Varnish,
            before: Lines::Configuration(".first_byte_timeout = 20s;"),
            after: Lines::Configuration(".first_byte_timeout = 3600s;"),
            note: text!("In the backend; or `varnishd -p first_byte_timeout=3600`."),
            tried_on: Some("varnish-first-byte"),
        },
        Remedy {
            hop: Hop::Caddy,
            before: Lines::Configuration("transport http {\n    response_header_timeout 20s\n}"),
            after: Lines::Configuration("transport http {\n    response_header_timeout 3600s\n}"),
            note: text!(
                "Without the option there is no limit; `read_timeout` there ends them as well."
            ),
            tried_on: Some("caddy-header-timeout"),
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    if sign.lane != Lane::LongPoll {
        return None;
    }
    if let Symptom::IdleCut { seconds } = sign.symptom {
        return Explained::high(say!(
            "questions that wait are given up after {seconds} s",
            seconds
        ));
    }
    let gave_up = matches!(sign.symptom, Symptom::Truncated | Symptom::EndedEarly)
        || matches!(sign.symptom, Symptom::AnsweredElsewhere { status } if GAVE_UP.contains(&status));
    let told = told(sign, evidence);
    let arrived = told.iter().any(|told| told.arrived().is_some_and(|all| !all.is_empty()));
    (gave_up && arrived).then(|| {
        Explained::medium(words!(
            "the question arrived, and something gave up before the server had answered"
        ))
    })?
}

/// How a hop says that it has waited too long.
const GAVE_UP: [u16; 5] = [408, 502, 503, 504, 524];

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::check::probe::Ask;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn answer_too_late_is_for_questions_that_arrived() {
        let wait = || {
            let wait = Ask::Wait { wait: Duration::from_secs(20) };
            Sample::of("wait", Lane::LongPoll, wait)
        };
        let arrived = wait().arrived(1, "HTTP/1.1", &[]);
        let (idle, status) =
            (Symptom::IdleCut { seconds: 4 }, |status| Symptom::AnsweredElsewhere { status });
        for (symptom, lane, sample, confidence) in [
            (idle.clone(), Lane::LongPoll, arrived.clone(), Some(Confidence::High)),
            (status(504), Lane::LongPoll, arrived.clone(), Some(Confidence::Medium)),
            (status(404), Lane::LongPoll, arrived.clone(), None),
            (status(504), Lane::LongPoll, wait(), None),
            (idle, Lane::Events, arrived, None),
        ] {
            assert_eq!(sure(&RULE, symptom, lane, &[sample], &["wait"]), confidence);
        }
    }
}
