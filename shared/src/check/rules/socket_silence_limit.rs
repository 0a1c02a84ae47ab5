//! A hop ends a socket on which nothing passes.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::probe::Lane;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::signs::{Sign, Symptom};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "socket-silence-limit",
    title: text!("A silent socket is cut"),
    symptoms: &["idle_cut"],
    symptom: text!(
        "A socket ends without a close frame (1006) after so many seconds without a frame; pings \
         keep it."
    ),
    cause: text!(
        "A hop lets a tunnel be silent so long and no longer: nginx 60 s (`proxy_read_timeout`, \
         for both directions), HAProxy `timeout tunnel`, or without it the lesser of `timeout \
         client` and `timeout server` (50 s in Debian), Apache the longer one of `Timeout` (60 s, \
         300 s in Debian) and `ProxyTimeout`, Varnish 60 s (`pipe_timeout`), Traefik 180 s, an \
         Application Load Balancer of Amazon 60 s, its API Gateway 10 minutes, Azure's Front Door \
         5 minutes, Cloudflare 100 s. Measured with the first four. A `timeout tunnel 0` of \
         HAProxy means `timeout client`, and not for ever."
    ),
    look_alikes: text!(
        "A socket that is cut with traffic flowing has a lifetime. Where nothing arrives any more \
         and nothing ends, a flow was forgotten."
    ),
    rests_on: &[
        "https://nginx.org/en/docs/http/websocket.html",
        "https://docs.haproxy.org/2.6/configuration.html#4.2-timeout%20tunnel",
        "https://httpd.apache.org/docs/2.4/mod/core.html#timeout",
        "https://varnish-cache.org/docs/7.1/reference/varnishd.html",
        "https://doc.traefik.io/traefik/routing/entrypoints/#respondingtimeouts",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
        "https://learn.microsoft.com/en-us/azure/frontdoor/standard-premium/websocket",
        "https://developers.cloudflare.com/fundamentals/reference/connection-limits/",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Server,
            before: Lines::Prose(text!(
                "A socket that says nothing while there is nothing to say."
            )),
            after: Lines::Prose(text!("A ping from the server every 25 seconds.")),
            note: text!(
                "Browsers answer pings by themselves; a page can't send one, so a client in a \
                 browser says a message of its own. It is the remedy where the proxy is not yours."
            ),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration("proxy_read_timeout 60s;"),
            after: Lines::Configuration("proxy_read_timeout 3600s;\nproxy_send_timeout 3600s;"),
            note: text!("In the location of the sockets."),
            tried_on: Some("nginx-read-timeout-deep"),
        },
        Remedy {
            hop: Hop::Haproxy,
            before: Lines::Configuration("timeout client 50000\ntimeout server 50000"),
            after: Lines::Configuration(
                "timeout client 50000\ntimeout server 50000\ntimeout tunnel 1h\ntimeout client-fin \
                 30s",
            ),
            note: text!(
                "In `defaults`. For never write `24d`: `0` falls back to `timeout client`."
            ),
            tried_on: Some("haproxy-debian"),
        },
        Remedy {
            hop: Hop::Apache,
            before: Lines::Configuration("Timeout 60"),
            after: Lines::Configuration("Timeout 3600"),
            note: text!(
                "In the server or the virtual host; `RequestReadTimeout` goes on to keep slow \
                 clients off."
            ),
            tried_on: Some("apache-timeouts"),
        },
        Remedy {
            hop: Hop::Varnish,
            before: Lines::Configuration("varnishd -p pipe_timeout=60"),
            after: Lines::Configuration("varnishd -p pipe_timeout=3600"),
            note: text!("A parameter of the program."),
            tried_on: Some("varnish-pipe-timeout"),
        },
        Remedy {
            hop: Hop::Traefik,
            before: Lines::Configuration("entryPoints:\n  web:\n    address: \":80\""),
            after: Lines::Configuration(
                "entryPoints:\n  web:\n    address: \":80\"\n    transport:\n      \
                 respondingTimeouts:\n        idleTimeout: 3600s",
            ),
            note: text!("In the static configuration."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Amazon,
            before: Lines::Configuration("idle_timeout.timeout_seconds = 60"),
            after: Lines::Configuration(
                "aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN --attributes \
                 Key=idle_timeout.timeout_seconds,Value=300",
            ),
            note: text!("Of an Application Load Balancer; pings of HTTP/2 do not count."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, _: &Evidence) -> Option<Explained> {
    let Symptom::IdleCut { seconds } = sign.symptom else { return None };
    (sign.lane == Lane::Socket).then(|| {
        Explained::high(say!("sockets with nothing to say end after {seconds} s", seconds))
    })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::rule::{Confidence, sure};

    #[test]
    fn socket_silence_limit_is_for_sockets() {
        let idle = Symptom::IdleCut { seconds: 60 };
        for (symptom, lane, confidence) in [
            (&idle, Lane::Socket, Some(Confidence::High)),
            (&idle, Lane::Events, None),
            (&Symptom::Lifetime { seconds: 60 }, Lane::Socket, None),
        ] {
            assert_eq!(sure(&RULE, symptom.clone(), lane, &[], &[]), confidence);
        }
    }
}
