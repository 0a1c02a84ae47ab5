//! `Socket`: a WebSocket that carries the items, a text message each.

use std::convert::Infallible;
use std::future::poll_fn;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use echoclock_shared::close::CloseCode;
use echoclock_shared::encode;
use echoclock_shared::transport::Transport;
use tokio::time::Instant;

use super::{Followed, Following, Query, Source};
use crate::alarm::Alarm;
use crate::error::Refusal;
use crate::feed::{Encoding, Feed, Follower};
use crate::socket::{End, Endpoint, MessageMax, Opening, Socket, Subprotocol};
use crate::work::Carries;

/// Answers a WebSocket's opening and sends the items.
///
/// # Errors
///
/// Where the query makes no sense, the request opens no WebSocket, or there are as many as may be.
pub(super) async fn answer<S: Source>(
    State(followed): State<Followed<S>>,
    opening: Opening,
    query: Query,
) -> Result<Response, Refusal> {
    let Following { mut follower, name, silence_max, .. } =
        followed.follow(query, Encoding::Json)?;
    let endpoint = Endpoint {
        name,
        carries: Carries::Feed(Transport::Socket),
        message_max: MessageMax::Fixed(MESSAGE_MAX),
        subprotocol: Subprotocol::No,
        silence: None,
    };
    endpoint.open(followed.app, opening, async move |mut socket, _| {
        let Err(end) = send(&mut socket, &mut follower, silence_max).await;
        drop(follower);
        socket.close(end).await;
    })
}

async fn send<F: Feed>(
    socket: &mut Socket,
    follower: &mut Follower<F>,
    silence_max: Duration,
) -> Result<Infallible, End> {
    let mut said = Instant::now();
    let mut alarm = Alarm::new(said + silence_max);
    // The client learns at once that it got through, also where there is nothing for it yet.
    let mut is_to_ping = !follower.is_behind();
    loop {
        if is_to_ping {
            socket.say(encode::PING.as_bytes())?;
        }
        socket.flush().await?;
        is_to_ping = tokio::select! {
            biased;
            end = socket.listen(|_| Err(nothing_can_be_said())) => return Err(end),
            pulled = follower.pull() => {
                let Some(pulled) = pulled else {
                    return Err(End::ByServer(CloseCode::NORMAL, "the feed ended".to_owned()));
                };
                pulled.items().try_for_each(|item| socket.say(&item))?;
                socket.gave(pulled.count(), pulled.size(), pulled.due);
                false
            }
            () = poll_fn(|cx| alarm.poll_until(cx, said + silence_max)) => true,
        };
        said = Instant::now();
    }
}

fn nothing_can_be_said() -> End {
    End::ByServer(CloseCode::UNSUPPORTED, "nothing can be said on this socket".to_owned())
}

/// The largest message that a client may say only to be told that nothing can be said.
const MESSAGE_MAX: usize = 64 * 1024;
