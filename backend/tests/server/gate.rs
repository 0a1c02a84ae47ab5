//! Who may connect, by requests that are made by hand.

use echoclock_backend::origin::Allowed;
use echoclock_shared::path;
use echoclock_shared::problem::Problem;
use http::{HeaderMap, Method, StatusCode};

use crate::support::Server;
use crate::support::asks::{Headers, LISTED, get, listed, open_socket, server};

#[tokio::test]
async fn only_own_pages_tools_and_listed_origins_come_in() {
    let own = server(Allowed::Listed(vec![])).await;
    let some = server(listed()).await;
    let all = server(Allowed::Anyone).await;
    // Of each request: whether a server lets it in that lists nobody, some, everyone.
    let rows: &[(&Headers, [bool; 3])] = &[
        // No browser.
        (&[], [true, true, true]),
        (&[("origin", "")], [true, true, true]),
        (&[("origin", ""), ("sec-fetch-site", "")], [true, true, true]),
        // The page itself.
        (&[("origin", "http://echo.example:3000")], [true, true, true]),
        (&[("origin", "HTTP://ECHO.example:3000")], [true, true, true]),
        (&[("sec-fetch-site", "same-origin")], [true, true, true]),
        (&[("sec-fetch-site", "none")], [true, true, true]),
        // The page itself, behind proxies.
        (&[("origin", "https://e.example"), ("host", "e.example")], [true, true, true]),
        (&[("origin", "https://e.example"), ("host", "e.example:443")], [true, true, true]),
        (&[("origin", "http://e.example"), ("host", "e.example:80")], [true, true, true]),
        (&[("origin", "https://e.example"), ("x-forwarded-host", "e.example, p")], [true; 3]),
        (&[("origin", "https://e.example"), ("forwarded", "for=_x;host=e.example")], [true; 3]),
        (
            &[
                ("origin", "http://e.example:8080"),
                ("host", "e.example"),
                ("x-forwarded-port", "8080"),
            ],
            [true; 3],
        ),
        (&[("origin", "http://e.example"), ("sec-fetch-site", "same-origin")], [true; 3]),
        // A listed page: by fetch or socket, and by an image or iframe.
        (&[("origin", LISTED)], [false, true, true]),
        (&[("origin", LISTED), ("sec-fetch-site", "cross-site")], [false, true, true]),
        (
            &[("referer", "https://app.example/a"), ("sec-fetch-site", "cross-site")],
            [false, true, true],
        ),
        (
            &[("origin", "http://localhost:8080"), ("sec-fetch-site", "same-site")],
            [false, true, true],
        ),
        // Pages from elsewhere.
        (&[("origin", "https://evil.example")], [false, false, true]),
        (&[("origin", "null")], [false, false, true]),
        (&[("origin", "http://echo.example")], [false, false, true]),
        (&[("origin", "http://echo.example:3001")], [false, false, true]),
        (&[("origin", "https://app.example.evil.example")], [false, false, true]),
        (&[("origin", "https://app.example:8443")], [false, false, true]),
        (&[("origin", "http://app.example")], [false, false, true]),
        (&[("origin", "https://e.example"), ("host", "f.example")], [false, false, true]),
        // A port that was lost may have been any.
        (&[("origin", "http://e.example:8080"), ("host", "e.example")], [false, false, true]),
        (
            &[
                ("origin", "http://e.example:8081"),
                ("host", "e.example"),
                ("x-forwarded-port", "8080"),
            ],
            [false, false, true],
        ),
        (&[("sec-fetch-site", "cross-site")], [false, false, true]),
        (&[("sec-fetch-site", "same-site")], [false, false, true]),
        (
            &[("referer", "https://evil.example/"), ("sec-fetch-site", "cross-site")],
            [false, false, true],
        ),
        (
            &[("origin", "http://echo.example:3000"), ("sec-fetch-site", "cross-site")],
            [false, false, true],
        ),
        // What no browser sends.
        (&[("sec-fetch-site", "SAME-ORIGIN")], [false, false, true]),
        (&[("sec-fetch-site", "same-party")], [false, false, true]),
        (&[("sec-fetch-site", "same-origin, cross-site")], [false, false, true]),
        (
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
            [false, false, true],
        ),
        (
            &[("origin", "http://echo.example:3000"), ("sec-fetch-site", "same-party")],
            [false, false, true],
        ),
        (&[("origin", LISTED), ("sec-fetch-site", "same-party")], [false, true, true]),
        (&[("origin", "http://echo.example:3000"), ("origin", LISTED)], [false, false, true]),
        // A header that a browser sends of its own accord is no way in.
        (
            &[("referer", "https://app.example/"), ("origin", "https://evil.example")],
            [false, false, true],
        ),
    ];
    for (headers, let_in) in rows {
        for (server, let_in) in [&own, &some, &all].into_iter().zip(let_in) {
            let who = format!("{headers:?} at a server that allows {:?}", server.state.allowed);
            let status = open_socket(server, headers).await;
            assert_eq!(status, if *let_in { 101 } else { 403 }, "socket: {who}");

            let mut request = vec![("host", "echo.example:3000")];
            request.retain(|(name, _)| !headers.iter().any(|(other, _)| other == name));
            request.extend_from_slice(headers);
            for path in [path::CLOCK_EVENTS, path::INFO, "/api/nowhere"] {
                let answer = get(server, path, &request).await;
                assert_eq!(answer.status() != StatusCode::FORBIDDEN, *let_in, "{path}: {who}");
            }
        }
    }
}

