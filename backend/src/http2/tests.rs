//! A large answer that its client takes as fast as it comes.

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use axum::Router;
use axum::body::{Body, Bytes};
use futures_util::{StreamExt, stream};
use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::duplex;
use tokio::time::Instant;

use super::*;
use crate::budget::Budget;
use crate::connection::Ending;
use crate::hits::Hits;
use crate::in_use::InUse;

#[tokio::test]
async fn a_large_answer_lets_others_have_their_turn() {
    let limits = Limits::default();
    let (client_side, server_side) = duplex(PIECES * PIECE);
    let given = Arc::new(AtomicUsize::new(0));
    let router = Router::new().fallback({
        let given = Arc::clone(&given);
        async move || {
            Body::from_stream(stream::iter(0..PIECES).map(move |_| {
                given.fetch_add(PIECE, Ordering::Relaxed);
                Ok::<_, Infallible>(Bytes::from_static(&[b'x'; PIECE]))
            }))
        }
    });
    let budget = Budget::new(limits.memory, Hits::default());
    let in_use = InUse::new(Instant::now(), &budget);
    let hits = Hits::default();
    let answerer =
        Answerer { router, in_use, budget, streams_max: limits.http2_streams, hits: hits.clone() };
    let service = service_fn(move |request: Request<Incoming>| {
        let answerer = answerer.clone();
        async { Ok::<_, Infallible>(answerer.answer(request).await) }
    });
    let streams = Streams::new(limits.taking(), Ending::default(), hits);
    tokio::spawn(builder(streams, &limits).serve_connection(TokioIo::new(server_side), service));

    let mut client = h2::client::Builder::new();
    client.initial_window_size(WINDOW).initial_connection_window_size(WINDOW);
    let handshake = client.handshake::<_, Bytes>(client_side);
    let (client, connection) = handshake.await.expect("HTTP/2");
    tokio::spawn(connection);
    let mut client = client.ready().await.expect("room for a stream");
    let request = Request::get("http://a/").body(()).expect("a request");
    let (answer, _) = client.send_request(request, true).expect("a stream");
    // Who takes turns with it sees how much it has given out in each.
    let (mut before, mut most) = (0, 0);
    let other = tokio::spawn(poll_fn(move |cx| {
        let now = given.load(Ordering::Relaxed);
        most = most.max(now - before);
        before = now;
        cx.waker().wake_by_ref();
        if now < PIECES * PIECE { Poll::Pending } else { Poll::Ready(most) }
    }));
    let mut body = answer.await.expect("an answer").into_body();
    let mut taken = 0;
    while let Some(piece) = body.data().await {
        taken += piece.expect("the answer goes on").len();
    }
    assert_eq!(taken, PIECES * PIECE);
    let most = other.await.expect("it does not panic");
    assert!(most <= 2 * READY_MAX, "{most} bytes in one turn");
}

const PIECE: usize = 16 * 1024;

const PIECES: usize = 256;

/// No smaller than all of it.
const WINDOW: u32 = 8 * 1024 * 1024;
