//! The chat echo: typed JSON messages, to which the server speaks first.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::Response;
use echoclock_shared::close::CloseCode;
use echoclock_shared::echo::{FromBrowser, FromServer, SUBPROTOCOL};
use echoclock_shared::limits::ECHO_MESSAGE_MAX;

use crate::error::Refusal;
use crate::socket::{End, Endpoint, Message, Opening, Socket, Subprotocol};
use crate::state::AppState;

/// Answers `/api/echo`.
///
/// # Errors
///
/// Where the request opens no WebSocket, or the server drains.
pub(crate) async fn open(
    State(state): State<AppState>,
    opening: Opening,
) -> Result<Response, Refusal> {
    let endpoint = Endpoint {
        name: "echo".to_owned(),
        message_max: ECHO_MESSAGE_MAX,
        subprotocol: Subprotocol::Known(SUBPROTOCOL),
    };
    endpoint.open(state, opening, async |mut socket, state| {
        let Err(end) = converse(&mut socket, &state).await;
        socket.close(end).await;
    })
}

async fn converse(socket: &mut Socket, state: &AppState) -> Result<Infallible, End> {
    let hello = FromServer::Hello {
        instance: state.instance.clone(),
        version: state.version().to_owned(),
        now: state.wall.now(),
    };
    socket.send(Message::Text(hello.encode().into())).await?;
    loop {
        match socket.next().await? {
            Message::Text(json) => {
                let answer = answer(&json, state);
                socket.send(Message::Text(answer.encode().into())).await?;
            }
            Message::Binary(_) => {
                let reason = "this socket takes text messages only".to_owned();
                return Err(End::ByServer(CloseCode::UNSUPPORTED, reason));
            }
        }
    }
}

pub(super) fn answer(json: &str, state: &AppState) -> FromServer {
    let now = state.wall.now();
    match FromBrowser::decode(json) {
        Ok(FromBrowser::Say { key, text }) => {
            state.counts.echoed();
            FromServer::Echo { key, text, received: now }
        }
        Ok(FromBrowser::Ping) => FromServer::Pong { now },
        Err(fault) => FromServer::Error(fault),
    }
}
