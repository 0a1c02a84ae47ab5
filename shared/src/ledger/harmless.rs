//! Which headers can't carry secrets.

/// Returns whether the values of a header of this name, in lower case, can be shown.
///
/// Proxies add secrets, by names that nobody could list, and ledgers and reports are passed on: so the
/// harmless headers are listed instead. [`super::hidden`] stands for the values of all others.
pub fn is_harmless(name: &str) -> bool {
    HARMLESS.binary_search(&name).is_ok()
}

/// What a browser sends of its own accord, what proxies say of themselves, what belongs to HTTP, and
/// what this server answers with. Not among them: `Cookie`, `Authorization`, and
/// `Sec-WebSocket-Protocol`, in which some clients carry tokens; `Set-Cookie`; and `Location`, in whose
/// query logins carry codes.
const HARMLESS: [&str; 77] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-max-age",
    "access-control-request-headers",
    "access-control-request-method",
    "age",
    "allow",
    "cache-control",
    "cdn-loop",
    "cf-ray",
    "connection",
    "content-encoding",
    "content-language",
    "content-length",
    "content-security-policy",
    "content-type",
    "date",
    "dnt",
    "etag",
    "expect",
    "host",
    "http2-settings",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "last-event-id",
    "max-forwards",
    "origin",
    "pragma",
    "priority",
    "proxy-connection",
    "range",
    "referer",
    "referrer-policy",
    "retry-after",
    "save-data",
    "sec-ch-ua",
    "sec-ch-ua-mobile",
    "sec-ch-ua-platform",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-fetch-storage-access",
    "sec-fetch-user",
    "sec-gpc",
    "sec-purpose",
    "sec-websocket-accept",
    "sec-websocket-extensions",
    "sec-websocket-key",
    "sec-websocket-version",
    "server",
    "te",
    "timing-allow-origin",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "upgrade-insecure-requests",
    "user-agent",
    "vary",
    "via",
    "warning",
    "x-accel-buffering",
    "x-content-type-options",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-requested-with",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_harmless() {
        assert!(HARMLESS.is_sorted(), "it is searched by halves");
        for (name, is_one) in [
            ("accept", true),
            ("x-requested-with", true),
            ("cookie", false),
            ("set-cookie", false),
            ("location", false),
            ("x-nobody-knows", false),
        ] {
            assert_eq!(is_harmless(name), is_one, "{name}");
        }
    }
}
