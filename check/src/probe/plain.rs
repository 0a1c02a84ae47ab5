//! Requests that end with their answer.

use echoclock_shared::check::judging::judge;
use echoclock_shared::check::observed::Heard;
use echoclock_shared::check::probe::Ask;
use echoclock_shared::check::request::Request;

use super::{Edge, broke};
use crate::notes::Notes;

impl Edge {
    /// Makes a request, and notes whether its answer is the one that the server gives.
    pub(super) async fn plain(&self, request: &Request, ask: &Ask, notes: &Notes) {
        let mut answer = match self.server.send(request, Some(notes)).await {
            Ok(answer) => answer,
            Err(error) => return broke(notes, error).await,
        };
        match answer.whole().await {
            Ok(body) => {
                let (is_same, server_time) = judge(ask, answer.status, &body, &self.run);
                let bytes = body.len() as u64;
                notes.take(Heard::Answered { bytes, is_same, server_time }).await;
            }
            Err(error) => broke(notes, error).await,
        }
    }
}
