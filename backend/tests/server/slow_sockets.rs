//! Sockets whose clients read slowly, and what is kept for them meanwhile.

use std::time::Duration;

use echoclock_backend::limits::{Limits, SocketRate};
use echoclock_shared::path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep};

use crate::support::raw::{Raw, frame};
use crate::support::{self, PATIENCE, Server, Setup};

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

#[tokio::test]
async fn small_messages_go_on_without_room_for_their_answers_however_many_come_at_once() {
    let limits = Limits { memory: 0, write_timeout: PATIENCE, ..Setup::default().limits };
    let server = start(limits).await;
    for size in [64, 504, 1_001, 16_000] {
        let mut raw = Raw::open(&server, path::ECHO_RAW).await;
        let payload = vec![b'x'; size];
        let sent = raw.flood(0x82, &payload).await;
        let whole = sent / frame(0x82, &payload).len();
        // What waits is counted, and bounded all the same.
        support::until("answers that wait", || server.state.memory_used() > 0).await;
        assert!(server.state.memory_used() < 4 * 64 * 1024, "{size}");
        for n in 0..whole {
            let (first, same) = raw.next().await.expect("an answer");
            let told = String::from_utf8_lossy(&same[..same.len().min(99)]);
            assert!(first == 0x82 && same == payload, "{n} of {whole}: {first:x} {told}");
        }
        drop(raw);
        server.until_nothing_is_open().await;
        support::until("all is given back", || server.state.memory_used() == 0).await;
    }
}
