//! Planned sockets: what they say, what they echo, and how they end.

use std::time::Duration;

use echoclock_backend::limits::{Limits, Places};
use echoclock_shared::check::item::Planned;
use echoclock_shared::check::plan::CLOSE_REASON;
use echoclock_shared::ledger::{CUT, Kind, LedgerId};
use echoclock_shared::path;
use futures_util::StreamExt;
use tokio_tungstenite::tungstenite::Message;

use crate::support::asks::open_socket_at;
use crate::support::raw::Raw;
use crate::support::socket::{Client, told};
use crate::support::versions::{ended, link, sent};
use crate::support::{self, Server, Setup, Wire};

async fn open(server: &Server, plan: &str, id: &LedgerId) -> Client {
    Client::open(server.ws(&format!("{}?plan={plan}&link={id}", path::CHECK_SOCKET))).await
}

#[tokio::test]
async fn a_socket_does_what_its_plan_says() {
    let server = support::start().await;
    let id = link();
    let mut socket = open(&server, "i64,w20,m70,b,i1048576,c4001,i64", &id).await;
    let mut nonce = None;
    for (n, size, is_binary) in [(1, 64, false), (2, 70, true), (3, 1_048_576, false)] {
        let mut message = socket.receive().await.expect("a message");
        if message.is_ping() {
            assert_eq!(n, 3, "the beat is before the third");
            message = socket.receive().await.expect("a message");
        }
        assert_eq!((message.len(), message.is_binary()), (size, is_binary));
        let item: Planned = serde_json::from_slice(&message.into_data()).expect("an item");
        assert_eq!((item.n, item.nonce.len()), (n, 8));
        assert_eq!(*nonce.get_or_insert(item.nonce.clone()), item.nonce);
    }
    assert_eq!(told(socket.until_closed().await), (4_001, CLOSE_REASON.to_owned()));
    let (ledger, reason) = ended(&server.state.ledgers, &id).await;
    assert!(reason.contains("4001"), "{reason}");
    let sent = sent(&ledger);
    let kinds: Vec<_> = sent.iter().map(|(_, piece)| piece.kind).collect();
    assert_eq!(kinds, [Kind::Text, Kind::Binary, Kind::Ping, Kind::Text, Kind::Close]);
    assert!(sent[1].0.get() >= sent[0].0.get() + 20, "{sent:?}");
    server.until_nothing_is_open().await;
}

#[tokio::test]
async fn what_a_client_says_meanwhile_comes_back() {
    let server = support::start().await;
    let mut socket = open(&server, "w60000", &link()).await;
    for bytes in [1, 1_000, 1024 * 1024] {
        for message in [Message::from("é".repeat(bytes / 2)), Message::from(vec![0xff; bytes])] {
            socket.send(message.clone()).await;
            assert!(socket.receive().await == Some(message), "{bytes}");
        }
    }
    socket.0.close(None).await.expect("it is open");
    server.until_nothing_is_open().await;
}

#[tokio::test]
async fn a_plan_without_a_close_ends_with_1000() {
    // No question of the server's own breaks the silence, nor does the silence end the socket.
    let limits = Limits {
        socket_ping_every: Duration::from_millis(20),
        socket_silence: Duration::from_millis(60),
        ..Setup::default().limits
    };
    let server = support::start_with(Setup { limits, ..Setup::default() }).await;
    let mut socket = open(&server, "w300", &link()).await;
    let Some(Message::Close(frame)) = socket.receive().await else { panic!("something was said") };
    assert_eq!(told(frame), (1_000, CLOSE_REASON.to_owned()));
}

#[tokio::test]
async fn a_cut_says_nothing() {
    let server = support::start().await;
    let id = link();
    let mut socket = open(&server, "i64,x", &id).await;
    assert_eq!(socket.receive().await.expect("an item").len(), 64);
    let end = socket.0.next().await;
    assert!(matches!(end, None | Some(Err(_))), "{end:?}");
    assert_eq!(ended(&server.state.ledgers, &id).await.1, CUT);
    let mut raw = Raw::open_with(&server, path::CHECK_SOCKET, "plan=w20,x").await;
    raw.until_reset().await;
}

#[tokio::test]
async fn sockets_are_told_when_the_server_stops() {
    let server = support::start().await;
    let mut socket = open(&server, "w60000", &link()).await;
    let stopping = server.begin_to_stop();
    assert_eq!(told(socket.until_closed().await).0, 1_001);
    stopping.stopped().await;
}

#[tokio::test]
async fn only_what_opens_a_socket_within_bounds_is_let_in() {
    let limits = Setup::default().limits;
    let per_client = Places { sockets: 1, ..limits.per_client };
    let limits = Limits { per_client, ..limits };
    let server = support::start_with(Setup { limits, ..Setup::default() }).await;
    let at = |query: &str| format!("{}?{query}", path::CHECK_SOCKET);
    assert_eq!(open_socket_at(&server, &at("plan=q"), &[]).await, 400);
    assert_eq!(reqwest::get(server.http(&at("plan=w1"))).await.expect("an answer").status(), 426);
    let held = open(&server, "w60000", &link()).await;
    assert_eq!(open_socket_at(&server, &at("plan=w1"), &[]).await, 429);
    drop(held);
    server.until_nothing_is_open().await;
    assert_eq!(open_socket_at(&server, &at("plan=w1"), &[]).await, 101);
}

#[tokio::test]
async fn a_plan_is_followed_over_http2_too() {
    let server = support::start().await;
    for (end, reason) in [("c4001", "4001"), ("x", CUT)] {
        let id = link();
        let Wire(stream) = Wire::open(server.address()).await;
        let (client, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
        tokio::spawn(connection);
        let mut client = client.ready().await.expect("room for a stream");
        let health = http::Request::get(server.http(path::HEALTHZ)).body(()).expect("a request");
        client.send_request(health, true).expect("a stream").0.await.expect("an answer");
        let target = format!("{}?plan=i64,w10,{end}&link={id}", path::CHECK_SOCKET);
        let opening = http::Request::connect(server.http(&target))
            .extension(h2::ext::Protocol::from_static("websocket"))
            .header("sec-websocket-version", "13")
            .body(());
        let opening = opening.expect("a request");
        let (answer, _outgoing) = client.send_request(opening, false).expect("a stream");
        let mut body = answer.await.expect("an answer").into_body();
        let mut said = vec![];
        while let Some(Ok(bytes)) = body.data().await {
            said.extend_from_slice(&bytes);
            if said.windows(CLOSE_REASON.len()).any(|it| it == CLOSE_REASON.as_bytes()) {
                break;
            }
        }
        assert_eq!(said[..2], [0x81, 64]);
        assert_eq!(said.get(66), (end != "x").then_some(&0x88), "{end}");
        drop((body, _outgoing));
        assert!(ended(&server.state.ledgers, &id).await.1.contains(reason), "{end}");
    }
}
