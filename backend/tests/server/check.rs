//! The path check's plain requests: as they arrived, after a wait, with a body or a status.

use std::time::Duration;

use echoclock_backend::limits::{Limits, Places};
use echoclock_backend::state::Offered;
use echoclock_shared::check::answer::{Arrived, Received, Stated, Waited};
use echoclock_shared::check::body::{BODY_MAX, bytes, digest};
use echoclock_shared::check::evidence::link_of;
use echoclock_shared::check::probe::ProbeId;
use echoclock_shared::ledger::{Ledger, LedgerId, What, hidden};
use echoclock_shared::path;
use echoclock_shared::problem::Problem;
use http::{Method, Version};
use tokio::time::Instant;

use crate::support::versions::{VERSIONS, ask, ended, link};
use crate::support::{self, Setup, until};

#[tokio::test]
async fn a_request_is_told_as_it_arrived() {
    let server = support::start().await;
    for version in VERSIONS {
        let id = link();
        let target = format!("{}?link={id}&_=1", path::CHECK_SEEN);
        let asked = ask(&server, version, Method::GET, &target)
            .header("cookie", "mine=secret; sticky=s")
            .header("via", "1.1 nearby")
            .header("x-secret", "secret");
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let arrived: Arrived = answer.json().await.expect("JSON");
        assert_eq!(arrived.request.http_version, format!("{version:?}"));
        assert_eq!(arrived.request.via.as_deref(), Some("1.1 nearby"));
        assert_eq!(arrived.cookies, ["mine", "sticky"]);
        let value = |name| arrived.headers.iter().find(|(it, _)| it == name).map(|(_, v)| &**v);
        assert_eq!(value("via"), Some("1.1 nearby"));
        assert_eq!(value("x-secret"), Some(&*hidden(b"secret")));
        assert_eq!(value("cookie"), Some(&*hidden(b"mine=secret; sticky=s")));
        assert!(arrived.now.get() > 1_700_000_000_000);
        let ledger = server.state.ledgers.read(&id).expect("a ledger");
        let What::Request { version: told, .. } = &ledger.entries[0].what else { panic!() };
        assert_eq!(*told, format!("{version:?}"));
    }
}

#[tokio::test]
async fn an_answer_waits_for_as_long_as_it_was_asked_to() {
    let limits = Setup::default().limits;
    let per_client = Places { polls: 1, ..limits.per_client };
    let limits = Limits { per_client, ..limits };
    let server = support::start_with(Setup { limits, ..Setup::default() }).await;
    let target = |ms| format!("{}?ms={ms}", path::CHECK_WAIT);
    for version in VERSIONS {
        for ms in [0, 120] {
            let asked = Instant::now();
            let answer = ask(&server, version, Method::GET, &target(ms)).send().await;
            let waited: Waited = answer.expect("an answer").json().await.expect("JSON");
            assert!((ms..ms + 2_000).contains(&waited.waited), "{waited:?}");
            assert!(asked.elapsed() >= Duration::from_millis(ms));
        }
        let asked = Instant::now();
        let head = ask(&server, version, Method::HEAD, &target(120_000)).send().await;
        assert_eq!(head.expect("an answer").status(), 200);
        assert!(asked.elapsed() < Duration::from_secs(10), "a head waits for nothing");
    }
    let waits = ask(&server, Version::HTTP_11, Method::GET, &target(120_000)).send();
    let waits = tokio::spawn(waits);
    until("the request to wait", || server.state.counts.open().polls == 1).await;
    let second = ask(&server, Version::HTTP_2, Method::GET, &target(1)).send().await;
    assert_eq!(second.expect("an answer").status(), 429, "one client has its bound");
    server.stop().await;
    let answer = waits.await.expect("no panic").expect("an answer");
    assert_eq!(answer.status(), 503, "the server stops");
}

#[tokio::test]
async fn who_may_have_left_is_not_waited_with() {
    let server = support::start().await;
    let mut wire = support::Wire::open(server.address()).await;
    wire.write(format!("GET {}?ms=60000 HTTP/1.1\r\nhost: a\r\n\r\n", path::CHECK_WAIT)).await;
    until("the request to wait", || server.state.counts.open().polls == 1).await;
    tokio::io::AsyncWriteExt::shutdown(&mut wire.0).await.expect("an open connection");
    let answer = String::from_utf8(wire.read_to_end().await).expect("text");
    let json = answer.split("\r\n\r\n").nth(1).expect("a body");
    let waited: Waited = serde_json::from_str(json).expect("JSON");
    assert!(waited.waited < 30_000, "{waited:?}");
}

