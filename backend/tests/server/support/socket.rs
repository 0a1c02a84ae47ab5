//! A WebSocket client, not of this project.

use echoclock_shared::echo::{FromBrowser, FromServer};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::PATIENCE;

/// A socket as a test uses it.
#[derive(Debug)]
pub(crate) struct Client(pub(crate) WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    pub(crate) async fn open(url: String) -> Self {
        let (socket, _) = tokio_tungstenite::connect_async(url).await.expect("the socket opens");
        Self(socket)
    }

    /// Opens the chat echo and takes its `hello`.
    pub(crate) async fn open_chat(url: String) -> Self {
        let mut client = Self::open(url).await;
        assert!(matches!(client.next().await, FromServer::Hello { .. }));
        client
    }

    pub(crate) async fn send(&mut self, message: impl Into<Message>) {
        self.0.send(message.into()).await.expect("the socket is open");
    }

    pub(crate) async fn ask(&mut self, message: &FromBrowser) -> FromServer {
        self.send(message.encode()).await;
        self.next().await
    }

    /// Returns the next message, control frames included; nothing at the end.
    pub(crate) async fn receive(&mut self) -> Option<Message> {
        let received = tokio::time::timeout(PATIENCE, self.0.next()).await;
        received.expect("a message").map(|message| message.expect("the connection is whole"))
    }

    pub(crate) async fn next(&mut self) -> FromServer {
        let message = self.receive().await.expect("the socket is open");
        let text = message.to_text().expect("the server says text");
        FromServer::decode(text).expect("a message of the server")
    }

    /// Reads up to the close frame, and on to the clean end that has to follow it.
    pub(crate) async fn until_closed(&mut self) -> Option<CloseFrame> {
        loop {
            match self.receive().await {
                Some(Message::Close(frame)) => {
                    assert_eq!(self.receive().await, None, "a close frame is the last");
                    return frame;
                }
                Some(_) => {}
                None => panic!("ended without a close frame"),
            }
        }
    }
}

/// Returns what a close frame says.
pub(crate) fn told(frame: Option<CloseFrame>) -> (u16, String) {
    let frame = frame.expect("a code and a reason");
    (frame.code.into(), frame.reason.to_string())
}
