//! HTTP/2, whose streams share a connection: what each may keep, and how long it may be waited for.
//!
//! A client holds a stream back by its flow control, while the connection's writes go on. So each
//! stream is watched for itself: what it has handed over and waits to be taken is one piece, all the
//! rest is in the budget, and a client that takes too little of it for too long loses the stream.
//! What a client may send unasked is bounded by the windows that it is given.

use hyper::server::conn::http2::Builder;
use hyper_util::rt::TokioTimer;
use std::time::Duration;

use crate::limits::Limits;

mod stream;
use stream::Stream;
pub(crate) use stream::Streams;

mod sending;

mod answer;
pub(crate) use answer::Answerer;

mod parting;
pub(crate) use parting::Parting;

/// Returns what makes connections, with what they keep to.
pub(crate) fn builder(streams: Streams, limits: &Limits) -> Builder<Streams> {
    let mut http = Builder::new(streams);
    http.timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PING_PATIENCE)
        .enable_connect_protocol()
        .max_concurrent_streams(limits.http2_streams)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(HEAD_MAX)
        .max_send_buf_size(READY_MAX);
    http
}

/// How often a silent connection is asked for a sign of life.
const PING_EVERY: Duration = Duration::from_secs(20);

/// How long the answer may take: a slow reader gets to the question after all that was written before,
/// which is what both systems keep, and may be 280 KiB.
const PING_PATIENCE: Duration = Duration::from_secs(180);

/// How much of a request's body may come before it is asked for, in bytes.
const STREAM_WINDOW: u32 = 64 * 1024;

/// How much of all bodies on a connection together.
pub(crate) const CONNECTION_WINDOW: u32 = 128 * 1024;

/// How long a request's head may be, as RFC 9113 counts it.
const HEAD_MAX: u32 = 16 * 1024;

/// How much of a response is kept ready to be written, in bytes; and as much may wait for that.
const READY_MAX: usize = 64 * 1024;

/// What is not worth counting, in bytes: the number of streams bounds it.
const SMALL: usize = 4 * 1024;

#[cfg(test)]
mod tests;
