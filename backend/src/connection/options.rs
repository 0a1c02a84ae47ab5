//! What the system is told about a connection.

use std::io;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::time::Instant;

use super::Accepted;

/// Has the system send at once, keep little back, and notice where the client has vanished. Within a
/// machine nothing of that is needed.
pub(super) fn set_options(accepted: &Accepted) -> io::Result<()> {
    let Some(stream) = accepted.tcp() else { return Ok(()) };
    // Messages are small and each is waited for.
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE_AFTER).with_interval(KEEPALIVE_EVERY);
    #[cfg(any(target_os = "linux", target_os = "macos", target_os = "windows"))]
    let keepalive = keepalive.with_retries(KEEPALIVE_PROBES);
    socket.set_tcp_keepalive(&keepalive)?;
    // The system may otherwise keep megabytes back, and takes more only when a third of them is
    // gone: for minutes nothing shows that a slow client reads on.
    #[cfg(target_os = "linux")]
    socket.set_tcp_notsent_lowat(UNSENT_MAX)?;
    give_up_after(accepted, Some(VANISHED_AFTER))
}

/// When the system gives a client up that does not answer it.
///
/// Where the client has vanished, small writes would fit into the system's buffer for hours, which is
/// why the system has a time for what is not answered. It overrides the count of keep-alive probes
/// (tcp(7)), and it also ends who reads slowly: through a window that opens now and then, and too
/// little for all that waits. So it is not set while the connection judges its client by itself.
#[derive(Debug, Default)]
pub(super) struct Vigilance {
    /// When the connection waited for its client, if that was not long ago.
    waited: Option<Instant>,
}

impl Vigilance {
    /// Learns that the client is waited for.
    pub(super) fn waits(&mut self, accepted: &Accepted) {
        if self.waited.replace(Instant::now()).is_none() {
            // Where that fails, the client has less time.
            let _ = give_up_after(accepted, None);
        }
    }

    /// Learns that the client has taken something.
    pub(super) fn passed(&mut self, accepted: &Accepted) {
        if self.waited.is_some_and(|waited| waited.elapsed() > VANISHED_AFTER) {
            self.waited = None;
            // Where that fails, the system takes longer.
            let _ = give_up_after(accepted, Some(VANISHED_AFTER));
        }
    }

    /// Learns that the connection is over: what the system still has is left to the system, which
    /// would otherwise keep it for as long as the client's system answers.
    pub(super) fn ends(&self, accepted: &Accepted) {
        if self.waited.is_some() {
            // Where that fails, nothing bounds it.
            let _ = give_up_after(accepted, Some(VANISHED_AFTER));
        }
    }
}

fn give_up_after(accepted: &Accepted, time: Option<Duration>) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if let Some(stream) = accepted.tcp() {
        SockRef::from(stream).set_tcp_user_timeout(time)?;
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (accepted, time);
    Ok(())
}

/// Has the system forget what it keeps for the client when the connection is closed.
pub(super) fn reset_at_the_end(accepted: &Accepted) {
    if let Some(stream) = accepted.tcp() {
        // Where that fails, it is forgotten once the client has not been reached for long.
        let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
    }
}

/// How long a silent connection is trusted before the system asks the other end.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(30);

/// How often it asks again where nothing comes back.
const KEEPALIVE_EVERY: Duration = Duration::from_secs(10);

/// How many questions in a row are lost with a client that has vanished, and not on the way.
const KEEPALIVE_PROBES: u32 = 6;

/// How long the system goes on where nothing comes back: until the last question was left without an
/// answer.
const VANISHED_AFTER: Duration =
    KEEPALIVE_AFTER.saturating_add(KEEPALIVE_EVERY.saturating_mul(KEEPALIVE_PROBES));

/// How much the system keeps of what it can't send yet.
#[cfg(target_os = "linux")]
const UNSENT_MAX: u32 = 64 * 1024;

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    async fn connection() -> Accepted {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        Accepted::Tcp(TcpStream::connect(address).await.expect("a connection"))
    }

    #[tokio::test]
    async fn an_outage_that_eats_some_questions_kills_no_quiet_connection() {
        let stream = connection().await;
        set_options(&stream).expect("the options are known");
        let socket = SockRef::from(stream.tcp().expect("it is one over a network"));
        let seconds = |value: io::Result<Duration>| value.expect("a time").as_secs();
        let (time, every) =
            (seconds(socket.tcp_keepalive_time()), seconds(socket.tcp_keepalive_interval()));
        let given_up = socket.tcp_user_timeout().expect("a time").expect("one is set").as_secs();
        // The system asks at `time`, and every `every` seconds from there. At each of these it gives
        // up where a question is open and `given_up` seconds have passed since it heard anything.
        let ends = (1..).map(|n| time + n * every).find(|at| *at >= given_up).expect("an end");
        let questions = (ends - time) / every;
        assert!(questions >= 3, "{questions}: one alone may be lost on the way");
        assert!((questions - 1) * every > 4 * 4, "{questions}: nor are they lost in one outage");
        assert_eq!(ends, 90, "who has vanished is noticed in bounded time");
        let probes = socket.tcp_keepalive_retries().expect("a count");
        assert_eq!(u64::from(probes), questions, "other systems count them");
        assert_eq!(socket.tcp_notsent_lowat().expect("a size"), UNSENT_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_judged_by_the_connection_is_not_judged_by_the_system_too() {
        let stream = connection().await;
        set_options(&stream).expect("the options are known");
        let socket = SockRef::from(stream.tcp().expect("it is one over a network"));
        let given_up = || socket.tcp_user_timeout().expect("a time");
        let mut vigilance = Vigilance::default();
        vigilance.passed(&stream);
        assert_eq!(given_up(), Some(VANISHED_AFTER));
        for _ in 0..3 {
            vigilance.waits(&stream);
            assert_eq!(given_up(), None);
            tokio::time::advance(VANISHED_AFTER).await;
            vigilance.passed(&stream);
            assert_eq!(given_up(), None);
        }
        tokio::time::advance(Duration::from_millis(1)).await;
        vigilance.passed(&stream);
        assert_eq!(given_up(), Some(VANISHED_AFTER));
        // What is left at the end has nobody else who judges.
        vigilance.waits(&stream);
        vigilance.passed(&stream);
        assert_eq!(given_up(), None);
        vigilance.ends(&stream);
        assert_eq!(given_up(), Some(VANISHED_AFTER));
    }
}
