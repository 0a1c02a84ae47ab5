//! A body as it comes, piece by piece, and as it goes on.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};
use tokio::sync::mpsc::{Receiver, channel};

use super::head::Head;

/// Where a body ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Length {
    /// There are so many bytes.
    Known(u64),
    /// It says so itself.
    Chunked,
    /// The connection's end is its end.
    ToTheEnd,
}

impl Length {
    /// Of a request's body.
    pub(super) fn of_request(head: &Head) -> Self {
        if head.is_chunked() { Self::Chunked } else { Self::Known(head.length().unwrap_or(0)) }
    }

    /// Of the body that answers a request.
    pub(super) fn of_answer(request: &Head, head: &Head) -> Self {
        if request.method() == "HEAD" || matches!(head.status(), 100..200 | 204 | 304) {
            Self::Known(0)
        } else if head.is_chunked() {
            Self::Chunked
        } else {
            head.length().map_or(Self::ToTheEnd, Self::Known)
        }
    }

    /// A piece as it is written; an empty one would end the body.
    pub(super) fn written(self, piece: &[u8]) -> Vec<u8> {
        match self {
            Self::Chunked if piece.is_empty() => Vec::new(),
            Self::Chunked => {
                let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
                chunk.extend_from_slice(piece);
                chunk.extend_from_slice(b"\r\n");
                chunk
            }
            Self::Known(_) | Self::ToTheEnd => piece.to_vec(),
        }
    }

    /// What is written after the last piece.
    pub(super) fn end(self) -> &'static [u8] {
        match self {
            Self::Chunked => b"0\r\n\r\n",
            Self::Known(_) | Self::ToTheEnd => b"",
        }
    }
}

/// Reads a body in a task of its own, so that whoever waits for a piece may also wait for others; an
/// error is a body that broke off.
pub(super) fn pieces(
    mut from: impl AsyncBufRead + Send + Unpin + 'static,
    length: Length,
) -> Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = channel(16);
    tokio::spawn(async move {
        let mut left = if let Length::Known(bytes) = length { bytes } else { 0 };
        loop {
            let next = async {
                match length {
                    Length::Chunked => chunk(&mut from).await,
                    Length::Known(_) => some(&mut from, left).await,
                    Length::ToTheEnd => some(&mut from, u64::MAX).await,
                }
            };
            let piece = tokio::select! {
                piece = next => piece,
                () = sender.closed() => return,
            };
            let piece = match piece {
                Ok(piece) if piece.is_empty() && left > 0 => Err(broken()),
                other => other,
            };
            left = left.saturating_sub(piece.as_ref().map_or(0, |piece| piece.len() as u64));
            let is_last = piece.as_ref().map_or(true, Vec::is_empty);
            if sender.send(piece).await.is_err() || is_last {
                return;
            }
        }
    });
    receiver
}

/// The next chunk; the last one is empty.
async fn chunk(from: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Vec<u8>> {
    let size = line(from).await?;
    let digits = size.split(';').next().unwrap_or_default().trim();
    let size = usize::from_str_radix(digits, 16).map_err(io::Error::other)?;
    if size > LARGEST {
        return Err(io::Error::other("a chunk beyond all bounds"));
    }
    let mut piece = vec![0; size];
    from.read_exact(&mut piece).await?;
    line(from).await?;
    Ok(piece)
}

async fn line(from: &mut (impl AsyncBufRead + Unpin)) -> io::Result<String> {
    let mut line = String::new();
    if from.read_line(&mut line).await? == 0 {
        return Err(broken());
    }
    Ok(line)
}

/// What is there, at most so much; nothing at the end.
async fn some(from: &mut (impl AsyncBufRead + Unpin), most: u64) -> io::Result<Vec<u8>> {
    if most == 0 {
        return Ok(Vec::new());
    }
    let there = from.fill_buf().await?;
    let taken = there.len().min(usize::try_from(most).unwrap_or(usize::MAX));
    let piece = there[..taken].to_vec();
    from.consume(taken);
    Ok(piece)
}

fn broken() -> io::Error {
    io::ErrorKind::UnexpectedEof.into()
}

/// The largest chunk that is passed on.
const LARGEST: usize = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(bytes: &'static [u8], length: Length) -> (Vec<u8>, bool) {
        let mut pieces = pieces(bytes, length);
        let mut all = Vec::new();
        while let Some(piece) = pieces.recv().await {
            match piece {
                Ok(piece) => all.extend(piece),
                Err(_) => return (all, false),
            }
        }
        (all, true)
    }

    #[tokio::test]
    async fn a_body_ends_where_it_says() {
        for (bytes, length, body, is_whole) in [
            (&b"2\r\nab\r\n1;x\r\nc\r\n0\r\n\r\nmore"[..], Length::Chunked, &b"abc"[..], true),
            (b"2\r\nab\r\n", Length::Chunked, b"ab", false),
            (b"abcd", Length::Known(3), b"abc", true),
            (b"ab", Length::Known(3), b"ab", false),
            (b"ab", Length::Known(0), b"", true),
            (b"abcd", Length::ToTheEnd, b"abcd", true),
        ] {
            let read = read(bytes, length).await;
            assert_eq!(read, (body.to_vec(), is_whole), "{length:?}");
        }
    }

    #[test]
    fn a_piece_is_written_as_its_body_wants_it() {
        assert_eq!(Length::Chunked.written(b"0123456789abcdef"), b"10\r\n0123456789abcdef\r\n");
        assert_eq!(Length::Chunked.written(b""), b"");
        assert_eq!(Length::ToTheEnd.written(b"ab"), b"ab");
    }
}
