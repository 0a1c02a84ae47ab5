//! An answer on its way to the client.

use std::future::pending;
use std::io;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, sleep_until};

use super::body::Length;
use super::ends::Ends;
use super::fault::{Cut, End, Fault};
use super::head::Head;
use super::keep::First;

/// An answer as it comes from the server.
pub(super) struct Answer {
    pub(super) head: Head,
    pub(super) length: Length,
    pub(super) pieces: Receiver<io::Result<Vec<u8>>>,
    /// Where others are given it as well.
    pub(super) first: Option<First>,
}

/// Passes an answer on to its end, or to where the fault has it end.
pub(super) async fn pass(
    mut client: Ends,
    mut answer: Answer,
    fault: &dyn Fault,
) -> io::Result<()> {
    let mut out = Out { length: answer.length, head: answer.head.bytes(), is_silent: false };
    if !fault.holds_head() {
        out.write(&mut client.to, &[]).await?;
    }
    let mut holding = fault.holding();
    let cut = fault.cut(false).filter(|_| answer.length == Length::Chunked);
    let mut heard = Instant::now();
    let mut ends = cut.map(|cut| heard + cut.after);
    let mut unread = [0; 1024];
    loop {
        tokio::select! {
            piece = answer.pieces.recv() => {
                let piece = match piece {
                    Some(Ok(piece)) => piece,
                    Some(Err(_)) | None => {
                        out.ends().await;
                        out.write(&mut client.to, &holding.rest()).await?;
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                };
                if let Some(first) = &answer.first {
                    first.piece(&piece);
                }
                if piece.is_empty() {
                    out.write(&mut client.to, &holding.rest()).await?;
                    return out.end(&mut client.to).await;
                }
                heard = Instant::now();
                if let (Some(Cut { only_idle: true, after, .. }), Some(_)) = (cut, ends) {
                    ends = Some(heard + after);
                }
                let on = holding.take(piece, heard);
                out.pass(&mut client.to, &on).await?;
            }
            () = at(holding.due()) => {
                let on = holding.rest();
                out.pass(&mut client.to, &on).await?;
            }
            () = at(ends) => {
                ends = None;
                match cut.map(|cut| cut.end) {
                    Some(End::Silent) => out.is_silent = true,
                    Some(End::Proper) => {
                        out.write(&mut client.to, &holding.rest()).await?;
                        return out.end(&mut client.to).await;
                    }
                    Some(End::Reset) => return reset(client),
                    Some(End::Broken) | None => return Ok(()),
                }
            }
            read = client.from.read(&mut unread) => match read {
                Ok(1..) => {}
                Ok(0) | Err(_) if fault.tells_server() => return Ok(()),
                Ok(0) | Err(_) => {
                    while let Some(Ok(_)) = answer.pieces.recv().await {}
                    return Ok(());
                }
            },
        }
    }
}

/// What is written to the client.
struct Out {
    length: Length,
    /// Not yet written.
    head: Vec<u8>,
    is_silent: bool,
}

impl Out {
    /// Writes a piece of the body, if there is one and the client is to hear of it.
    async fn pass(&mut self, to: &mut OwnedWriteHalf, piece: &[u8]) -> io::Result<()> {
        if piece.is_empty() || self.is_silent { Ok(()) } else { self.write(to, piece).await }
    }

    /// Writes a piece, with the head where that was not written yet.
    async fn write(&mut self, to: &mut OwnedWriteHalf, piece: &[u8]) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.head);
        bytes.extend(self.length.written(piece));
        to.write_all(&bytes).await
    }

    /// Waits for ever where the client is not to hear of the end.
    async fn ends(&self) {
        if self.is_silent {
            pending::<()>().await;
        }
    }

    async fn end(&mut self, to: &mut OwnedWriteHalf) -> io::Result<()> {
        self.ends().await;
        to.write_all(self.length.end()).await
    }
}

/// Waits until a moment that may never come.
pub(super) async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => pending().await,
    }
}

/// Ends a connection by a reset.
pub(super) fn reset(client: Ends) -> io::Result<()> {
    SockRef::from(client.to.as_ref()).set_linger(Some(Duration::ZERO))?;
    // Dropped otherwise, it would say a proper end first.
    client.to.forget();
    Ok(())
}
