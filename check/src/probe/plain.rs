//! Requests that end with their answer.

use echoclock_shared::check::answer::{Arrived, Received, Stated, Waited};
use echoclock_shared::check::body;
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
                let (is_same, server_time) = judged(ask, answer.status, &body, self.run.as_str());
                let bytes = body.len() as u64;
                notes.take(Heard::Answered { bytes, is_same, server_time }).await;
            }
            Err(error) => broke(notes, error).await,
        }
    }
}

/// Whether an answer is the server's own and whole, and the server's time where it tells it.
fn judged(ask: &Ask, status: u16, answer: &[u8], run: &str) -> (bool, Option<u64>) {
    let is_well = status == 200;
    match ask {
        Ask::Seen { .. } => {
            let arrived = serde_json::from_slice::<Arrived>(answer).ok();
            (is_well && arrived.is_some(), arrived.map(|arrived| arrived.now.get()))
        }
        Ask::Wait { .. } => {
            let waited = serde_json::from_slice::<Waited>(answer).ok();
            (is_well && waited.is_some(), waited.map(|waited| waited.now.get()))
        }
        Ask::Upload { bytes } => {
            let received = serde_json::from_slice::<Received>(answer).ok();
            let digest = body::digest(&body::bytes(*bytes));
            let is_same = received.is_some_and(|received| {
                received.bytes == u64::from(*bytes) && received.digest == digest
            });
            (is_well && is_same, None)
        }
        Ask::Download { bytes } => (is_well && answer == body::bytes(*bytes), None),
        Ask::Status { code: 204 } => (status == 204 && answer.is_empty(), None),
        Ask::Status { code } => {
            let stated = serde_json::from_slice::<Stated>(answer).ok();
            let is_same = stated
                .is_some_and(|stated| stated.status == *code && stated.run.as_deref() == Some(run));
            (status == *code && is_same, None)
        }
        Ask::Stream(_)
        | Ask::Twins(_)
        | Ask::Socket(_)
        | Ask::Follow { .. }
        | Ask::Connections { .. } => (is_well, None),
    }
}
