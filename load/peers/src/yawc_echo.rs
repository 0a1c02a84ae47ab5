//! An echo by yawc, after the server in its documentation; messages are not compressed by default.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use yawc::WebSocket;
use yawc::frame::OpCode;

use crate::Result;

pub(crate) async fn run(listener: TcpListener) -> Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            let connection =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(opened));
            // How a client leaves is no matter of the measurement.
            let _ = connection.with_upgrades().await;
        });
    }
}

async fn opened(mut request: Request<Incoming>) -> yawc::Result<Response<Empty<Bytes>>> {
    let (response, upgraded) = WebSocket::upgrade(&mut request)?;
    tokio::spawn(async move {
        let Ok(mut socket) = upgraded.await else { return };
        while let Some(frame) = socket.next().await {
            let echoed = matches!(frame.opcode(), OpCode::Text | OpCode::Binary);
            if echoed && socket.send(frame).await.is_err() {
                return;
            }
        }
    });
    Ok(response)
}
