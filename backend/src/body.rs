//! A request's body, read whole: within a bound, and within a time.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, Bytes, HttpBody};
use bytes::BytesMut;
use tokio::time::{Instant, timeout_at};

use crate::error::Refusal;
use crate::limits::Limits;

/// The request's body was read to its end: a response's extension.
///
/// Where nobody has read it, the connection can't go on to the next request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WasRead;

/// Reads a body.
///
/// What it declares is judged before anything of it is asked for, so that a client that waits for
/// a `100 Continue` is refused at once (RFC 9110, section 10.1.1).
///
/// # Errors
///
/// Where the body is, or says that it will be, longer than `max` bytes, does not arrive whole, or
/// comes too slowly.
pub(crate) async fn read(mut body: Body, max: usize, limits: &Limits) -> Result<Bytes, Refusal> {
    let too_large = || Refusal::TooLarge { max };
    if body.size_hint().lower() > max as u64 {
        return Err(too_large());
    }
    let all_by = Instant::now() + limits.body_timeout;
    let mut whole = BytesMut::new();
    loop {
        let part_by = all_by.min(Instant::now() + limits.body_idle_timeout);
        let part = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx));
        let part = timeout_at(part_by, part).await;
        let Some(part) = part.map_err(|_| Refusal::SlowBody { received: whole.len() })? else {
            return Ok(whole.freeze());
        };
        let part = part.map_err(|error| Refusal::Body {
            detail: format!("the body did not arrive whole: {error}"),
        })?;
        if let Ok(data) = part.into_data() {
            if whole.len() + data.len() > max {
                return Err(too_large());
            }
            whole.extend_from_slice(&data);
        }
    }
}
