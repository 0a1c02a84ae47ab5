//! A file on its way to a client: read piece by piece as the client takes them.

use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body::{Body, Frame, SizeHint};
use tokio::time::sleep;

use super::folder::{Folder, Open, Opened};
use crate::budget::{Budget, NoRoom, Share};
use crate::client::Client;
use crate::stamp::Stamp;

/// A response's body out of a file. Where the file changes meanwhile, it is broken off.
pub(super) struct Sending {
    folder: Folder,
    budget: Budget,
    client: Client,
    stamp: Stamp,
    left: u64,
    step: Step,
}

enum Step {
    /// To be read on, with a share of the memory for the next piece where there is one already.
    Next(Open, Option<Share>),
    Reading(BoxFuture<'static, io::Result<(Open, Bytes)>>),
    Over,
}

impl Sending {
    /// Begins to send a part of a file.
    ///
    /// # Errors
    ///
    /// Where there is no memory for a piece of it.
    pub(super) fn new(
        folder: Folder,
        budget: Budget,
        client: Client,
        opened: Opened,
        part: Range<u64>,
    ) -> Result<Self, NoRoom> {
        let Opened { mut file, stamp, .. } = opened;
        let left = part.end - part.start;
        let mut share = budget.share();
        share.resize(piece(left))?;
        let step = match file.seek(part.start) {
            // Nothing is read of it.
            Ok(()) if left == 0 => Step::Over,
            Ok(()) => Step::Next(file, Some(share)),
            // Nothing is sent of what was promised.
            Err(_) => Step::Over,
        };
        Ok(Self { folder, budget, client, stamp, left, step })
    }

    fn read(
        &self,
        file: Open,
        share: Option<Share>,
    ) -> BoxFuture<'static, io::Result<(Open, Bytes)>> {
        let (folder, budget, stamp) = (self.folder.clone(), self.budget.clone(), self.stamp);
        let bytes = piece(self.left);
        Box::pin(async move {
            let share = match share {
                Some(share) => share,
                None => when_there_is_room(&budget, bytes).await?,
            };
            let (file, read) = folder.read(file, stamp, bytes).await?;
            Ok((file, share.hold(read)))
        })
    }
}

impl Body for Sending {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Polled>> {
        loop {
            match std::mem::replace(&mut self.step, Step::Over) {
                _ if self.left == 0 => return Poll::Ready(None),
                Step::Next(file, share) => self.step = Step::Reading(self.read(file, share)),
                Step::Reading(mut reading) => {
                    let Poll::Ready(read) = reading.as_mut().poll(cx) else {
                        self.step = Step::Reading(reading);
                        return Poll::Pending;
                    };
                    let (file, piece) = read.inspect_err(|error| {
                        let (client, left) = (self.client, self.left);
                        tracing::warn!(%client, %error, left, "a file is broken off");
                    })?;
                    self.left -= piece.len() as u64;
                    if self.left > 0 {
                        self.step = Step::Next(file, None);
                    }
                    // After its last piece it is closed, whenever that is taken.
                    return Poll::Ready(Some(Ok(Frame::data(piece))));
                }
                Step::Over => {
                    let broken = io::Error::other("it can't be read on");
                    return Poll::Ready(Some(Err(broken)));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

type Polled = io::Result<Frame<Bytes>>;

/// Waits until there is memory for the next piece, though not for ever.
async fn when_there_is_room(budget: &Budget, bytes: usize) -> io::Result<Share> {
    let mut share = budget.share();
    for _ in 0..TRIES {
        if share.resize(bytes).is_ok() {
            return Ok(share);
        }
        sleep(TRY_AGAIN_AFTER).await;
    }
    Err(io::Error::other(NoRoom))
}

fn piece(left: u64) -> usize {
    usize::try_from(left).map_or(PIECE, |left| left.min(PIECE))
}

/// How much of a file is read at once.
const PIECE: usize = 64 * 1024;

/// How soon there may be memory again, and how often that is tried.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(100);
const TRIES: usize = 100;

#[cfg(test)]
mod tests {
    use std::fs;

    use http_body_util::BodyExt;

    use super::*;
    use crate::hits::Hits;
    use crate::limits::Places;
    use crate::places::{Kind, Taken};

    #[tokio::test]
    async fn a_file_is_open_until_its_last_piece_is_there() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("file"), vec![7; PIECE + 1]).expect("a file");
        let taken = Taken::new(Places::IN_ALL, Places::PER_CLIENT, Hits::default());
        let site = Folder::new(folder.path().to_owned(), taken.clone());
        let budget = Budget::new(1024 * 1024, Hits::default());
        let (client, length) = (Client::UNKNOWN, PIECE as u64 + 1);
        for (part, pieces) in [(0..length, &[PIECE, 1][..]), (3..9, &[6]), (5..5, &[])] {
            let opened = site.open(client, "file".to_owned(), vec![]).await.expect("it is there");
            assert_eq!(taken.held(Kind::File), 1);
            let sending = Sending::new(site.clone(), budget.clone(), client, opened, part.clone());
            let mut sending = sending.expect("there is room");
            for (n, bytes) in pieces.iter().enumerate() {
                assert_eq!(taken.held(Kind::File), 1, "{part:?}: it is read on");
                let piece = sending.frame().await.expect("a piece").expect("it can be read");
                assert_eq!(piece.into_data().expect("data").len(), *bytes, "{part:?} {n}");
            }
            assert_eq!(taken.held(Kind::File), 0, "{part:?}: nothing is left to be read");
            assert!(sending.frame().await.is_none() && sending.is_end_stream(), "{part:?}");
        }
    }
}
