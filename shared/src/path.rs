//! The endpoints' paths, for the router and the page alike.
//!
//! The page joins them to the API's base address, so each is also given relative to [`API`].

/// Where everything that is not the page lives.
pub const API: &str = "/api";

/// Chat echo over a WebSocket: typed JSON messages, see [`crate::echo`].
pub const ECHO: &str = "/api/echo";

/// Byte-for-byte echo over a WebSocket.
pub const ECHO_RAW: &str = "/api/echo/raw";

/// Chat echo by `POST`: one message and its answer.
pub const ECHO_ONCE: &str = "/api/echo/once";

/// The clock; [`crate::transport::Transport::of`] gives the path of each way to follow it.
pub const CLOCK: &str = "/api/clock";

/// The clock over Server-Sent Events.
pub const CLOCK_EVENTS: &str = "/api/clock/events";

/// What the server says of itself and of the request, see [`crate::info::Info`].
pub const INFO: &str = "/api/info";

/// The ledgers, see [`crate::ledger`]; a ledger's id follows.
pub const LINKS: &str = "/api/links";

/// The path check's endpoints are below it, see [`crate::check`].
pub const CHECK: &str = "/api/check";

/// A request as it arrived, see [`crate::check::answer::Arrived`].
pub const CHECK_SEEN: &str = "/api/check/seen";

/// A planned stream, see [`crate::check::plan`].
pub const CHECK_STREAM: &str = "/api/check/stream";

/// A planned socket, which echoes what it is told meanwhile.
pub const CHECK_SOCKET: &str = "/api/check/socket";

/// An answer that comes later, see [`crate::check::answer::Waited`].
pub const CHECK_WAIT: &str = "/api/check/wait";

/// Bytes up by `POST` and down by `GET`, see [`crate::check::body`].
pub const CHECK_BODY: &str = "/api/check/body";

/// A status that was asked for, see [`crate::check::answer::Stated`].
pub const CHECK_STATUS: &str = "/api/check/status";

/// Liveness: 200 while the process serves.
pub const HEALTHZ: &str = "/healthz";

/// Readiness: 200, or 503 once the server drains.
pub const READYZ: &str = "/readyz";

/// Metrics, for who looks after the server.
pub const METRICS: &str = "/metrics";

/// Returns `path` as seen from the API's base address, which ends in a slash.
///
/// A path outside the API is returned without its leading slash.
pub fn below_api(path: &str) -> &str {
    path.strip_prefix(API).unwrap_or(path).trim_start_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_given_relative_to_the_api() {
        for (path, below) in
            [(ECHO, "echo"), (CLOCK_EVENTS, "clock/events"), (INFO, "info"), (API, "")]
        {
            assert_eq!(below_api(path), below);
        }
    }
}
