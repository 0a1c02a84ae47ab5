//! Planned streams: what they say, in which form, and how they end.

use echoclock_backend::limits::{Limits, Places};
use echoclock_shared::check::item::{Planned, beat};
use echoclock_shared::check::probe::Form;
use echoclock_shared::ledger::{CUT, LEFT, NO_MORE, STOPPED};
use echoclock_shared::path;
use http::{Method, Version};
use reqwest::Response;
use tokio::time::timeout;

use crate::support::log::Log;
use crate::support::versions::{VERSIONS, ask, ended, link, sent};
use crate::support::{self, PATIENCE, Server, Setup};

fn target(query: &str) -> String {
    format!("{}?{query}", path::CHECK_STREAM)
}

/// Opens a stream; a POST says something, so that the request has a body.
async fn open(server: &Server, version: Version, method: &Method, query: &str) -> Response {
    let asked = ask(server, version, method.clone(), &target(query));
    let asked = if method == Method::POST { asked.body("{}") } else { asked };
    let answer = timeout(PATIENCE, asked.send()).await.expect("a head").expect("an answer");
    assert_eq!(answer.status(), 200, "{query}");
    answer
}

/// Reads on to the end, whether it is a proper one.
async fn read(answer: &mut Response) -> (String, bool) {
    let mut text = String::new();
    loop {
        match timeout(PATIENCE, answer.chunk()).await.expect("more, or an end") {
            Ok(Some(chunk)) => text += std::str::from_utf8(&chunk).expect("text"),
            Ok(None) => return (text, true),
            Err(_) => return (text, false),
        }
    }
}

/// Takes an item with its framing off the front of a text.
fn item(text: &mut &str, form: Form, size: usize) -> Planned {
    let (framed, rest) = text.split_at(size);
    *text = rest;
    let (before, after) = match form {
        Form::Events => ("data: ", "\n\n"),
        Form::Lines => ("", "\n"),
        Form::Html => ("<!--", "-->\n"),
    };
    let json = framed.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    serde_json::from_str(json.expect(framed)).expect(framed)
}

const METHODS: [Method; 2] = [Method::GET, Method::POST];

