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

/// Liveness: 200 while the process serves.
pub const HEALTHZ: &str = "/healthz";

/// Readiness: 200, or 503 once the server drains.
pub const READYZ: &str = "/readyz";

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
