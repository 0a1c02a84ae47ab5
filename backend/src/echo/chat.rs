//! The chat echo: typed JSON messages, to which the server speaks first.

use axum::extract::State;
use axum::response::Response;
use echoclock_shared::close::CloseCode;
use echoclock_shared::echo::{FromBrowser, FromServer, SUBPROTOCOL};
use echoclock_shared::limits::ECHO_MESSAGE_MAX;

use crate::error::Refusal;
use crate::socket::{Answer, End, Endpoint, Message, MessageMax, Opening, Socket, Subprotocol};
use crate::state::AppState;
use crate::work::{Carries, Echo};

/// Answers `/api/echo`.
///
/// # Errors
///
/// Where the request opens no WebSocket, or there are as many as may be.
pub(crate) async fn open(
    State(state): State<AppState>,
    opening: Opening,
) -> Result<Response, Refusal> {
    let endpoint = Endpoint {
        name: "echo".to_owned(),
        carries: Carries::Chat,
        message_max: MessageMax::Fixed(ECHO_MESSAGE_MAX),
        subprotocol: Subprotocol::Known(SUBPROTOCOL),
        silence: None,
    };
    endpoint.open(state, opening, async |mut socket, state| {
        let end = converse(&mut socket, &state).await;
        socket.close(end).await;
    })
}

async fn converse(socket: &mut Socket, state: &AppState) -> End {
    let hello = FromServer::Hello {
        instance: state.instance.clone(),
        version: state.version().to_owned(),
        now: state.wall.now(),
    };
    if let Err(end) = socket.say(hello.encode().as_bytes()) {
        return end;
    }
    let hear = |message: Message<'_>| match message {
        Message::Text(json) => {
            let json = std::str::from_utf8(json).expect("a text is UTF-8");
            Ok(Answer::Text(answer(json, Echo::Chat, state).encode()))
        }
        Message::Binary => {
            let reason = "this socket takes text messages only".to_owned();
            Err(End::ByServer(CloseCode::UNSUPPORTED, reason))
        }
    };
    socket.listen(hear).await
}

pub(super) fn answer(json: &str, echo: Echo, state: &AppState) -> FromServer {
    let now = state.wall.now();
    match FromBrowser::decode(json) {
        Ok(FromBrowser::Say { key, text }) => {
            state.counts.work().echoed(echo, json.len());
            FromServer::Echo { key, text, received: now }
        }
        Ok(FromBrowser::Ping) => FromServer::Pong { now },
        Err(fault) => FromServer::Error(fault),
    }
}
