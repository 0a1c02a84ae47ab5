//! A hop ends an answer on which nothing passes.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::probe::Lane;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "stream-silence-limit",
    title: text!("A silent stream is cut"),
    symptoms: &["idle_cut", "truncated"],
    symptom: text!(
        "A stream breaks off in the middle of its body after so many seconds without a byte \
         (`ERR_INCOMPLETE_CHUNKED_ENCODING`), while the server has more to say; with traffic it \
         lives."
    ),
    cause: text!(
        "A hop waits so long for the server's next bytes and no longer: nginx 60 s \
         (`proxy_read_timeout`), HAProxy the lesser of `timeout client` and `timeout server` (50 s \
         in Debian), Apache `ProxyTimeout` (60 s, 300 s in Debian), Varnish 60 s \
         (`between_bytes_timeout`), Envoy 300 s, an Application Load Balancer of Amazon 60 s, \
         Cloudflare 100 to 120 s, Heroku 55 s. Measured with the first four on settings of 3 s: \
         all leave the body truncated."
    ),
    look_alikes: text!(
        "A stream that is cut with traffic flowing has a lifetime. One that ends properly was \
         ended by a hop that closes chunked bodies itself. Where nothing arrives any more and \
         nothing ends, a flow was forgotten."
    ),
    rests_on: &[
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout",
        "https://docs.haproxy.org/2.6/configuration.html#4.2-timeout%20server",
        "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxytimeout",
        "https://varnish-cache.org/docs/7.1/reference/varnishd.html",
        "https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
        "https://developers.cloudflare.com/fundamentals/reference/connection-limits/",
        "https://devcenter.heroku.com/articles/request-timeout",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("data: 1\n\n(silence)"),
            after: Lines::Configuration("data: 1\n\n: still here\n\n"),
            note: text!(
                "A comment (or an item of your own) every 25 seconds keeps the stream through all \
                 of these limits; it is the remedy where the proxy is not yours."
            ),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration("proxy_read_timeout 60s;"),
            after: Lines::Configuration("proxy_read_timeout 3600s;"),
            note: text!(
                "In the location of the streams; Kubernetes' ingress has the annotation \
                 `nginx.ingress.kubernetes.io/proxy-read-timeout: \"3600\"`."
            ),
            tried_on: Some("nginx-read-timeout"),
        },
        Remedy {
            hop: Hop::Haproxy,
            before: Lines::Configuration("timeout client 50000\ntimeout server 50000"),
            after: Lines::Configuration(
                "timeout client 1h\ntimeout server 1h\ntimeout http-request 10s",
            ),
            note: text!(
                "The lesser of the two counts for streams; `timeout tunnel` is for sockets alone. \
                 The third line keeps clients from taking that long over a request."
            ),
            tried_on: Some("haproxy-short-timeouts"),
        },
        Remedy {
            hop: Hop::Apache,
            before: Lines::Configuration("ProxyTimeout 60"),
            after: Lines::Configuration("ProxyTimeout 3600"),
            note: text!("Or `timeout=3600` on the `ProxyPass` of the streams."),
            tried_on: Some("apache-proxy-timeout"),
        },
        Remedy {
            hop: Hop::Varnish,
            before: Lines::Configuration(".between_bytes_timeout = 60s;"),
            after: Lines::Configuration(".between_bytes_timeout = 3600s;"),
            note: text!("In the backend; or `varnishd -p between_bytes_timeout=3600`."),
            tried_on: Some("varnish-between-bytes"),
        },
        Remedy {
            hop: Hop::Envoy,
            before: Lines::Configuration("stream_idle_timeout: 300s"),
            after: Lines::Configuration(
                "route:\n  cluster: backend\n  timeout: 0s\n  idle_timeout: 3600s",
            ),
            note: text!("On the route of the streams."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Amazon,
            before: Lines::Configuration("idle_timeout.timeout_seconds = 60"),
            after: Lines::Configuration(
                "aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN --attributes \
                 Key=idle_timeout.timeout_seconds,Value=300",
            ),
            note: text!(
                "Of an Application Load Balancer. Send something at least twice in that time: what \
                 is sent just as it ends races with it."
            ),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    if matches!(sign.lane, Lane::Socket | Lane::LongPoll) {
        return None;
    }
    let told = told(sign, evidence);
    if let Symptom::IdleCut { seconds } = sign.symptom {
        let ends_properly = told.iter().any(|told| told.has_ended_properly());
        return (!ends_properly).then(|| {
            Explained::high(say!(
                "streams with nothing to say end after {seconds} s, those with traffic live",
                seconds
            ))
        })?;
    }
    let silence = told.iter().filter_map(|told| told.silence_before_end()).min();
    let silence =
        silence.filter(|millis| sign.symptom == Symptom::Truncated && *millis >= SILENCE)?;
    Explained::medium(say!("it broke off after {seconds} s of silence", seconds = silence / 1_000))
}

/// How many milliseconds without a byte are silence.
const SILENCE: u64 = 1_500;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::observed::Heard;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn stream_silence_limit_is_told_by_the_silence_before_the_end() {
        let cut = |at| {
            let broke = Heard::Broke { error: "incomplete".to_owned() };
            Sample::stream("idle", Lane::Events, |_| {}).items([60, 160]).note(at, broke)
        };
        let ended =
            Sample::stream("idle", Lane::Events, |_| {}).items([60]).note(3_060, Heard::Ended);
        let idle = Symptom::IdleCut { seconds: 60 };
        for (symptom, lane, sample, confidence) in [
            (&idle, Lane::Events, cut(60_160), Some(Confidence::High)),
            (&idle, Lane::Events, ended, None),
            (&idle, Lane::Socket, cut(60_160), None),
            (&Symptom::Truncated, Lane::Events, cut(3_160), Some(Confidence::Medium)),
            (&Symptom::Truncated, Lane::Events, cut(260), None),
            (&Symptom::EndedEarly, Lane::Events, cut(3_160), None),
        ] {
            let found = sure(&RULE, symptom.clone(), lane, &[sample], &["idle"]);
            assert_eq!(found, confidence, "{symptom:?}");
        }
    }
}
