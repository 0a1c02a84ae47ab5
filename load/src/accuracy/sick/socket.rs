//! A WebSocket's frames on their way.

use std::io;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::{Instant, sleep_until};

use super::ends::Ends;
use super::fault::{Cut, End, Fate, Fault};
use super::frame::Frame;
use super::stream::reset;

/// Passes frames both ways until an end closes, or the fault has it end.
pub(super) async fn pass(mut client: Ends, mut server: Ends, fault: &dyn Fault) -> io::Result<()> {
    let heard = Mutex::new(Instant::now());
    let is_silent = AtomicBool::new(false);
    let never = AtomicBool::new(false);
    let up = Direction { fault, heard: &heard, is_silent: &never };
    let down = Direction { fault, heard: &heard, is_silent: &is_silent };
    let over = {
        let down = down.pass(&mut server.from, &mut client.to);
        tokio::pin!(down);
        tokio::select! {
            why = up.pass(&mut client.from, &mut server.to) => match why {
                Over::Gone if !fault.tells_server() => down.await,
                why @ (Over::Gone | Over::Closed(_) | Over::Reset) => why,
            },
            why = &mut down => why,
            why = cut(fault.cut(true), &heard, &is_silent) => why,
        }
    };
    match over {
        Over::Closed(code) => client.to.write_all(&Frame::close(code).bytes()).await,
        Over::Reset => reset(client),
        Over::Gone => Ok(()),
    }
}

/// Why a socket is over.
enum Over {
    /// An end has gone, or is to seem so.
    Gone,
    /// The client is to be told with this code.
    Closed(u16),
    /// The client is to see a reset.
    Reset,
}

struct Direction<'a> {
    fault: &'a dyn Fault,
    heard: &'a Mutex<Instant>,
    is_silent: &'a AtomicBool,
}

impl Direction<'_> {
    async fn pass(&self, from: &mut BufReader<OwnedReadHalf>, to: &mut OwnedWriteHalf) -> Over {
        loop {
            let Ok(mut frame) = Frame::read(from).await else {
                // What is lost includes the end.
                if self.is_silent.load(Ordering::Relaxed) {
                    std::future::pending::<()>().await;
                }
                return Over::Gone;
            };
            *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            match self.fault.frame(&mut frame) {
                Fate::Passes => {}
                Fate::Closed(code) => return Over::Closed(code),
                Fate::Ends => return Over::Gone,
            }
            let is_silent = self.is_silent.load(Ordering::Relaxed);
            let is_lost = is_silent || to.write_all(&frame.bytes()).await.is_err();
            if is_lost && !is_silent && self.fault.tells_server() {
                return Over::Gone;
            }
        }
    }
}

/// Waits for the cut; one that is silent is never over.
async fn cut(cut: Option<Cut>, heard: &Mutex<Instant>, is_silent: &AtomicBool) -> Over {
    let Some(cut) = cut else { return std::future::pending().await };
    let mut ends = Instant::now() + cut.after;
    loop {
        sleep_until(ends).await;
        let idle_until = *heard.lock().unwrap_or_else(PoisonError::into_inner) + cut.after;
        if cut.only_idle && idle_until > Instant::now() {
            ends = idle_until;
            continue;
        }
        match cut.end {
            End::Silent => {
                is_silent.store(true, Ordering::Relaxed);
                return std::future::pending().await;
            }
            End::Reset => return Over::Reset,
            End::Broken | End::Proper => return Over::Gone,
        }
    }
}
