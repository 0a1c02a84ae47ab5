//! A stream is taken out of a cache, or shared by several followers.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::{say, text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "stream-cached",
    title: text!("A cache keeps the stream, or has followers share it"),
    symptoms: &["replayed", "shared"],
    symptom: text!(
        "Two followers are told the same name of a connection, and the server saw one request for \
         both; or items that are older than the request arrive in one burst, and the stream ends \
         at once."
    ),
    cause: text!(
        "A cache takes a stream for a document: it joins requests for the same address, and keeps \
         what it has read for whoever comes next. Measured: Varnish 7.1 (two clients, one request \
         at the server), nginx 1.22 with `proxy_cache` and `proxy_ignore_headers Cache-Control` (a \
         third client was given an old stream within a millisecond). A cache that heeds `no-store` \
         does neither."
    ),
    look_alikes: text!(
        "A page's own service worker may keep answers as well; from the command line there is \
         none."
    ),
    rests_on: &[
        "https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.5",
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache",
        "https://varnish-cache.org/docs/7.1/users-guide/increasing-your-hitrate.html",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration(
                "proxy_cache live;\nproxy_ignore_headers Cache-Control Expires;",
            ),
            after: Lines::Configuration("proxy_cache off;"),
            note: text!(
                "In the location of live connections. A cache that heeds `Cache-Control` may stay."
            ),
            tried_on: Some("nginx-cache"),
        },
        Remedy {
            hop: Hop::Varnish,
            before: Lines::Configuration("sub vcl_recv {\n    return (hash);\n}"),
            after: Lines::Configuration(
                "sub vcl_recv {\n    if (req.url ~ \"/api/\" && !req.http.upgrade) {\n        \
                 return (pass);\n    }\n    return (hash);\n}",
            ),
            note: text!("Before all else in `vcl_recv`; sockets are left to `return (pipe)`."),
            tried_on: Some("varnish-shares"),
        },
        Remedy {
            hop: Hop::Apache,
            before: Lines::Configuration("CacheEnable disk \"/\""),
            after: Lines::Configuration("CacheEnable disk \"/\"\nCacheDisable \"/api/\""),
            note: text!("And no `CacheIgnoreCacheControl On`."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Cloudflare,
            before: Lines::Prose(text!(
                "A cache rule that makes all of the host eligible for the cache."
            )),
            after: Lines::Prose(text!(
                "A cache rule for the paths of live connections: \"Bypass cache\"."
            )),
            note: text!("Under Caching, Cache Rules; it stands after the other one."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Amazon,
            before: Lines::Prose(text!(
                "A CloudFront behaviour with a cache policy that has a minimum TTL over 0."
            )),
            after: Lines::Prose(text!(
                "A behaviour for the paths of live connections with the managed policy \
                 `CachingDisabled`."
            )),
            note: text!("With the origin request policy `AllViewer`."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("Content-Type: text/event-stream"),
            after: Lines::Configuration("Content-Type: text/event-stream\nCache-Control: no-store"),
            note: text!("Echoclock always says so; a server of your own has to."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let hit = told(sign, evidence).iter().find_map(|told| told.header("age"));
    let is_shared = sign.symptom == Symptom::Shared;
    if !is_shared && sign.symptom != Symptom::Replayed {
        return None;
    }
    Explained::high(match (is_shared, hit) {
        (true, None) => {
            words!("followers were told of one connection, so requests for one address are joined")
                .to_owned()
        }
        (true, Some(age)) => say!(
            "followers were told of one connection, so requests for one address are joined; the \
             answer says `Age: {age}`",
            age
        ),
        (false, None) => words!("items came that were said before they were asked for").to_owned(),
        (false, Some(age)) => say!(
            "items came that were said before they were asked for; the answer says `Age: {age}`",
            age
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};

    #[test]
    fn stream_cached_is_told_by_the_symptom_itself() {
        for (symptom, confidence) in [
            (Symptom::Replayed, Some(Confidence::High)),
            (Symptom::Shared, Some(Confidence::High)),
            (Symptom::HeldWhole, None),
        ] {
            assert_eq!(sure(&RULE, symptom, Lane::Events, &[], &[]), confidence);
        }
    }
}
