//! A planned stream.

use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use echoclock_shared::check::item::beat;
use echoclock_shared::check::plan::{self, Step, TIME_MAX};
use echoclock_shared::check::probe::Form;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use tokio::time::{Instant, sleep_until};

use super::course::{Course, before_a_cut};
use super::parameters::{Formed, take_plan, take_switch};
use crate::body::{self, WasRead};
use crate::client::Client;
use crate::error::Refusal;
use crate::handover::Piece;
use crate::state::AppState;
use crate::transport::{Answer, Endless, Query, Reader, Said, Says, UNBUFFERED};
use crate::work::Carries;

/// Answers `GET /api/check/stream`: the head at once, and then what the plan says.
///
/// # Errors
///
/// Where the query makes no sense, or there are as many streams as may be.
pub(super) async fn answer(
    State(state): State<AppState>,
    reader: Reader,
    mut query: Query,
) -> Result<Response, Refusal> {
    let Formed(form) = query.take("form")?.unwrap_or(Formed(Form::Events));
    let headers = headers(form, &mut query)?;
    let plan = take_plan(&mut query)?;
    query.finish()?;
    if plan.steps().any(|step| matches!(step, Step::Binary(_) | Step::Close(_))) {
        return Err(Refusal::parameter(plan::PARAMETER, "has m or c, which are a socket's alone"));
    }
    let answer = Answer {
        name: format!("check as {}", form.name()),
        carries: Carries::Check,
        head: Bytes::new(),
        says: Streamed { course: Course::of(&plan, &state.wall)?, form, until: None },
        ping: Bytes::from_static(beat(form).as_bytes()),
        silence_max: SILENCE_MAX,
        farewell: None,
    };
    Ok((headers, Endless::new(answer, &state, reader)?.into_body()).into_response())
}

/// Answers the same by `POST`; nothing is made of the body, which is read first.
///
/// # Errors
///
/// As for `GET`, and where the body is too large, or does not arrive.
pub(super) async fn answer_to_body(
    state: State<AppState>,
    client: Client,
    reader: Reader,
    query: Query,
    body: Body,
) -> Result<Response, Refusal> {
    let waits = state.counts.open_poll(client)?;
    body::read(body, ASKED_MAX, client, &state).await?;
    drop(waits);
    let response = answer(state, reader, query).await?;
    Ok((Extension(WasRead), response).into_response())
}

/// Returns the headers that a query asks for.
fn headers(form: Form, query: &mut Query) -> Result<HeaderMap, Refusal> {
    let charset = if take_switch(query, "charset")? { "; charset=utf-8" } else { "" };
    let media_type = HeaderValue::try_from(format!("{}{charset}", form.media_type()));
    let is_unbuffered = take_switch(query, "unbuffered")?;
    let is_plain = take_switch(query, "no_transform")?;
    let cache = if is_plain { "no-store, no-transform" } else { "no-store" };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, media_type.expect("media types are plain ASCII"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    if is_unbuffered {
        let (name, value) = UNBUFFERED;
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(headers)
}

/// A plan as a stream says it.
struct Streamed {
    course: Course,
    form: Form,
    /// Until when nothing is said.
    until: Option<Instant>,
}

impl Says for Streamed {
    async fn next(&mut self) -> Said {
        loop {
            if let Some(until) = self.until {
                sleep_until(until).await;
                self.until = None;
            }
            let (text, items) = match self.course.next() {
                Some(Step::Wait(millis)) => {
                    self.until = Some(Instant::now() + Duration::from_millis(millis.into()));
                    continue;
                }
                Some(Step::Item(size)) => {
                    (Bytes::from(self.course.item().framed(self.form, size)), 1)
                }
                Some(Step::Beat) => (Bytes::from_static(beat(self.form).as_bytes()), 0),
                Some(Step::Cut) => {
                    before_a_cut().await;
                    return Said::Cut;
                }
                // A plan with these is refused.
                Some(Step::Binary(_) | Step::Close(_)) => continue,
                None => return Said::End("as the plan says"),
            };
            return Said::Pieces { first: Piece::Bytes(text), then: None, items, due: None };
        }
    }
}

/// Longer than any plan: what is said beside it goes only to who has closed its side, and may have left.
const SILENCE_MAX: Duration = TIME_MAX.saturating_mul(2);

/// How much a request may say to ask for a stream, in bytes.
const ASKED_MAX: usize = 64 * 1024;
