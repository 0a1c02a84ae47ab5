//! What the one who started the program is told of it (sd_notify(3)).

use std::env;
use std::time::Duration;

#[cfg(unix)]
use std::os::unix::net::UnixDatagram;

/// Whom to tell; nobody where nobody wants to know.
#[derive(Debug)]
pub struct Notify {
    #[cfg(unix)]
    socket: Option<UnixDatagram>,
    /// Within which time a sign of life is wanted.
    watchdog: Option<Duration>,
}

impl Notify {
    /// Finds whom to tell by the variables that say so.
    pub fn from_env() -> Self {
        let text = |name| env::var(name).ok();
        let is_meant = text("WATCHDOG_PID").is_none_or(|pid| pid == std::process::id().to_string());
        let micros = text("WATCHDOG_USEC").filter(|_| is_meant).and_then(|it| it.parse().ok());
        Self {
            #[cfg(unix)]
            socket: env::var_os("NOTIFY_SOCKET").and_then(|name| connect(&name).ok()),
            watchdog: micros.filter(|micros| *micros > 0).map(Duration::from_micros),
        }
    }

    /// Tells a state, such as `READY=1`.
    pub fn tell(&self, state: &str) {
        #[cfg(unix)]
        if let Some(socket) = &self.socket {
            // Whoever does not take it learns less; nobody is waited for.
            let _ = socket.send(state.as_bytes());
        }
        #[cfg(not(unix))]
        let _ = state;
    }

    /// Gives a sign of life twice in the time in which one is wanted, for as long as it is polled.
    pub async fn live(&self) {
        let Some(within) = self.watchdog else { return std::future::pending().await };
        loop {
            self.tell("WATCHDOG=1");
            tokio::time::sleep(within / 2).await;
        }
    }
}

#[cfg(unix)]
fn connect(name: &std::ffi::OsStr) -> std::io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    #[cfg(target_os = "linux")]
    if let [b'@', name @ ..] = std::os::unix::ffi::OsStrExt::as_bytes(name) {
        use std::os::linux::net::SocketAddrExt;
        let address = std::os::unix::net::SocketAddr::from_abstract_name(name)?;
        socket.connect_addr(&address)?;
        return Ok(socket);
    }
    socket.connect(name)?;
    Ok(socket)
}
