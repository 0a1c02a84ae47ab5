//! The server's own page behind a proxy that hides whose it is: it gets in by a pass, and nobody else
//! does.

use std::time::Duration;

use echoclock_backend::limits::Limits;
use echoclock_backend::origin::Allowed;
use echoclock_shared::info::{Info, Opening};
use echoclock_shared::pass::Pass;
use echoclock_shared::path;
use echoclock_shared::problem::Problem;
use http::StatusCode;

use crate::support::asks::{Headers, LISTED, listed, open_socket_at, server};
use crate::support::{self, Server, Setup, Wire};

/// What a browser sends of itself with a plain request of the server's own page, as it arrives
/// behind a proxy that rewrites `Host`.
const OWN_PAGE: &Headers = &[("host", "upstream:3000"), ("referer", "https://shown.example/")];

/// The same with a socket or a POST.
const OWN_SOCKET: &Headers = &[("host", "upstream:3000"), ("origin", "https://shown.example")];

async fn ask(server: &Server, query: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let path = format!("{}{query}", path::INFO);
    let mut request = reqwest::Client::new().get(server.http(&path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer")
}

/// A pass, and the cookie of the browser that it was given to.
struct Given {
    pass: Pass,
    cookie: String,
}

impl Given {
    async fn by(server: &Server) -> Self {
        Self::read(ask(server, "?pass=", OWN_PAGE).await).await.expect("a pass")
    }

    async fn read(answer: reqwest::Response) -> Option<Self> {
        let cookie = answer.headers().get("set-cookie");
        let cookie = cookie.map(|cookie| cookie.to_str().expect("text").to_owned());
        let info: Info = answer.json().await.expect("an Info");
        assert_eq!(info.pass.is_some(), cookie.is_some(), "{info:?}");
        let cookie = cookie?.split(';').next().expect("a pair").to_owned();
        Some(Self { pass: info.pass?, cookie })
    }
}

/// Opens the chat's socket as a page would whose origin is not the server's by its headers.
async fn socket(server: &Server, pass: Option<&str>, cookie: Option<&str>) -> u16 {
    let query = pass.map(|pass| format!("?pass={pass}")).unwrap_or_default();
    let mut headers = OWN_SOCKET.to_vec();
    headers.extend(cookie.map(|cookie| ("cookie", cookie)));
    open_socket_at(server, &format!("{}{query}", path::ECHO), &headers).await
}

#[tokio::test]
async fn a_pass_lets_in_whatever_origin_and_host_say() {
    let server = support::start().await;
    let other = support::start().await;
    let (given, elsewhere) = (Given::by(&server).await, Given::by(&other).await);
    let another = Given::by(&server).await;
    assert_ne!(given.cookie, another.cookie);
    let (pass, cookie) = (Some(&*given.pass.value), Some(&*given.cookie));
    for (pass, cookie, status) in [
        (pass, cookie, 101),
        (None, cookie, 403),
        (None, None, 403),
        (Some(""), cookie, 403),
        // Somebody who is no browser can get a pass, but no browser to show its cookie.
        (pass, None, 403),
        (pass, Some(&*another.cookie), 403),
        (Some(&*another.pass.value), cookie, 403),
        // A server that has started since has another key.
        (Some(&*elsewhere.pass.value), Some(&*elsewhere.cookie), 403),
        (Some(&*elsewhere.pass.value), cookie, 403),
    ] {
        assert_eq!(socket(&server, pass, cookie).await, status, "{pass:?} of {cookie:?}");
    }

    let say = r#"{"type":"say","key":1,"text":"hello"}"#;
    for (query, status) in [
        (format!("?pass={}", given.pass.value), StatusCode::OK),
        ("?pass=0-0".to_owned(), StatusCode::FORBIDDEN),
    ] {
        let address = server.http(&format!("{}{query}", path::ECHO_ONCE));
        let mut post = reqwest::Client::new().post(address).header("cookie", &given.cookie);
        for (name, value) in OWN_SOCKET {
            post = post.header(*name, *value);
        }
        let answer = post.body(say).send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{query}");
        assert!(!answer.headers().contains_key("access-control-allow-origin"));
    }
}

#[tokio::test]
async fn a_pass_that_is_over_is_none() {
    let limits = Limits { pass: Duration::ZERO, ..Limits::default() };
    let server = support::start_with(Setup { limits, ..Setup::default() }).await;
    let given = Given::by(&server).await;
    assert_eq!(socket(&server, Some(&given.pass.value), Some(&given.cookie)).await, 403);
}

#[tokio::test]
async fn a_browser_keeps_its_name_so_that_all_its_tabs_have_passes() {
    let server = support::start().await;
    let first = Given::by(&server).await;
    let headers = [OWN_PAGE, &[("cookie", &*first.cookie)]].concat();
    let query = format!("?pass={}", first.pass.value);
    let second = Given::read(ask(&server, &query, &headers).await).await.expect("a pass");
    assert_eq!(second.cookie, first.cookie);
    for pass in [first.pass, second.pass] {
        assert_eq!(socket(&server, Some(&pass.value), Some(&first.cookie)).await, 101);
    }
}

#[tokio::test]
async fn a_pass_is_given_to_who_asks_and_may_need_it() {
    let nobody = server(Allowed::Listed(vec![])).await;
    let some = server(listed()).await;
    let all = server(Allowed::Anyone).await;
    let visit = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    let rows: &[(&Server, &str, &Headers, bool)] = &[
        (&nobody, "?pass=", OWN_PAGE, true),
        (&nobody, "?pass", OWN_PAGE, true),
        (&nobody, "?after=1&pass=x", OWN_PAGE, true),
        (&nobody, "", OWN_PAGE, false),
        (&nobody, "?passage=", OWN_PAGE, false),
        (&nobody, "?pass=", &[("sec-fetch-site", "same-origin")], true),
        // Where nothing tells the page's origin, it may be another than it seems.
        (&nobody, "?pass=", &[], true),
        // Where it is the server's, no pass is needed.
        (&nobody, "?pass=", &[("host", "h"), ("referer", "https://h/")], false),
        (&nobody, "?pass=", &[("host", "h"), ("origin", "https://h")], false),
        (&nobody, "?pass=", &[("x-forwarded-host", "h"), ("referer", "https://h/")], false),
        (&nobody, "?pass=", &visit, false),
        (&some, "?pass=", OWN_PAGE, true),
        (&some, "?pass=", &[("origin", LISTED)], false),
        (&all, "?pass=", OWN_PAGE, false),
        (&all, "?pass=", &[("origin", LISTED)], false),
    ];
    for (server, query, headers, is_given) in rows {
        let who = format!("{query} {headers:?} by {:?}", server.state.allowed);
        let answer = ask(server, query, headers).await;
        assert_eq!(answer.status(), StatusCode::OK, "{who}");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers()["content-type"], "application/json");
        assert_eq!(Given::read(answer).await.is_some(), *is_given, "{who}");
    }
    for stranger in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let answer = ask(&nobody, "?pass=", &[stranger]).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        assert!(!answer.headers().contains_key("set-cookie"));
        assert!(!answer.text().await.expect("a problem").contains("pass"));
    }
}

