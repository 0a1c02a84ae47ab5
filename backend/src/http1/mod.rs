//! HTTP/1 as it passes on a connection: where messages begin and end, byte for byte (RFC 9112).
//!
//! The server's HTTP side reads and writes messages; this only looks on. So it knows what a
//! connection is waiting for, and can show each byte to the [`Witness`] of the exchange that it
//! belongs to, whatever shape a client gave it. Nothing here reads a clock or a socket.

mod head;
pub(crate) use head::{HEAD_MAX, Head, status_of};

mod body;

mod exchange;
pub(crate) use exchange::{How, Witness};

mod tracker;
pub(crate) use tracker::{Mode, Tracker, Waits};
