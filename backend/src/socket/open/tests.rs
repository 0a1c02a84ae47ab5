//! A socket over HTTP/2, all of whose bytes are there at once.

use std::cell::Cell;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use h2::ext::Protocol;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::upgrade::{OnUpgrade, on};
use hyper_util::rt::TokioIo;
use tokio::io::duplex;
use tokio::time::sleep;

use super::*;
use crate::client::Client;
use crate::connection::Ending;
use crate::counts::Counts;
use crate::drain::Drain;
use crate::feed::clock::SystemClock;
use crate::hits::Hits;
use crate::http2::{Streams, builder};
use crate::link::LinkId;
use crate::peer::Peer;
use crate::work::Carries;

/// Where the clock is paused, nothing else can go on any further when this has passed.
const ALL_ELSE_RESTS: Duration = Duration::from_millis(1);

#[tokio::test(start_paused = true)]
async fn over_http2_who_sends_much_in_small_parts_lets_others_have_their_turn() {
    let limits = Limits::default();
    let (client_side, server_side) = duplex(1024 * 1024);
    let upgrade: Arc<Mutex<Option<OnUpgrade>>> = Arc::default();
    let service = service_fn({
        let upgrade = Arc::clone(&upgrade);
        move |request: Request<Incoming>| {
            *upgrade.lock().expect("nobody has panicked") = Some(on(request));
            async { Ok::<_, Infallible>(Response::new(Body::empty())) }
        }
    });
    let streams = Streams::new(limits.taking(), Ending::default(), Hits::default());
    tokio::spawn(builder(streams, &limits).serve_connection(TokioIo::new(server_side), service));
    let (client, connection) = h2::client::handshake(client_side).await.expect("HTTP/2");
    tokio::spawn(connection);
    sleep(ALL_ELSE_RESTS).await;
    let mut client = client.ready().await.expect("room for a stream");
    let opening = Request::connect("http://a/").extension(Protocol::from_static("websocket"));
    let opening = opening.body(()).expect("a request");
    let (answer, mut outgoing) = client.send_request(opening, false).expect("a stream");
    let _answer = answer.await.expect("an answer");
    let upgrade = upgrade.lock().expect("nobody has panicked").take().expect("it was asked");
    let link = Link::new(upgrade.await.expect("a tunnel"), None, &limits, Hits::default())
        .expect("it may stay");

    // Only the last part makes it a message, so nothing is written that would have to be waited for.
    for part in 0..PARTS {
        let first = match part {
            0 => head::TEXT,
            _ if part == PARTS - 1 => 0x80,
            _ => 0,
        };
        let mut frame = vec![b'x'; 6 + PART];
        frame[..6].copy_from_slice(&[first, 0x80 | PART as u8, 0, 0, 0, 0]);
        outgoing.send_data(frame.into(), false).expect("the stream is open");
    }
    sleep(ALL_ELSE_RESTS).await;

    let place = Counts::new(&limits, Hits::default(), Arc::new(SystemClock))
        .socket_place(Client::UNKNOWN)
        .expect("a place");
    let mut socket = Socket::new(Parts {
        link,
        message_max: MessageMax::Fixed(PARTS * PART),
        limits: &limits,
        budget: &Budget::new(limits.memory, Hits::default()),
        drain: Drain::default().drained(),
        open: place.open(LinkId::UNKNOWN, Carries::Raw, "test".to_owned(), Peer::UNKNOWN),
        record: None,
    });
    let heard = Cell::new(0);
    let mut listening = pin!(socket.listen(|message| {
        let Message::Text(text) = message else { panic!("it was a text: {message:?}") };
        heard.set(text.len());
        Ok(Answer::TheSame)
    }));
    let mut turns = 0;
    poll_fn(|cx| {
        turns += 1;
        let ended = listening.as_mut().poll(cx);
        assert!(ended.is_pending(), "{ended:?}");
        if heard.get() > 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    assert_eq!(heard.get(), PARTS * PART);
    // A task's turn has 128 steps.
    assert!(turns > PARTS / 200, "{turns} turns");
}

/// How many parts the message has, which the stream's window has room for, and how long each is, in
/// bytes: HTTP/2 ends a connection for many that are shorter.
const PARTS: usize = 480;
const PART: usize = 125;
