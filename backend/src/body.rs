//! A request's body, read whole: within a bound, at a pace, and within the budget of memory.

use std::future::poll_fn;
use std::ops::Deref;
use std::pin::Pin;

use axum::body::{Body, HttpBody};
use tokio::time::{Instant, timeout_at};

use crate::budget::{NoRoom, Share};
use crate::client::Client;
use crate::error::Refusal;
use crate::hits::Limit;
use crate::progress::Progress;
use crate::state::AppState;

/// The request's body was read to its end: a response's extension.
///
/// Where nobody has read it, the connection can't go on to the next request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WasRead;

/// A body as it came; the budget has room for it for as long as this lives.
#[derive(Debug)]
pub(crate) struct Whole {
    bytes: Vec<u8>,
    share: Share,
}

impl Whole {
    /// Takes one more part of it.
    fn push(&mut self, part: &[u8]) -> Result<(), NoRoom> {
        let size = self.bytes.len() + part.len();
        if size > self.bytes.capacity() {
            let grown = size.max(2 * self.bytes.capacity());
            if grown > SMALL {
                self.share.resize(grown)?;
            }
            self.bytes.reserve_exact(grown - self.bytes.len());
        }
        self.bytes.extend_from_slice(part);
        Ok(())
    }
}

impl Deref for Whole {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Reads a body of a client's.
///
/// What it declares is judged before anything of it is asked for, so that a client that waits for
/// a `100 Continue` is refused at once (RFC 9110, section 10.1.1). A client that keeps the pace has
/// all the time that the largest body takes at it; without a pace, there is a time for all of it.
///
/// # Errors
///
/// Where the body is, or says that it will be, longer than `max` bytes, does not arrive whole, or
/// comes too slowly, or there is no memory for it.
pub(crate) async fn read(
    mut body: Body,
    max: usize,
    client: Client,
    state: &AppState,
) -> Result<Whole, Refusal> {
    let too_large = || Refusal::TooLarge { max };
    if body.size_hint().lower() > max as u64 {
        return Err(too_large());
    }
    let (pace, begun) = (state.limits.giving(), Instant::now());
    let all_by = (pace.rate == 0).then(|| begun + state.limits.body_timeout);
    let mut progress = Progress::new(pace, begun);
    progress.waits(begun);
    let mut whole = Whole { bytes: vec![], share: state.budget.of(client).share() };
    loop {
        let part_by = [progress.deadline(), all_by].into_iter().flatten().min();
        let part_by = part_by.expect("the client is waited for");
        let part = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx));
        let part = timeout_at(part_by, part).await;
        let part = part.map_err(|_| {
            let is_all = progress.deadline().zip(all_by).is_some_and(|(part, all)| all < part);
            state.hits.hit(match is_all {
                true => Limit::BodyTimeout,
                false => Limit::of_wait(Limit::BodyIdleTimeout, progress.spent()),
            });
            Refusal::SlowBody { received: whole.len() }
        })?;
        let Some(part) = part else { return Ok(whole) };
        let part = part.map_err(|error| Refusal::Body {
            detail: format!("the body did not arrive whole: {error}"),
        })?;
        if let Ok(data) = part.into_data() {
            if whole.len() + data.len() > max {
                return Err(too_large());
            }
            progress.passed(data.len(), Instant::now());
            whole.push(&data)?;
        }
    }
}

/// What is not worth counting, in bytes: the number of requests bounds it.
const SMALL: usize = 4 * 1024;
