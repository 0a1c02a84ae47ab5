//! One connection of a client: a request, what becomes of it, and its answer.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::body::{self, Length};
use super::connect;
use super::ends::Ends;
use super::fault::Fault;
use super::head::Head;
use super::keep::{self, Found, Keeps, Kept};
use super::socket;
use super::stream::{self, Answer};

/// Serves a connection to its end.
pub(super) async fn serve(
    client: TcpStream,
    next: SocketAddr,
    fault: Arc<dyn Fault>,
    kept: Arc<Kept>,
) {
    // A connection that fails is over, and both its ends are told by its end.
    let _ = request(Ends::of(client), next, &*fault, &kept).await;
}

async fn request(
    mut client: Ends,
    next: SocketAddr,
    fault: &dyn Fault,
    kept: &Arc<Kept>,
) -> io::Result<()> {
    let Some(mut request) = Head::read(&mut client.from).await? else { return Ok(()) };
    let length = Length::of_request(&request);
    if let Some(status) = fault.refuses(&request) {
        return refuse(client, status).await;
    }
    if fault.swallows(&request) {
        // Until the client has had enough.
        return tokio::io::copy(&mut client.from, &mut tokio::io::sink()).await.map(|_| ());
    }
    fault.request(&mut request);
    if !request.is_upgrade() {
        request.set("Connection", "close");
    }
    let mut message = request.bytes();
    message.extend(whole(&mut client.from, length, &message_end(length)).await?);
    let keeps = if request.method() == "GET" && request.target().contains("/stream") {
        fault.keeps()
    } else {
        Keeps::Nothing
    };
    let first = match keeps {
        Keeps::Nothing => None,
        Keeps::WhileItRuns | Keeps::AfterItsEnd => match kept.find(request.target(), keeps) {
            Found::Nothing(first) => Some(first),
            Found::Kept(answer) => {
                let (head, length, pieces) = keep::again(&answer).await?;
                let answer = Answer { head, length, pieces, first: None };
                return stream::pass(client, answer, fault).await;
            }
        },
    };
    for _ in 1..fault.times() {
        let mut other = connect(next).await?;
        other.write_all(&message).await?;
        tokio::spawn(async move { tokio::io::copy(&mut other, &mut tokio::io::sink()).await });
    }
    let mut server = Ends::of(connect(next).await?);
    server.to.write_all(&message).await?;
    let Some(mut head) = Head::read(&mut server.from).await? else { return Ok(()) };
    if head.status() == 101 {
        client.to.write_all(&head.bytes()).await?;
        return socket::pass(client, server, fault).await;
    }
    let length = Length::of_answer(&request, &head);
    head.set("Connection", "close");
    fault.answer(&mut head);
    if let Some(first) = &first {
        first.head(&head, length);
    }
    let pieces = body::pieces(server.from, length);
    let answer = Answer { head, length, pieces, first };
    let passed = stream::pass(client, answer, fault).await;
    // Until here: its end would tell the server that the client has gone.
    drop(server.to);
    passed
}

/// Reads a request's body, as it is to be written again.
async fn whole(
    from: &mut (impl AsyncRead + Unpin),
    length: Length,
    end: &[u8],
) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    match length {
        Length::Known(bytes) => {
            from.take(bytes.min(LARGEST)).read_to_end(&mut body).await?;
        }
        Length::Chunked | Length::ToTheEnd => {
            while !body.ends_with(end) && (body.len() as u64) < LARGEST {
                body.push(from.read_u8().await?);
            }
        }
    }
    Ok(body)
}

fn message_end(length: Length) -> Vec<u8> {
    [b"\r\n", length.end()].concat()
}

async fn refuse(mut client: Ends, status: u16) -> io::Result<()> {
    let body = format!("<html><body><h1>{status}</h1></body></html>\n");
    let head = format!(
        "HTTP/1.1 {status} Refused\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    client.to.write_all((head + &body).as_bytes()).await?;
    client.to.shutdown().await?;
    // Closed with something unread, the connection would be reset before the answer is read.
    let mut rest = client.from.take(LARGEST);
    tokio::io::copy(&mut rest, &mut tokio::io::sink()).await.map(|_| ())
}

/// The largest body of a request that is passed on.
const LARGEST: u64 = 4 * 1024 * 1024;
