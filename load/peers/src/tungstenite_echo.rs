//! An echo by tokio-tungstenite, after its `echo-server` example.

use futures_util::{StreamExt, TryStreamExt, future};
use tokio::net::TcpListener;

use crate::Result;

pub(crate) async fn run(listener: TcpListener) -> Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            let Ok(socket) = tokio_tungstenite::accept_async(stream).await else { return };
            let (write, read) = socket.split();
            // How a client leaves is no matter of the measurement.
            let _ = read
                .try_filter(|message| future::ready(message.is_text() || message.is_binary()))
                .forward(write)
                .await;
        });
    }
}
