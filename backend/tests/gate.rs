//! Who may connect, by requests that are made by hand.

mod support;

use echoclock_backend::forwarded::Trusted;
use echoclock_backend::origin::Allowed;
use echoclock_shared::info::Info;
use echoclock_shared::path;
use echoclock_shared::problem::Problem;
use http::{HeaderMap, Method, StatusCode};

use support::{Server, Setup, Wire};

const LISTED: &str = "https://app.example";

async fn server(allowed: Allowed) -> Server {
    support::start_with(Setup { allowed, ..Setup::default() }).await
}

fn listed() -> Allowed {
    let others = ["http://localhost:8080", LISTED];
    Allowed::Listed(others.map(|origin| origin.parse().expect(origin)).to_vec())
}

type Headers = [(&'static str, &'static str)];

async fn get(server: &Server, path: &str, headers: &Headers) -> reqwest::Response {
    let mut request = reqwest::Client::new().get(server.http(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer")
}

/// Opens a socket by hand, and returns the status.
async fn open_socket(server: &Server, headers: &Headers) -> u16 {
    let mut wire = Wire::open(server.address()).await;
    let has_host = headers.iter().any(|(name, _)| *name == "host");
    let host = if has_host { "" } else { "host: echo.example:3000\r\n" };
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    wire.write(format!(
        "GET {} HTTP/1.1\r\n{host}connection: Upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n",
        path::ECHO
    ))
    .await;
    wire.read_head().await[9..12].parse().expect("a status")
}

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
    ];
    for (server, headers, origin, credentials) in rows {
        for path in [path::CLOCK_EVENTS, "/api/nowhere"] {
            let answer = get(server, path, headers).await;
            let sent = |name| answer.headers().get(name).map(|v| v.to_str().expect("text"));
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
async fn only_trusted_proxies_tell_what_was_asked_for() {
    let trusted = |networks: &[&str]| {
        let networks = networks.iter().map(|network| network.parse().expect(network));
        Setup { trusted_proxies: Trusted::new(networks.collect()), ..Setup::default() }
    };
    for (networks, is_trusted) in
        [(&["127.0.0.0/8"][..], true), (&["192.0.2.0/24", "::1"], false), (&[], false)]
    {
        let server = support::start_with(trusted(networks)).await;
        for told in [
            ("x-forwarded-host", "e.example"),
            ("forwarded", "host=e.example"),
            ("x-forwarded-port", "8080"),
        ] {
            let origin = if told.1 == "8080" { "http://h:8080" } else { "https://e.example" };
            let headers: &Headers = &[("host", "h"), ("origin", origin), told];
            let expected = if is_trusted { 101 } else { 403 };
            assert_eq!(open_socket(&server, headers).await, expected, "{told:?} by {networks:?}");
        }
        let told: &Headers = &[
            ("x-forwarded-proto", "https,http"),
            ("x-forwarded-for", "192.0.2.7, 127.0.0.2"),
            ("forwarded", "for=192.0.2.7;by=127.0.0.1"),
        ];
        let info: Info = get(&server, path::INFO, told).await.json().await.expect("an Info");
        let seen = info.request;
        let client = seen.client.expect("a client");
        let shown = [seen.scheme, seen.x_forwarded_for.expect("it was sent")];
        let forwarded = seen.forwarded.expect("it was sent");
        if is_trusted {
            assert_eq!(
                (&*client, shown),
                ("192.0.2.7", ["https", "192.0.2.7, proxy"].map(str::to_owned))
            );
            assert_eq!(forwarded, "for=192.0.2.7;by=proxy");
        } else {
            assert!(client.starts_with("127.0.0.1:"), "{client}");
            assert_eq!(shown, ["http", "192.0.2.7, 127.0.0.2"].map(str::to_owned));
            assert_eq!(forwarded, "for=192.0.2.7;by=127.0.0.1");
        }
    }
}

#[tokio::test]
async fn a_refusal_names_no_host_that_the_page_has_not_named() {
    let server = server(Allowed::Listed(vec![])).await;
    for from in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-party"),
    ] {
        let headers: &Headers = &[
            ("host", "inside.example:3000"),
            ("x-forwarded-host", "inside.example"),
            ("x-forwarded-for", "inside.example"),
            ("forwarded", "host=inside.example;by=inside.example"),
            from,
        ];
        let answer = get(&server, path::INFO, headers).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        assert!(!format!("{:?}", answer.headers()).contains("inside"), "{from:?}");
        let told = answer.text().await.expect("a problem");
        assert!(
            !told.contains("inside") && !told.contains(&server.address().to_string()),
            "{told}"
        );
    }
}

#[tokio::test]
async fn info_tells_whether_a_socket_would_be_refused() {
    let server = server(Allowed::Listed(vec![])).await;
    // A proxy that rewrites Host: the page's GET has no Origin, its socket will have one.
    let behind_proxy: &Headers = &[
        ("sec-fetch-site", "same-origin"),
        ("referer", "https://shown.example/page?x#y"),
        ("via", "1.1 proxy"),
        ("forwarded", "for=192.0.2.1"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-proto", "https"),
    ];
    let info: Info = get(&server, path::INFO, behind_proxy).await.json().await.expect("an Info");
    assert!(!info.socket.allowed);
    let reason = info.socket.reason.expect("a reason");
    assert!(reason.contains("--allow-origin https://shown.example would"), "{reason}");
    assert!(reason.contains("X-Forwarded-Host"), "{reason}");
    let seen = info.request;
    assert_eq!((&*seen.http_version, &*seen.scheme), ("HTTP/1.1", "https"));
    assert_eq!(seen.host, Some(server.address().to_string()));
    assert_eq!(seen.client.as_deref(), Some("192.0.2.1"));
    assert_eq!(seen.origin, None);
    assert_eq!(seen.via.as_deref(), Some("1.1 proxy"));
    assert_eq!(seen.forwarded.as_deref(), Some("for=192.0.2.1"));
    assert_eq!(seen.x_forwarded_for.as_deref(), Some("192.0.2.1"));

    let forwarding: &Headers =
        &[("referer", "https://shown.example/"), ("x-forwarded-host", "shown.example")];
    for headers in [forwarding, &[]] {
        let info: Info = get(&server, path::INFO, headers).await.json().await.expect("an Info");
        assert!(info.socket.allowed, "{headers:?}: {:?}", info.socket);
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
