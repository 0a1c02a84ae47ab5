//! What ledgers take in memory is what they count. It is alone in its program, because it looks at all
//! of the program's memory.

#[path = "server/support/mod.rs"]
mod support;

use std::alloc::System;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use cap::Cap;
use echoclock_backend::app;
use echoclock_backend::limits::{LedgerLimits, Limits, Places};
use echoclock_shared::ledger::LedgerId;
use http::header::HOST;
use http_body_util::BodyExt;
use tower::ServiceExt;

use support::Setup;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

const BYTES_MAX: usize = 4 * 1024 * 1024;

/// Has a request answered, whose head has so many further headers.
async fn ask(router: &Router, link: u128, headers: usize, body: &str) {
    let (path, method) = match body {
        "" => ("/api/clock", "GET"),
        _ => ("/api/echo/once", "POST"),
    };
    let link = LedgerId::from_random(link);
    let mut request = Request::builder().method(method).uri(format!("{path}?link={link}"));
    request = request.header(HOST, "localhost");
    for n in 0..headers {
        request = request.header(format!("x-{n}"), "value");
    }
    let request = request.body(Body::from(body.to_owned())).expect("a request");
    let answer = router.clone().oneshot(request).await.expect("an answer");
    answer.into_body().collect().await.expect("all of it");
}

#[tokio::test]
async fn what_ledgers_take_is_what_they_count() {
    let text = "é".repeat(5_000);
    for (links, requests, headers, body) in [
        (400, 1, 0, ""),
        (1_000, 1, 0, ""),
        (5, 400, 0, ""),
        (200, 12, 90, ""),
        (10, 100, 3, &*text),
        (2_000, 2, 5, &*text),
    ] {
        let ledger = LedgerLimits { bytes: BYTES_MAX, ..LedgerLimits::default() };
        let many = |places| Places { requests: u32::MAX, ..places };
        let (in_all, per_client) = (many(Places::IN_ALL), many(Places::PER_CLIENT));
        let limits = Limits { ledger, in_all, per_client, ..Limits::default() };
        let state = Setup { limits, ..Setup::default() }.state();
        let router = app(state.clone());
        // Whatever else is kept of a request is kept by then.
        for n in 0..10 {
            ask(&router, n, headers, body).await;
        }
        let before = (MEMORY.allocated(), state.ledgers.bytes());
        for n in 0..links * requests {
            ask(&router, 100 + n % links, headers, body).await;
            assert!(state.ledgers.bytes() <= BYTES_MAX);
        }
        let taken = (MEMORY.allocated() - before.0) as f64;
        let counted = (state.ledgers.bytes() - before.1) as f64;
        let case = format!("{links} links with {requests} requests of {headers} headers");
        assert!(counted > 100_000.0, "{case}: {counted}");
        assert!((1.0..1.2).contains(&(counted / taken)), "{case}: {counted} for {taken}");
    }
}