#[tokio::test]
async fn what_is_refused_for_its_rate_stands_in_the_ledger() {
    let limits = Setup::default().limits;
    let per_client = Places { requests: 2, ..limits.per_client };
    let limits = Limits { per_client, ..limits };
    let server = support::start_with(Setup { limits, ..Setup::default() }).await;
    for version in VERSIONS {
        let id = link();
        let target = format!("{}?link={id}", path::CHECK_SEEN);
        let (mut asked, mut status) = (0, 200);
        while status == 200 {
            let answer = ask(&server, version, Method::GET, &target).send().await;
            let answer = answer.expect("an answer");
            status = answer.status().as_u16();
            asked += 1;
            answer.bytes().await.expect("a body");
        }
        assert_eq!(status, 429, "{version:?}");
        let ledger = || server.state.ledgers.read(&id).expect("a ledger");
        let newest = || {
            ledger().entries.into_iter().rev().find_map(|entry| {
                let What::Response { status, .. } = entry.what else { return None };
                Some(status)
            })
        };
        // What the client has may be a moment ahead of what the server has written down.
        until("the refusal in the ledger", || newest() == Some(429) && adds_up(&ledger()) == 0)
            .await;
        assert_eq!(ledger().totals.requests, asked, "{version:?}");
    }
    // A visitor's requests are nobody else's to read.
    let id = link();
    let target = format!("{}?link={id}", path::CHECK_SEEN);
    let mut status = 200;
    while status == 200 {
        let visit = ask(&server, Version::HTTP_11, Method::GET, &target)
            .header("sec-fetch-site", "cross-site")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document");
        status = visit.send().await.expect("an answer").status().as_u16();
    }
    assert_eq!(status, 429);
    assert_eq!(server.state.ledgers.read(&id), None);
}

/// Returns by how much the entries miss what passed.
fn adds_up(ledger: &Ledger) -> u64 {
    let all: u64 = ledger.entries.iter().map(|entry| entry.size).sum();
    all.abs_diff(ledger.totals.received + ledger.totals.sent)
}

#[tokio::test]
async fn bodies_arrive_as_they_were_sent() {
    let server = support::start().await;
    for version in VERSIONS {
        for count in [0, 1, 70_000, BODY_MAX] {
            let target = format!("{}?link={}", path::CHECK_BODY, link());
            let up = ask(&server, version, Method::POST, &target).body(bytes(count));
            let received: Received =
                up.send().await.expect("an answer").json().await.expect("JSON");
            let digest = digest(&bytes(count));
            assert_eq!(received, Received { bytes: count.into(), digest }, "{version:?}");

            let target = format!("{target}&bytes={count}");
            let head = ask(&server, version, Method::HEAD, &target).send().await;
            let down = ask(&server, version, Method::GET, &target).send().await;
            let (head, down) = (head.expect("an answer"), down.expect("an answer"));
            for answer in [&head, &down] {
                assert_eq!(answer.headers()["content-length"], count.to_string().as_str());
                assert_eq!(answer.headers()["cache-control"], "no-store");
            }
            assert!(down.bytes().await.expect("a whole body") == bytes(count), "{count}");
        }
        let up = ask(&server, version, Method::POST, path::CHECK_BODY).body(bytes(BODY_MAX + 1));
        assert_eq!(up.send().await.expect("an answer").status(), 413, "{version:?}");
    }
    let state = server.state.clone();
    until("the memory to be given back", || state.memory_used() == 0).await;
}

