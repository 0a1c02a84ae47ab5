//! Parts of the server that are switched off: what says so, and what goes on without them.

use std::time::Duration;

use echoclock_backend::state::Offered;
use echoclock_shared::ledger::LedgerId;
use echoclock_shared::path;
use echoclock_shared::problem::Problem;
use http::{StatusCode, Version};

use crate::support::{self, PATIENCE, Server, Setup, Wire};

async fn start_with(offered: Offered) -> Server {
    support::start_with(Setup { offered, ..Setup::default() }).await
}

/// What a path answers where it is switched off.
async fn problem(server: &Server, path: &str) -> Option<Problem> {
    let answer = reqwest::get(server.http(path)).await.expect("an answer");
    let problem = answer.headers()["content-type"] == "application/problem+json";
    (answer.status() == StatusCode::NOT_FOUND && problem).then_some(())?;
    Some(answer.json().await.expect("a problem"))
}

#[tokio::test]
async fn without_the_raw_echo_the_chat_goes_on() {
    for raw in [true, false] {
        let server = start_with(Offered { raw, ..Offered::default() }).await;
        assert_eq!(server.info().await.raw, raw);
        let told = problem(&server, path::ECHO_RAW).await.map(|problem| problem.detail);
        let off = "the raw echo is switched off, by --no-raw, on this server";
        assert_eq!(told.as_deref(), (!raw).then_some(off));
        let opened = tokio_tungstenite::connect_async(server.ws(path::ECHO_RAW)).await;
        assert_eq!(opened.is_ok(), raw);
        let chat = tokio_tungstenite::connect_async(server.ws(path::ECHO)).await;
        assert!(chat.is_ok(), "{chat:?}");
    }
}

#[tokio::test]
async fn without_ledgers_links_go_on_and_nothing_is_kept() {
    for ledgers in [true, false] {
        let server = start_with(Offered { ledgers, ..Offered::default() }).await;
        assert_eq!(server.info().await.ledgers, ledgers);
        let link = LedgerId::from_random(7);
        for version in [Version::HTTP_11, Version::HTTP_2] {
            let target = server.http(&format!("{}?link={link}", path::CLOCK));
            let client = reqwest::Client::builder();
            let client = match version {
                Version::HTTP_2 => client.http2_prior_knowledge(),
                _ => client.http1_only(),
            };
            let client = client.build().expect("a client");
            let answer = client.get(&target).send().await.expect("an answer");
            assert_eq!(answer.status(), StatusCode::OK);
            let wrong = client.get(server.http("/api/clock?link=x")).send().await;
            assert_eq!(wrong.expect("an answer").status(), StatusCode::BAD_REQUEST);
        }
        assert_eq!(server.state.ledgers.bytes() > 0, ledgers);
        for below in [format!("{link}"), format!("{link}/"), "x".to_owned()] {
            let told = problem(&server, &format!("{}/{below}", path::LINKS)).await;
            let is_off = told.is_some_and(|problem| problem.detail.contains("--no-ledgers"));
            assert_eq!(is_off, !ledgers, "{below}");
        }
    }
}

#[tokio::test]
async fn without_http_2_its_clients_are_told_and_others_go_on() {
    for h2c in [true, false] {
        let server = start_with(Offered { h2c, ..Offered::default() }).await;
        let client = reqwest::Client::builder().http2_prior_knowledge().build().expect("a client");
        let asked = client.get(server.http(path::INFO)).timeout(PATIENCE).send().await;
        assert_eq!(asked.is_ok(), h2c, "{asked:?}");
        assert_eq!(server.info().await.request.http_version, "HTTP/1.1");
        if h2c {
            continue;
        }
        // Also where the preface comes in pieces.
        let mut wire = Wire::open(server.address()).await;
        for piece in ["PRI * HTTP/2.0\r\n\r\n", "SM\r\n\r\n\0\0\0\x04\0\0\0\0\0"] {
            wire.write(piece).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let head = wire.read_head().await;
        assert!(head.starts_with("http/1.1 505 http version not supported\r\n"), "{head}");
        assert!(head.contains("\r\nconnection: close\r\n"), "{head}");
        let body = String::from_utf8(wire.read_to_end().await).expect("text");
        let problem: Problem = serde_json::from_str(&body).expect("a problem");
        assert!(problem.detail.contains("--no-h2c"), "{problem:?}");
    }
}
