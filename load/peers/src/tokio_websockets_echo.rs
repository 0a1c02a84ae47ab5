//! An echo by tokio-websockets, after its `echo_server` example.

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpListener;
use tokio_websockets::{Config, Limits, ServerBuilder};

use crate::Result;

pub(crate) async fn run(listener: TcpListener) -> Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(tokio::task::unconstrained(async move {
            let accepted = ServerBuilder::new()
                .config(Config::default().frame_size(usize::MAX))
                .limits(Limits::unlimited())
                .accept(stream)
                .await;
            let Ok((_request, mut socket)) = accepted else { return };
            while let Some(Ok(message)) = socket.next().await {
                let echoed = message.is_text() || message.is_binary();
                if echoed && socket.send(message).await.is_err() {
                    return;
                }
            }
        }));
    }
}
