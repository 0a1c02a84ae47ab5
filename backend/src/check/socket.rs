//! A planned socket.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use echoclock_shared::check::plan::{CLOSE_REASON, Step, TIME_MAX};
use echoclock_shared::close::CloseCode;
use tokio::time::sleep;

use super::course::{Course, before_a_cut};
use super::parameters::take_plan;
use crate::error::Refusal;
use crate::socket::{Answer, End, Endpoint, MessageMax, Opening, Socket, Subprotocol};
use crate::state::AppState;
use crate::transport::Query;
use crate::work::Carries;

/// Answers `/api/check/socket`: does what the plan says, and echoes meanwhile.
///
/// # Errors
///
/// Where the query makes no sense, the request opens no WebSocket, or there are as many as may be.
pub(super) async fn open(
    State(state): State<AppState>,
    opening: Opening,
    mut query: Query,
) -> Result<Response, Refusal> {
    let plan = take_plan(&mut query)?;
    query.finish()?;
    let mut course = Course::of(&plan, &state.wall)?;
    let endpoint = Endpoint {
        name: "check".to_owned(),
        carries: Carries::Check,
        message_max: MessageMax::Raw(state.limits.raw_message),
        subprotocol: Subprotocol::No,
        silence: Some(SILENCE_MAX),
    };
    endpoint.open(state, opening, async move |mut socket, _| {
        let Err(end) = follow(&mut socket, &mut course).await;
        socket.close(end).await;
    })
}

async fn follow(socket: &mut Socket, course: &mut Course) -> Result<Infallible, End> {
    while let Some(step) = course.next() {
        match step {
            Step::Wait(millis) => tokio::select! {
                biased;
                end = socket.listen(|_| Ok(Answer::TheSame)) => return Err(end),
                () = sleep(Duration::from_millis(millis.into())) => {}
            },
            Step::Item(size) => socket.say(course.item().message(size).as_bytes())?,
            Step::Binary(size) => socket.say_bytes(course.item().message(size).as_bytes())?,
            Step::Beat => socket.ping()?,
            Step::Close(code) => return Err(close(CloseCode(code))),
            Step::Cut => {
                before_a_cut().await;
                return Err(End::Cut);
            }
        }
        socket.flush().await?;
    }
    Err(close(CloseCode::NORMAL))
}

fn close(code: CloseCode) -> End {
    End::ByServer(code, CLOSE_REASON.to_owned())
}

/// Longer than any plan: nobody but the plan breaks a silence.
const SILENCE_MAX: Duration = TIME_MAX.saturating_mul(2);
