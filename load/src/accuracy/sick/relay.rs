//! A slow way: bytes arrive later than they were sent, and in their order.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc::channel;
use tokio::time::{Instant, sleep_until};

/// How slow a way is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Slow {
    /// How long everything takes, one way.
    pub(super) delay: Duration,
    /// Which piece takes longer, as one that was lost and is sent again: each of so many.
    pub(super) lost_of: Option<u32>,
    /// By how much.
    pub(super) again_after: Duration,
    /// How many bytes a second get through from a client; nothing where that is no limit.
    pub(super) up: Option<u32>,
}

/// Passes on what comes, both ways, until both sides have ended.
pub(super) async fn relay(client: TcpStream, next: SocketAddr, slow: Slow) {
    let Ok(server) = super::connect(next).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let down = Slow { up: None, ..slow };
    tokio::join!(later(from_client, to_server, slow), later(from_server, to_client, down));
}

async fn later(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, slow: Slow) {
    let (sender, mut receiver) = channel::<(Instant, Vec<u8>)>(1024);
    let reads = async move {
        let mut due = Due::new(slow, Instant::now());
        let mut piece = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut piece).await {
            let on_its_way = (due.next(Instant::now(), length), piece[..length].to_vec());
            // Where the writing has ended there is nobody to read for.
            if sender.send(on_its_way).await.is_err() {
                return;
            }
        }
    };
    let writes = async move {
        while let Some((due, piece)) = receiver.recv().await {
            sleep_until(due).await;
            if to.write_all(&piece).await.is_err() {
                return;
            }
        }
        // The other side may have gone already.
        let _ = to.shutdown().await;
    };
    tokio::join!(reads, writes);
}

/// When pieces arrive (pure).
struct Due {
    slow: Slow,
    number: u32,
    /// When the last piece was through the narrowest place.
    through: Instant,
    last: Instant,
}

impl Due {
    const fn new(slow: Slow, now: Instant) -> Self {
        Self { slow, number: 0, through: now, last: now }
    }

    fn next(&mut self, now: Instant, bytes: usize) -> Instant {
        let seconds = self.slow.up.map_or(0.0, |up| bytes as f64 / f64::from(up));
        self.through = self.through.max(now) + Duration::from_secs_f64(seconds);
        self.number = self.number.wrapping_add(1);
        let is_lost = self.slow.lost_of.is_some_and(|of| self.number.is_multiple_of(of));
        let again = if is_lost { self.slow.again_after } else { Duration::ZERO };
        // What was sent after a lost piece waits for it.
        self.last = self.last.max(self.through + self.slow.delay + again);
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_piece_is_late_and_keeps_the_next_ones_waiting() {
        let millis = Duration::from_millis;
        let slow =
            Slow { delay: millis(100), lost_of: Some(3), again_after: millis(200), up: None };
        let now = Instant::now();
        let mut due = Due::new(slow, now);
        let arrives = [0, 50, 100, 150, 400].map(|at| due.next(now + millis(at), 9) - now);
        assert_eq!(arrives, [100, 150, 400, 400, 500].map(millis));
        // A narrow place lets one after the other through.
        let mut due = Due::new(Slow { lost_of: None, up: Some(100), ..slow }, now);
        let arrives = [0, 50, 400].map(|at| due.next(now + millis(at), 10) - now);
        assert_eq!(arrives, [200, 300, 600].map(millis));
    }
}
