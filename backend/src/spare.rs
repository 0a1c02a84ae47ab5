//! A file that is kept open for the moment in which no other can be.
//!
//! A connection that can't be accepted waits in the system's queue, and its client hears nothing. With
//! the spare file's place one is taken in at a time, told that there is none, and closed.

use std::fs::File;
use std::time::{Duration, SystemTime};

use axum::response::IntoResponse;
use futures_util::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::client::Client;
use crate::connection::Accepted;
use crate::error::{self, Refusal};
use crate::listener::Listener;
use crate::peer::Peer;
use crate::work::Work;

/// The file, where there was room for one.
#[derive(Debug)]
pub(crate) struct Spare(Option<File>);

/// Who waits where no file can be opened for them.
#[derive(Debug)]
pub(crate) enum Waits {
    /// Nobody: the system asks for a free place before it looks who is there.
    Nobody,
    /// This one, which has taken the place of the spare file.
    One(Accepted, Peer),
    /// Nobody can know.
    Perhaps,
}

impl Spare {
    pub(crate) fn new() -> Self {
        Self(open())
    }

    /// Looks who waits, and takes one in, in the place of the spare file.
    pub(crate) fn look(&mut self, listener: &Listener) -> Waits {
        let Some(file) = self.0.take().or_else(open) else { return Waits::Perhaps };
        drop(file);
        // Not waited for, because in the meantime others may take the place.
        match listener.accept().now_or_never() {
            Some(Ok((accepted, peer))) => Waits::One(accepted, peer),
            Some(Err(_)) => Waits::Perhaps,
            None => {
                self.open_again();
                Waits::Nobody
            }
        }
    }

    /// Opens the spare file again, once there is a place for it.
    pub(crate) fn open_again(&mut self) {
        self.0 = self.0.take().or_else(open);
    }
}

/// Opens something that is there on every Unix; other systems know no such bound.
fn open() -> Option<File> {
    File::open("/dev/null").ok()
}

/// Answers whatever is asked that there is no room, and sees to it that the answer arrives, for a short
/// while.
pub(crate) async fn refuse(mut stream: Accepted, peer: Peer, work: &Work) {
    let refusal = Refusal::NotNow { detail: "this server can take in no more connections" };
    let response = refusal.into_response();
    error::told(&response, work, Client::from(peer));
    let answer = error::written(response, SystemTime::now()).await;
    let mut asked = [0; ASKED_AT_ONCE];
    // Whoever asks too late, or takes too little, learns less of it.
    let _ = timeout(WITHIN, stream.read(&mut asked)).await;
    let _ = timeout(WITHIN, async {
        stream.write_all(&answer).await?;
        stream.shutdown().await?;
        // What was not read would have the system take the answer back.
        while stream.read(&mut asked).await? > 0 {}
        Ok::<_, std::io::Error>(())
    })
    .await;
}

/// How long a client may take to ask, and then to take the answer and to go.
const WITHIN: Duration = Duration::from_millis(50);

/// How much of a request is read at a time.
const ASKED_AT_ONCE: usize = 4 * 1024;