/// Every word of the Fetch Metadata standard's, and one that nobody knows.
const SITES: [&str; 5] = ["none", "same-origin", "same-site", "cross-site", "same-party"];
const MODES: [&str; 7] =
    ["navigate", "cors", "no-cors", "same-origin", "websocket", "webtransport", "other"];
const DESTINATIONS: [&str; 12] = [
    "document",
    "empty",
    "iframe",
    "frame",
    "fencedframe",
    "embed",
    "object",
    "image",
    "script",
    "style",
    "worker",
    "document, iframe",
];

#[tokio::test]
async fn a_link_from_elsewhere_is_a_visit_and_nothing_else_is() {
    let own = server(Allowed::Listed(vec![])).await;
    let client = reqwest::Client::new();
    let methods = [Method::GET, Method::HEAD, Method::POST];
    for site in SITES {
        for mode in MODES {
            for destination in DESTINATIONS {
                for method in &methods {
                    for origin in [None, Some(""), Some("null"), Some("https://evil.example")] {
                        let mut request = client
                            .request(method.clone(), own.http(path::INFO))
                            .header("sec-fetch-site", site)
                            .header("sec-fetch-mode", mode)
                            .header("sec-fetch-dest", destination)
                            .header("referer", "https://evil.example/");
                        if let Some(origin) = origin {
                            request = request.header("origin", origin);
                        }
                        let is_said = origin.is_some_and(|origin| !origin.is_empty());
                        let is_visit = (mode, destination) == ("navigate", "document")
                            && *method != Method::POST;
                        let let_in = match site {
                            "same-origin" => true,
                            "none" => !is_said,
                            "same-site" | "cross-site" => is_visit && !is_said,
                            _ => false,
                        };
                        let answer = request.send().await.expect("an answer");
                        let who = format!("{method} {site} {mode} {destination} {origin:?}");
                        assert_eq!(answer.status() != StatusCode::FORBIDDEN, let_in, "{who}");
                        let is_shared =
                            answer.headers().contains_key("access-control-allow-origin");
                        let explains = is_said && !let_in && *method == Method::GET;
                        assert_eq!(is_shared, explains, "{who}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_visit_opens_no_socket_and_is_shared_with_nobody() {
    let visit: &Headers = &[
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    let own = server(Allowed::Listed(vec![])).await;
    for path in [path::INFO, path::CLOCK_EVENTS, "/api/clock", "/api/nowhere"] {
        let answer = get(&own, path, visit).await;
        assert_ne!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        for name in ["access-control-allow-origin", "timing-allow-origin"] {
            assert!(!answer.headers().contains_key(name), "{name} at {path}");
        }
        let policy = answer.headers()["content-security-policy"].to_str().expect("text");
        assert!(policy.ends_with("frame-ancestors 'self'"), "{policy}");
    }
    // A browser's socket says its origin, whatever else it says.
    let socket = [visit, &[("origin", "https://evil.example")]].concat();
    assert_eq!(open_socket(&own, &socket).await, 403);
}

#[tokio::test]
async fn answers_are_shared_with_who_was_let_in() {
    let some = server(listed()).await;
    let all = server(Allowed::Anyone).await;
    let rows: &[(&Server, &Headers, Option<&str>, bool)] = &[
        (&some, &[], None, false),
        (&some, &[("origin", LISTED)], Some(LISTED), true),
        (&some, &[("origin", "https://evil.example")], None, false),
        (&all, &[("origin", LISTED)], Some("*"), false),
        (&all, &[("origin", "null")], Some("*"), false),
        // An iframe's document, which a page that isolates itself may only have if that is said.
        (
            &some,
            &[("referer", "https://app.example/a"), ("sec-fetch-site", "cross-site")],
            Some(LISTED),
            true,
        ),
    ];
    for (server, headers, origin, credentials) in rows {
        for path in [path::CLOCK_EVENTS, "/api/clock/frame", "/api/nowhere"] {
            let answer = get(server, path, headers).await;
            let sent = |name| answer.headers().get(name).map(|v| v.to_str().expect("text"));
            let whose = if origin.is_some() { "cross-origin" } else { "same-origin" };
            assert_eq!(sent("cross-origin-resource-policy"), Some(whose), "{path} {headers:?}");
            assert_eq!(sent("access-control-allow-origin"), *origin, "{path} {headers:?}");
            assert_eq!(sent("timing-allow-origin"), *origin);
            let allowed = sent("access-control-allow-credentials");
            assert_eq!(allowed, credentials.then_some("true"), "{headers:?}");
            assert_eq!(sent("vary"), Some("origin"));
            assert!(sent("cache-control").is_some_and(|cache| cache.starts_with("no-store")));
            assert_eq!(sent("x-content-type-options"), Some("nosniff"));
        }
    }
}

#[tokio::test]
async fn a_preflight_is_answered() {
    let server = server(listed()).await;
    let preflight = async |origin: &str, asked: bool| {
        let mut request = reqwest::Client::new()
            .request(Method::OPTIONS, server.http(path::CLOCK_EVENTS))
            .header("origin", origin);
        if asked {
            request = request
                .header("access-control-request-method", "GET")
                .header("access-control-request-headers", "last-event-id");
        }
        request.send().await.expect("an answer")
    };
    let answer = preflight(LISTED, true).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let sent = |headers: &HeaderMap, name| headers[name].to_str().expect("text").to_owned();
    let headers = answer.headers();
    assert_eq!(sent(headers, "access-control-allow-origin"), LISTED);
    assert_eq!(sent(headers, "access-control-allow-credentials"), "true");
    assert!(sent(headers, "access-control-allow-methods").contains("GET"));
    assert!(sent(headers, "access-control-allow-headers").contains("last-event-id"));

    let refused = preflight("https://evil.example", true).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(!refused.headers().contains_key("access-control-allow-origin"));
    assert_eq!(preflight(LISTED, false).await.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_refusal_names_the_origin_and_what_would_allow_it() {
    let server = server(Allowed::Listed(vec![])).await;
    for (origin, flag) in [
        ("https://evil.example", "--allow-origin https://evil.example would"),
        ("null", "only --allow-origin '*' would"),
    ] {
        let headers: &Headers = &[("origin", origin)];
        let answer = get(&server, path::INFO, headers).await;
        // The page that is refused may read why, here and only here.
        assert_eq!(answer.headers()["access-control-allow-origin"], origin);
        assert!(!answer.headers().contains_key("access-control-allow-credentials"));
        let problem: Problem = answer.json().await.expect("a problem");
        assert_eq!((problem.status, problem.parameter.as_deref()), (403, Some("Origin")));
        assert!(problem.detail.contains(origin), "{}", problem.detail);
        assert!(problem.detail.contains(flag), "{}", problem.detail);
    }
}

#[tokio::test]
async fn the_page_may_be_framed_by_who_may_connect() {
    for (allowed, ancestors) in [
        (Allowed::Listed(vec![]), "frame-ancestors 'self'".to_owned()),
        (listed(), format!("frame-ancestors 'self' http://localhost:8080 {LISTED}")),
        (Allowed::Anyone, "frame-ancestors *".to_owned()),
    ] {
        let server = server(allowed).await;
        for path in ["/", path::INFO, path::CLOCK_EVENTS] {
            let answer = get(&server, path, &[]).await;
            let policy = answer.headers()["content-security-policy"].to_str().expect("text");
            assert!(policy.ends_with(&ancestors), "{path}: {policy}");
            assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
            assert!(!policy.contains("unsafe-inline") && !policy.contains(" 'unsafe-eval'"));
        }
        // Whoever follows a link to the page may come from anywhere.
        let link: &Headers = &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
        assert_eq!(get(&server, "/", link).await.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn http2_is_judged_by_its_authority() {
    let server = server(Allowed::Listed(vec![])).await;
    let client = reqwest::Client::builder().http2_prior_knowledge().build().expect("a client");
    for (origin, status) in [
        (server.http(""), StatusCode::OK),
        ("http://evil.example".to_owned(), StatusCode::FORBIDDEN),
    ] {
        let request = client.get(server.http(path::INFO)).header("origin", origin);
        let answer = request.send().await.expect("an answer");
        assert_eq!((answer.status(), answer.version()), (status, http::Version::HTTP_2));
    }
}