#[tokio::test]
async fn a_status_comes_with_a_body_that_says_whose_it_is() {
    let server = support::start().await;
    let run = LedgerId::from_random(7);
    for version in VERSIONS {
        for code in [204, 404, 500] {
            let link = link_of(&run, &ProbeId(format!("status-{code}")));
            for (link, run) in
                [(format!("&link={link}"), Some(run.to_string())), (String::new(), None)]
            {
                let target = format!("{}?code={code}{link}", path::CHECK_STATUS);
                let answer = ask(&server, version, Method::GET, &target).send().await;
                let answer = answer.expect("an answer");
                assert_eq!(answer.status(), code);
                if code == 204 {
                    assert_eq!(answer.text().await.expect("nothing"), "");
                } else {
                    let stated: Stated = answer.json().await.expect("JSON");
                    assert_eq!(stated, Stated { status: code, run });
                }
            }
        }
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_named() {
    let server = support::start().await;
    for (target, parameter) in [
        ("seen?x=1", "x"),
        ("wait", "ms"),
        ("wait?ms=120001", "ms"),
        ("wait?ms=-1", "ms"),
        ("wait?ms=%2B1", "ms"),
        ("status?code=200", "code"),
        ("status", "code"),
        ("body", "bytes"),
        ("body?bytes=2097153", "bytes"),
        ("stream?plan=q", "plan"),
        ("stream?plan=i63", "plan"),
        ("stream?plan=w400001", "plan"),
        ("stream?plan=1001*(b)", "plan"),
        ("stream?plan=2*(i1048576),i64", "plan"),
        ("stream?plan=m64", "plan"),
        ("stream?plan=c1000", "plan"),
        ("stream?form=xml", "form"),
        ("stream?charset=yes", "charset"),
        ("stream?after=1", "after"),
        ("socket?plan=c1006", "plan"),
        ("socket?link=short", "link"),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let target = format!("{}/{target}", path::CHECK);
            let answer = ask(&server, Version::HTTP_11, method.clone(), &target).send().await;
            let answer = answer.expect("an answer");
            assert_eq!(answer.status(), 400, "{target}");
            if method == Method::GET {
                let problem: Problem = answer.json().await.expect("a problem");
                assert_eq!(problem.parameter.as_deref(), Some(parameter), "{target}: {problem:?}");
            }
        }
    }
    let answer = reqwest::get(server.http("/api/check/stream?plan=q")).await.expect("an answer");
    let problem: Problem = answer.json().await.expect("a problem");
    assert!(problem.detail.starts_with("plan is no plan: \"q\" is no step: "), "{problem:?}");
    let post = ask(&server, Version::HTTP_11, Method::POST, path::CHECK_SEEN).send().await;
    assert_eq!(post.expect("an answer").status(), 405);
    let other = reqwest::get(server.http("/api/check/other")).await.expect("an answer");
    assert_eq!(other.status(), 404);
}

#[tokio::test]
async fn the_check_can_be_switched_off() {
    for has_check in [true, false] {
        let offered = Offered { check: has_check, ..Offered::default() };
        let server = support::start_with(Setup { offered, ..Setup::default() }).await;
        assert_eq!(server.info().await.check, has_check);
        for path in [
            path::CHECK_SEEN,
            path::CHECK_STREAM,
            path::CHECK_SOCKET,
            path::CHECK_WAIT,
            path::CHECK_BODY,
            path::CHECK_STATUS,
        ] {
            let answer = reqwest::get(server.http(path)).await.expect("an answer");
            let status = answer.status();
            let problem = answer.text().await.expect("text");
            let is_off = status == 404 && problem.contains("--no-check");
            assert_eq!(is_off, !has_check, "{path}: {status} {problem}");
        }
    }
}

#[tokio::test]
async fn the_ledgers_of_a_whole_run_have_room_beside_each_other() {
    const PROBES: u32 = 100;
    let server = support::start().await;
    let run = LedgerId::from_random(u128::from(fastrand::u64(..)) << 64);
    let client = reqwest::Client::new();
    let links: Vec<_> =
        (0..PROBES).map(|n| link_of(&run, &ProbeId(format!("probe-{n}")))).collect();
    for link in &links {
        let target = format!("{}?link={link}&plan=300*(i1500)", path::CHECK_STREAM);
        let answer = client.get(server.http(&target)).send().await.expect("an answer");
        assert_eq!(answer.bytes().await.expect("a whole stream").len(), 300 * 1_500);
        let target = format!("{}?link={link}", path::CHECK_BODY);
        client.post(server.http(&target)).body(bytes(400_000)).send().await.expect("an answer");
    }
    for link in &links {
        let (ledger, _) = ended(&server.state.ledgers, link).await;
        assert!(matches!(&ledger.entries[0].what, What::Request { target, .. }
            if target.contains(link.as_str())));
        assert_eq!(ledger.totals.requests, 2);
        for entry in &ledger.entries {
            if let What::Sent(piece) | What::Received(piece) = &entry.what {
                assert!(piece.raw.len() <= 96, "{entry:?}");
            }
        }
    }
    let taken = server.state.ledgers.bytes();
    let share = Limits::default().ledger.bytes / 8;
    assert!(taken < share, "{taken} of {share}: others do not push a run's ledgers out");
}
