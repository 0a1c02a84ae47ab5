//! Sockets whose clients read slowly, and what is kept for them meanwhile.

mod support;

use std::time::Duration;

use echoclock_backend::limits::{Limits, SocketRate};
use echoclock_shared::path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep};

use support::raw::{Raw, frame};
use support::{Server, Setup};

async fn start(limits: Limits) -> Server {
    let socket = SocketRate { messages: u32::MAX, bytes: u32::MAX };
    support::start_with(Setup { limits: Limits { socket, ..limits }, ..Setup::default() }).await
}

/// Has messages of this size echoed as fast as they go, and reads so many bytes a second; tells
/// whether the socket lasts.
async fn lasts(server: &Server, size: usize, rate: usize, for_so_long: Duration) -> bool {
    let raw = Raw::open(server, path::ECHO_RAW).await;
    let (mut incoming, mut outgoing) = raw.wire.0.into_split();
    let bytes = frame(0x82, &vec![b'x'; size]).repeat(1 + 4_000 / size);
    let flood = tokio::spawn(async move { while outgoing.write_all(&bytes).await.is_ok() {} });
    let (since, mut taken) = (Instant::now(), 0);
    let mut buffer = vec![0; 16 * 1024];
    while since.elapsed() < for_so_long {
        sleep(Duration::from_millis(5)).await;
        let due = (since.elapsed().as_secs_f64() * rate as f64) as usize;
        let room = due.saturating_sub(taken).min(buffer.len());
        if room > 0 {
            match incoming.read(&mut buffer[..room]).await {
                Ok(0) | Err(_) => return false,
                Ok(read) => taken += read,
            }
        }
    }
    flood.abort();
    true
}

#[tokio::test]
async fn who_reads_slowly_is_never_cut_off_whatever_it_sends() {
    let limits = Limits {
        write_timeout: Duration::from_millis(500),
        min_rate: 20_000,
        ..Setup::default().limits
    };
    let server = start(limits).await;
    let long = Duration::from_secs(8);
    let lasted = tokio::join!(
        lasts(&server, 64, 200_000, long),
        lasts(&server, 1_024, 200_000, long),
        lasts(&server, 16_000, 200_000, long),
        lasts(&server, 300_000, 200_000, long),
    );
    assert_eq!(lasted, (true, true, true, true));
}
