//! Requests as the standards have them, and as they do not, written by hand.

use echoclock_shared::limits::ECHO_MESSAGE_MAX;
use echoclock_shared::path;
use tokio::io::AsyncReadExt;

use crate::support::log::Log;
use crate::support::{self, Server, Wire};

/// Sends bytes, and returns the answer's status and head.
async fn ask(server: &Server, request: &str) -> (u16, String) {
    let mut wire = Wire::open(server.address()).await;
    wire.write(request).await;
    let head = wire.read_head().await;
    (head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status"), head)
}

#[tokio::test]
async fn a_request_is_for_one_host() {
    let server = support::start().await;
    for target in [path::HEALTHZ, path::INFO, path::CLOCK_EVENTS, "/", "/nowhere"] {
        for (rest, is_right) in [
            ("HTTP/1.1\r\nHost: a", true),
            ("HTTP/1.1\r\nHost: a.example:3000", true),
            ("HTTP/1.1\r\nHost:[::1]:3000", true),
            ("HTTP/1.1", false),
            ("HTTP/1.1\r\nHost:", false),
            ("HTTP/1.1\r\nHost: a\r\nHost: a", false),
            ("HTTP/1.1\r\nHost: a b/c", false),
            ("HTTP/1.1\r\nHost: a, b", false),
            ("HTTP/1.1\r\nHost: u@a", false),
            ("HTTP/1.0", true),
            ("HTTP/1.0\r\nHost: a\r\nHost: b", false),
        ] {
            let (status, head) = ask(&server, &format!("GET {target} {rest}\r\n\r\n")).await;
            assert_eq!(status != 400, is_right, "{target} {rest}: {head}");
            if !is_right {
                assert!(head.contains("content-type: application/problem+json"), "{head}");
            }
        }
    }
    let (status, _) = ask(&server, "GET http://b/healthz HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(status, 200, "what the target says counts");
}

#[tokio::test]
async fn a_path_is_the_same_however_it_is_encoded() {
    let server = support::start().await;
    for (target, expected) in [
        ("/api/%63lock", 200),
        ("/%61pi/cl%6Fck?%61fter=1", 200),
        ("/%68ealthz", 200),
        ("/api/clock%2Fevents", 404),
        ("/api/%", 404),
        ("/api/clock%3fafter=1", 404),
        ("/api/links/%ff", 400),
        ("/api/links/%30123456789abcdef", 404),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        let (status, head) = ask(&server, &request).await;
        assert_eq!(status, expected, "{target}: {head}");
        let is_problem = head.contains("content-type: application/problem+json");
        assert_eq!(is_problem, status != 200, "{target}: {head}");
    }
    // An encoded slash is no slash, so this is no path of the API.
    let (status, head) = ask(&server, "GET /api%2fclock HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!((status, head.contains("content-type: text/plain")), (404, true), "{head}");
}

#[tokio::test]
async fn whatever_is_wrong_with_a_request_for_a_ledger_its_id_is_not_logged() {
    let log = Log::of_this_process();
    let server = support::start().await;
    let id = "an-id-that-nobody-else-may-know";
    for (request, expected) in [
        (format!("GET /api/links/{id}"), 404),
        (format!("GET /api/links/{id}/"), 404),
        (format!("GET /api/links/{id}/x"), 404),
        (format!("GET /api/links/{id}/{id}/"), 404),
        (format!("POST /api/links/{id}"), 405),
        (format!("POST /api/links/{id}/x"), 404),
        (format!("GET /api//links/{id}"), 404),
        (format!("GET /api/link/{id}"), 404),
        (format!("GET /api/links/%{:02x}{}", id.as_bytes()[0], &id[1..]), 404),
        (format!("GET /api/links%2f{id}"), 404),
        (format!("GET /api/links/{id}%20"), 400),
        (format!("GET /API/links/{id}"), 404),
        (format!("GET /api/clock/nowhere?link={id}"), 404),
        (format!("POST /api/clock?link={id}"), 405),
        (format!("GET /api/clock?link={id}&after=x"), 400),
        (format!("GET /api/clock?link={id}&link={id}"), 400),
        (format!("GET /api/clock?{id}=1"), 400),
        (format!("GET /api/clock?after={id}"), 400),
        (format!("GET /api/info?link={id}!"), 400),
    ] {
        let (status, head) = ask(&server, &format!("{request} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
        assert_eq!(status, expected, "{request}: {head}");
    }
    assert!(!log.lines(&["refused"]).is_empty(), "it is this server's log");
    assert_eq!(log.lines(&[&id[1..]]), [""; 0]);
}

#[tokio::test]
async fn what_a_body_declares_is_judged_before_it_comes() {
    let server = support::start().await;
    let post =
        |fields: &str| format!("POST {} HTTP/1.1\r\nHost: a\r\n{fields}\r\n", path::ECHO_ONCE);
    let fits = ECHO_MESSAGE_MAX;
    let expect = "Expect: 100-continue\r\n";
    for (fields, expected) in [
        (format!("{expect}Content-Length: 34000000\r\n"), 413),
        (format!("Content-Length: {}\r\n", fits + 1), 413),
        (format!("{expect}Content-Length: {}\r\n", u64::MAX - 2), 413),
        (format!("{expect}Content-Length: {fits}\r\n"), 100),
        (format!("{expect}Transfer-Encoding: chunked\r\n"), 100),
    ] {
        let (status, head) = ask(&server, &post(&fields)).await;
        assert_eq!(status, expected, "{fields}: {head}");
    }
    // What it does not declare is judged as it comes.
    let mut wire = Wire::open(server.address()).await;
    let chunk = format!("{:x}\r\n{}\r\n", fits + 1, " ".repeat(fits + 1));
    wire.write(post("Transfer-Encoding: chunked\r\n") + &chunk).await;
    assert!(wire.read_head().await.starts_with("http/1.1 413"));
    // Nobody waits for the body of a request that is refused for another reason.
    let request = "POST /api/clock HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\
                   Content-Length: 5\r\n\r\n";
    assert_eq!(ask(&server, request).await.0, 405);
}

#[tokio::test]
async fn an_expected_body_is_asked_for_and_read() {
    let server = support::start().await;
    let body = r#"{"type":"ping"}"#;
    let mut wire = Wire::open(server.address()).await;
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        path::ECHO_ONCE,
        body.len()
    );
    wire.write(head).await;
    assert!(wire.read_head().await.starts_with("http/1.1 100"));
    wire.write(body).await;
    assert!(wire.read_head().await.starts_with("http/1.1 200"));
    assert_eq!(wire.0.read_u8().await.expect("a body"), b'{');
}
