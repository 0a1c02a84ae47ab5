//! A gentle end.
//!
//! Closing a socket that has unread bytes resets the connection, and a reset can destroy what
//! was sent and not yet read: a close frame, or the answer to an upload that was refused. So the
//! server says that nothing more comes, and reads on until the client has closed its side too,
//! for a bounded while and a bounded number of bytes.

use std::future::pending;
use std::io;
use std::time::Duration;

use futures_util::future::Either;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::{Channel, Tap};
use crate::http1::How;
use crate::places::Seat;

/// Ends the server's side, then reads until the client has ended its own, or has to make room; who
/// has had to and has just been answered has a moment.
pub(super) async fn linger(mut channel: Channel, tap: Tap, how: How, seat: Seat) {
    let guest = seat.guest();
    guest.note(true);
    // An error here and below means that the connection is gone, which is what is wanted.
    let (at_most, has_to_go) = if guest.goes_gently() {
        (LINGER_IDLE, Either::Left(pending()))
    } else {
        (LINGER_FOR, Either::Right(guest.sent_away()))
    };
    let gentle = timeout(at_most, async {
        channel.shutdown().await?;
        let mut discarded = [0; DISCARDED_AT_ONCE];
        let mut left = DISCARDED_MAX;
        while left > 0 {
            let read = timeout(LINGER_IDLE, channel.read(&mut discarded)).await??;
            if read == 0 {
                break;
            }
            tap.received(&discarded[..read]);
            left = left.saturating_sub(read);
        }
        Ok::<_, io::Error>(())
    });
    tokio::select! {
        _ = gentle => {}
        () = has_to_go => {}
    }
    tap.closed(how);
}

/// How long a client may go on sending after the server has closed.
const LINGER_FOR: Duration = Duration::from_secs(10);

/// How long it may be silent before it closes its own side.
const LINGER_IDLE: Duration = Duration::from_secs(2);

/// How much it may send meanwhile: a body much too large, which it sends whole before it looks for an
/// answer.
const DISCARDED_MAX: usize = 64 * 1024 * 1024;

const DISCARDED_AT_ONCE: usize = 4 * 1024;
