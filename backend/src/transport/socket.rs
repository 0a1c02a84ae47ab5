//! `Socket`: a WebSocket that carries the items, a text message each.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use echoclock_shared::close::CloseCode;
use echoclock_shared::encode;
use tokio::time::sleep;

use super::{Followed, Following, Query, Source};
use crate::error::Refusal;
use crate::feed::{Encoding, Feed, Follower};
use crate::socket::{End, Endpoint, Message, Opening, Socket, Subprotocol};

/// Answers a WebSocket's opening and sends the items.
///
/// # Errors
///
/// Where the query makes no sense, the request opens no WebSocket, or the server drains.
pub(super) async fn answer<S: Source>(
    State(followed): State<Followed<S>>,
    opening: Opening,
    query: Query,
) -> Result<Response, Refusal> {
    let Following { mut follower, name, silence_max, .. } =
        followed.follow(query, Encoding::Json)?;
    let endpoint = Endpoint { name, message_max: MESSAGE_MAX, subprotocol: Subprotocol::No };
    endpoint.open(followed.app, opening, async move |mut socket, _| {
        let Err(end) = send(&mut socket, &mut follower, silence_max).await;
        socket.close(end).await;
    })
}

async fn send<F: Feed>(
    socket: &mut Socket,
    follower: &mut Follower<F>,
    silence_max: Duration,
) -> Result<Infallible, End> {
    let ping = Bytes::from_static(encode::PING.as_bytes());
    // The client learns at once that it got through, also where there is nothing for it yet.
    if !follower.is_behind() {
        socket.send(text(ping.clone())).await?;
    }
    loop {
        tokio::select! {
            biased;
            heard = socket.next() => {
                heard?;
                let reason = "nothing can be said on this socket".to_owned();
                return Err(End::ByServer(CloseCode::UNSUPPORTED, reason));
            }
            items = follower.next() => {
                let Some(items) = items else {
                    let reason = "the feed ended".to_owned();
                    return Err(End::ByServer(CloseCode::NORMAL, reason));
                };
                for item in items {
                    socket.send(text(item)).await?;
                }
            }
            () = sleep(silence_max) => socket.send(text(ping.clone())).await?,
        }
    }
}

fn text(json: Bytes) -> Message {
    Message::Text(json.try_into().expect("JSON is UTF-8"))
}

/// The largest message that a client may say only to be told that nothing can be said.
const MESSAGE_MAX: usize = 64 * 1024;