#[tokio::test]
async fn every_form_says_items_of_their_exact_sizes() {
    let server = support::start().await;
    for version in VERSIONS {
        for form in Form::ALL {
            let mut nonces = vec![];
            for method in METHODS {
                let id = link();
                let query =
                    format!("form={}&plan=i64,w20,2*(i100),b,i1500&link={id}&_=1", form.name());
                let mut answer = open(&server, version, &method, &query).await;
                assert_eq!(answer.headers()["content-type"], form.media_type());
                assert_eq!(answer.headers()["cache-control"], "no-store");
                assert!(!answer.headers().contains_key("x-accel-buffering"));
                let (text, is_whole) = read(&mut answer).await;
                assert!(is_whole, "{version:?} {method}");
                let mut rest = &*text;
                let mut items = [64, 100, 100].map(|size| item(&mut rest, form, size)).to_vec();
                rest = rest.strip_prefix(beat(form)).expect("a beat");
                items.push(item(&mut rest, form, 1_500));
                assert_eq!(rest, "");
                assert_eq!(items.iter().map(|item| item.n).collect::<Vec<_>>(), [1, 2, 3, 4]);
                assert!(items.iter().all(|item| item.nonce == items[0].nonce));
                assert!(items[1].at >= items[0].at + 20, "{items:?}");
                nonces.push(items[0].nonce.clone());
                let (ledger, reason) = ended(&server.state.ledgers, &id).await;
                assert_eq!(reason, NO_MORE, "{version:?} {method}");
                let sent = sent(&ledger);
                let nonce = &items[0].nonce;
                assert!(
                    sent[0].1.raw.contains(&format!(r#""n":1,"of":"{nonce}","at":"#)),
                    "{sent:?}"
                );
                let written = [&sent[0], sent.last().expect("an item")].map(|(at, _)| at.get());
                assert!(written[0] >= items[0].at, "{sent:?}");
                assert!(written[1] >= items[3].at.max(items[0].at + 20), "{sent:?}");
            }
            assert_ne!(nonces[0], nonces[1], "each connection has a name of its own");
        }
    }
}

#[tokio::test]
async fn headers_are_as_they_were_asked_for() {
    let server = support::start().await;
    for (form, charset) in [("events", ""), ("html", "; charset=utf-8"), ("lines", "")] {
        let switch = u8::from(!charset.is_empty());
        let query = format!("form={form}&charset={switch}&unbuffered=1&no_transform=1");
        for method in [Method::GET, Method::HEAD] {
            let answer = open(&server, Version::HTTP_11, &method, &query).await;
            let media_type = answer.headers()["content-type"].to_str().expect("text").to_owned();
            assert_eq!(media_type.split_once(';').is_some(), switch == 1, "{media_type}");
            assert!(media_type.ends_with(charset), "{media_type}");
            assert_eq!(answer.headers()["cache-control"], "no-store, no-transform");
            assert_eq!(answer.headers()["x-accel-buffering"], "no");
        }
    }
}

#[tokio::test]
async fn the_head_comes_before_anything_is_said_and_a_client_that_leaves_is_noticed() {
    let server = support::start().await;
    for version in VERSIONS {
        for method in METHODS {
            let id = link();
            let answer = open(&server, version, &method, &format!("plan=w60000&link={id}")).await;
            assert_eq!(server.state.counts.open().streams, 1);
            drop(answer);
            server.until_nothing_is_open().await;
            assert_eq!(ended(&server.state.ledgers, &id).await.1, LEFT, "{version:?} {method}");
        }
    }
}

#[tokio::test]
async fn a_cut_is_no_proper_end() {
    let server = support::start().await;
    for version in VERSIONS {
        for method in METHODS {
            for plan in ["i64,x", "w10,i64,w10,x,i64"] {
                let id = link();
                let query = format!("form=lines&plan={plan}&link={id}");
                let mut answer = open(&server, version, &method, &query).await;
                let (text, is_whole) = read(&mut answer).await;
                assert!(!is_whole, "{version:?} {method} {plan}");
                assert_eq!(text.len(), 64, "{version:?} {method} {plan}: what was said before");
                assert_eq!(
                    ended(&server.state.ledgers, &id).await.1,
                    CUT,
                    "{version:?} {method} {plan}"
                );
            }
        }
    }
    server.until_nothing_is_open().await;
}

#[tokio::test]
async fn streams_end_properly_when_the_server_stops() {
    let log = Log::of_this_process();
    for version in VERSIONS {
        for method in METHODS {
            let server = support::start().await;
            let id = link();
            let query = format!("plan=i64,w60000&link={id}");
            let mut answer = open(&server, version, &method, &query).await;
            let state = server.state.clone();
            let stopping = server.begin_to_stop();
            let (text, is_whole) = read(&mut answer).await;
            assert!(is_whole && text.len() == 64, "{version:?} {method}: {text}");
            // What ends with its connection is over once the client has seen that.
            drop(answer);
            assert_eq!(ended(&state.ledgers, &id).await.1, STOPPED, "{version:?} {method}");
            stopping.stopped().await;
        }
    }
    let said = log.lines(&["stream closed: check as events", STOPPED, "messages=1 "]);
    assert_eq!(said.len(), 6, "{said:?}");
}

#[tokio::test]
async fn plans_go_to_their_bounds() {
    let server = support::start().await;
    for (plan, size) in [("1000*(b)", 1_000), ("2*(i1048576)", 2_097_152), ("", 0)] {
        let query = format!("form=lines&plan={plan}");
        let mut answer = open(&server, Version::HTTP_11, &Method::GET, &query).await;
        let (text, is_whole) = read(&mut answer).await;
        assert!(is_whole && text.len() == size, "{plan}: {}", text.len());
    }
    open(&server, Version::HTTP_11, &Method::GET, "plan=w400000").await;
    server.until_nothing_is_open().await;
}

#[tokio::test]
async fn a_client_has_as_many_streams_as_it_may() {
    let limits = Setup::default().limits;
    let per_client = Places { streams: 1, ..limits.per_client };
    let limits = Limits { per_client, ..limits };
    let server = support::start_with(Setup { limits, ..Setup::default() }).await;
    let held = open(&server, Version::HTTP_11, &Method::GET, "plan=w60000").await;
    for method in METHODS {
        let answer = ask(&server, Version::HTTP_2, method, &target("plan=i64")).send().await;
        assert_eq!(answer.expect("an answer").status(), 429);
    }
    let head = ask(&server, Version::HTTP_11, Method::HEAD, &target("plan=i64")).send().await;
    assert_eq!(head.expect("an answer").status(), 200);
    drop(held);
    server.until_nothing_is_open().await;
    open(&server, Version::HTTP_11, &Method::POST, "plan=i64").await;
    let large =
        ask(&server, Version::HTTP_11, Method::POST, &target("")).body(vec![0; 64 * 1024 + 1]);
    assert_eq!(large.send().await.expect("an answer").status(), 413);
}
