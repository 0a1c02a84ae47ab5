//! The same bytes back over plain TCP: what the system itself costs.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::Result;

pub(crate) async fn run(listener: TcpListener) -> Result<()> {
    loop {
        let (mut stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            // A frame of the largest load fits, and its last piece waits for nothing.
            let mut buffer = vec![0; 32 * 1024];
            if stream.set_nodelay(true).is_err() {
                return;
            }
            while let Ok(length @ 1..) = stream.read(&mut buffer).await {
                if stream.write_all(&buffer[..length]).await.is_err() {
                    return;
                }
            }
        });
    }
}
