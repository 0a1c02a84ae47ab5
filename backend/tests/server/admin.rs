//! The listener of those who look after the server.

use std::time::Duration;

use echoclock_backend::limits::{Limits, Places};
use echoclock_shared::path;
use futures_util::future::join_all;
use tokio::time::Instant;

use crate::support::Wire;
use crate::support::asked::Asked;
use crate::support::two::Two;

#[tokio::test]
async fn who_looks_after_the_server_has_a_way_of_its_own() {
    let server = Two::start(Limits {
        in_all: Places { connections: 1, requests: 1, ..Places::IN_ALL },
        ..Limits::default()
    })
    .await;
    let held = Asked::at(server.at, "GET /api/clock/stream?every=60s HTTP/1.1").await;
    // Whoever says nothing there takes nothing from who does.
    let mut silent = vec![];
    for _ in 0..40 {
        silent.push(Wire::open(server.admin_at).await);
    }
    for (target, status, body) in [
        (path::HEALTHZ, 200, "ok\n"),
        (path::READYZ, 200, "ready\n"),
        ("/", 404, "there is nothing at /"),
        (path::INFO, 404, "there is nothing at /api/info"),
    ] {
        let mut asked = server.ask(target).await;
        assert_eq!(asked.status(), status, "{target}");
        asked.until(body).await;
    }
    for target in [path::HEALTHZ, path::METRICS] {
        let said = format!("POST {target} HTTP/1.1\r\nconnection: close\r\ncontent-length: 0");
        let mut asked = Asked::at(server.admin_at, &said).await;
        assert_eq!(asked.status(), 405, "{target}");
        asked.until("POST is not taken here").await;
    }
    let Two { admin_at, state, stop, served, .. } = server;
    stop.send(()).expect("it serves");
    state.drain.begun().await;
    let mut asked = Asked::at(admin_at, "GET /readyz HTTP/1.1\r\nconnection: close").await;
    assert_eq!(asked.status(), 503);
    asked.until("draining\n").await;
    drop(held);
    served.await.expect("the server does not panic");
}

#[tokio::test]
async fn past_the_rate_a_probe_is_answered_later_and_all_else_is_refused() {
    let own = Places { requests: 1, ..Places::PER_CLIENT };
    let server = Two::start(Limits { per_client: own, ..Limits::default() }).await;
    // What everybody asks for takes nothing of what there is for who looks after the server.
    let _one = Asked::at(server.at, "GET /healthz HTTP/1.1").await;
    let since = Instant::now();
    assert_eq!(server.ask(path::HEALTHZ).await.status(), 200);
    for _ in 0..4 {
        assert_eq!(server.ask(path::READYZ).await.status(), 200);
    }
    // Another one is within the rate while it takes no more than two seconds.
    let took = since.elapsed();
    assert!(took >= Duration::from_millis(300), "{took:?}");
    let told = server.ask("/").await.refused_with(429).await;
    assert!(told.contains("more than 1 request a second"), "{told}");
}

#[tokio::test]
async fn past_the_last_place_to_wait_a_probe_is_told_when_to_come_back() {
    let own = Places { requests: 1, polls: 2, ..Places::PER_CLIENT };
    let server = Two::start(Limits { per_client: own, ..Limits::default() }).await;
    let mut most = 0;
    // A machine that is slow may have some of them come when others have their answer.
    for _ in 0..20 {
        if most == 6 {
            break;
        }
        assert_eq!(server.ask(path::HEALTHZ).await.status(), 200);
        let probes = join_all((0..8).map(|_| server.ask(path::HEALTHZ))).await;
        let (answered, refused): (Vec<_>, _) =
            probes.into_iter().partition(|probe| probe.status() == 200);
        assert!(answered.len() >= 2, "two may wait: {}", answered.len());
        most = most.max(refused.len());
        for probe in refused {
            let told = probe.refused_with(429).await;
            assert!(told.contains("more than 1 request a second"), "{told}");
        }
    }
    assert_eq!(most, 6);
}
