//! `Poll`: what is after the cursor, at once.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use echoclock_shared::encode;
use echoclock_shared::limits::POLL_ITEMS_MAX;
use echoclock_shared::transport::Transport;
use http::Method;
use http::header::CONTENT_TYPE;
use http_body::{Frame, SizeHint};

use super::endless::without_length;
use super::{Followed, Query, Source};
use crate::error::Refusal;
use crate::feed::{Encoding, Pulled};
use crate::state::AppState;

/// Answers with a page of the feed, which may be empty.
///
/// # Errors
///
/// Where the query makes no sense.
pub(super) async fn answer<S: Source>(
    State(followed): State<Followed<S>>,
    method: Method,
    query: Query,
) -> Result<Response, Refusal> {
    let mut following = followed.follow(query, Encoding::Json)?;
    if method == Method::HEAD {
        return Ok(head());
    }
    let items = following.follower.page(POLL_ITEMS_MAX).await;
    if items.len() > SMALL {
        // Whoever asks for one after the other has others answered in between.
        tokio::task::yield_now().await;
    }
    Ok(page(items, Transport::Poll, &followed.app))
}

/// Answers with items.
pub(super) fn page(page: Vec<Pulled>, transport: Transport, app: &AppState) -> Response {
    let [items, bytes] = [Pulled::count, Pulled::size].map(|of| page.iter().map(of).sum());
    let due = page.first().and_then(|pulled| pulled.due);
    app.counts.work().gave(transport, items, bytes, due);
    (JSON, Body::new(Page::of(page))).into_response()
}

/// Answers with what comes before items.
pub(super) fn head() -> Response {
    (JSON, without_length()).into_response()
}

/// A page as a body: its parts are shared with everybody who asks for them.
struct Page {
    parts: VecDeque<Bytes>,
    left: u64,
}

impl Page {
    fn of(page: Vec<Pulled>) -> Self {
        let mut parts = VecDeque::with_capacity(page.len() + 2);
        parts.push_back(Bytes::from_static(encode::PAGE_BEGINS.as_bytes()));
        for Pulled { gap, run, .. } in page {
            // Each item has its comma before it.
            let gap = gap.map(|gap| Bytes::from([b",", &*gap].concat()));
            let run = run.map(|run| run.in_a_row());
            for mut part in gap.into_iter().chain(run) {
                if parts.len() == 1 {
                    part = part.slice(1..);
                }
                parts.push_back(part);
            }
        }
        parts.push_back(Bytes::from_static(encode::PAGE_ENDS.as_bytes()));
        let left = parts.iter().map(|part| part.len() as u64).sum();
        Self { parts, left }
    }
}

impl HttpBody for Page {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(part) = self.parts.pop_front() else { return Poll::Ready(None) };
        self.left -= part.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.parts.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

const JSON: [(http::HeaderName, &str); 1] = [(CONTENT_TYPE, "application/json")];

/// How many pulls a page may have whose writing keeps nobody waiting.
const SMALL: usize = 2;