#[tokio::test]
async fn info_tells_whether_a_socket_gets_in_by_the_pass_alone() {
    let server = support::start().await;
    let shown: &[(&str, &str)] = &[("host", "h"), ("referer", "https://h/")];
    for (query, headers, allowed, has_reason) in [
        ("", OWN_PAGE, false, true),
        ("?pass=", OWN_PAGE, true, true),
        ("?pass=", shown, true, false),
        ("", shown, true, false),
    ] {
        let info: Info = ask(&server, query, headers).await.json().await.expect("an Info");
        let verdict = (info.socket.allowed, info.socket.reason.is_some());
        assert_eq!(verdict, (allowed, has_reason), "{query} {headers:?}");
    }
    // A visitor's page is not the one that asks.
    let visit = [
        ("referer", "https://other.example/"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    let info: Info = ask(&server, "", &visit).await.json().await.expect("an Info");
    assert!(info.socket.allowed && info.socket.reason.is_none(), "{:?}", info.socket);
}

#[tokio::test]
async fn endpoints_never_see_a_pass() {
    let server = support::start().await;
    for path in ["/api/clock?pass=x", "/api/clock?p%61ss=x&every=1s", "/api/info?pass=x"] {
        let answer = reqwest::get(server.http(path)).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
    let twice = "/api/clock?pass=secret&pass=secret";
    let answer = reqwest::get(server.http(twice)).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let problem: Problem = answer.json().await.expect("a problem");
    assert_eq!(problem.parameter.as_deref(), Some("pass"));
    assert!(!problem.detail.contains("secret"), "{}", problem.detail);
    let twice = format!("{}?pass=x&pass=x", path::ECHO);
    assert_eq!(open_socket_at(&server, &twice, OWN_SOCKET).await, 403);
}

const ID: &str = "0123456789abcdef";

#[tokio::test]
async fn a_ledger_shows_no_pass_and_counts_it() {
    let server = support::start().await;
    let mut wire = Wire::open(server.address()).await;
    let request = format!(
        "GET /api/clock?pass=00c0ffee-00&link={ID}&every=1s HTTP/1.1\r\nhost: h\r\n\
         connection: close\r\n\r\n"
    );
    wire.write(&request).await;
    let answer = wire.read_to_end().await;
    let ledger = server.state.ledgers.read(&ID.parse().expect("an id")).expect("a ledger");
    let (sent, received) = (request.len() as u64, answer.len() as u64);
    assert_eq!((ledger.totals.received, ledger.totals.sent), (sent, received));
    let json = serde_json::to_string(&ledger).expect("a ledger");
    assert!(json.contains(&format!("/api/clock?pass=(masked)&link={ID}&every=1s")), "{json}");
    assert!(!json.contains("c0ffee"), "{json}");
}

#[tokio::test]
async fn info_tells_how_a_sockets_opening_arrived() {
    let server = support::start().await;
    let opening = async |query: &str| {
        let answer = ask(&server, query, &[]).await;
        (answer.status(), answer.json::<Info>().await.ok().and_then(|info| info.opening))
    };
    let arrived = |version: &str, upgrade| {
        let http_version = version.to_owned();
        (StatusCode::OK, Some(Opening { http_version, upgrade }))
    };
    let link = format!("?link={ID}");
    assert_eq!(opening("").await, (StatusCode::OK, None));
    assert_eq!(opening(&link).await, (StatusCode::OK, None), "nothing has arrived");
    assert_eq!(opening("?link=short").await, (StatusCode::BAD_REQUEST, None));
    let upgrade = "connection: Upgrade\r\nupgrade: websocket\r\n";
    let two_lines = "connection: keep-alive\r\nconnection: Upgrade\r\nupgrade: websocket\r\n";
    for (version, hop, expected) in [
        ("HTTP/1.0", "connection: close\r\n", arrived("HTTP/1.0", false)),
        ("HTTP/1.1", "connection: close\r\n", arrived("HTTP/1.1", false)),
        ("HTTP/1.0", upgrade, arrived("HTTP/1.0", true)),
        ("HTTP/1.1", upgrade, arrived("HTTP/1.1", true)),
        ("HTTP/1.1", two_lines, arrived("HTTP/1.1", true)),
    ] {
        let mut wire = Wire::open(server.address()).await;
        wire.write(format!(
            "GET {}{link} {version}\r\nhost: h\r\n{hop}sec-websocket-version: 13\r\n\
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            path::ECHO
        ))
        .await;
        wire.read_head().await;
        assert_eq!(opening(&link).await, expected, "{version} {hop}");
    }
}
