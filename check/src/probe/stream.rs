//! Planned streams.

use echoclock_shared::check::hearing::StreamHearing;
use echoclock_shared::check::observed::Heard;
use echoclock_shared::check::plan::Plan;
use echoclock_shared::check::probe::{Form, StreamAsk};
use echoclock_shared::check::request::Request;
use futures_util::future::join_all;
use tokio::time::timeout;

use super::{Edge, broke};
use crate::notes::Notes;
use crate::send::Answer;

impl Edge {
    /// Follows a stream to its end, or until the client is to leave.
    pub(super) async fn stream(&self, request: &Request, ask: &StreamAsk, notes: &Notes) {
        let mut answer = match self.server.send(request, Some(notes)).await {
            Ok(answer) => answer,
            Err(error) => return broke(notes, error).await,
        };
        let followed = follow(&mut answer, ask.form, notes);
        match ask.leaves_after {
            None => followed.await,
            Some(time) => {
                if timeout(time, followed).await.is_err() {
                    drop(answer);
                    notes.take(Heard::Left).await;
                }
            }
        }
    }

    /// Opens streams at once.
    pub(super) async fn side_by_side(
        &self,
        request: &Request,
        streams: u32,
        plan: &Plan,
        notes: &Notes,
    ) {
        let ask = StreamAsk {
            form: Form::Events,
            is_post: false,
            has_charset: false,
            unbuffered: false,
            no_transform: false,
            identity: false,
            plan: plan.clone(),
            leaves_after: None,
        };
        let ask = &ask;
        join_all((1..=streams).map(|number| async move {
            self.stream(request, ask, &notes.of_request(number)).await;
        }))
        .await;
    }
}

async fn follow(answer: &mut Answer, form: Form, notes: &Notes) {
    let mut hearing = StreamHearing::new(form);
    // What is no stream of the server's has no items.
    let is_meant = answer.status == 200;
    loop {
        match answer.piece().await {
            Ok(Some(piece)) => {
                let bytes = u32::try_from(piece.len()).unwrap_or(u32::MAX);
                let mut heard = vec![Heard::Piece { bytes }];
                if is_meant {
                    match hearing.push(&piece) {
                        Ok(items) => heard.extend(items),
                        Err(error) => return broke(notes, error).await,
                    }
                }
                notes.take_all(heard).await;
            }
            Ok(None) => return notes.take(Heard::Ended).await,
            Err(error) => return broke(notes, error).await,
        }
    }
}
