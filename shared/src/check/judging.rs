//! Whether the answer of a plain request is the one that the server gives.

use serde::de::DeserializeOwned;

use super::answer::{Arrived, Received, Stated, Waited};
use super::body;
use super::probe::Ask;
use crate::ledger::LedgerId;

/// Whether an answer is the server's own and whole, and the server's time in milliseconds since 1970
/// where it tells it.
pub fn judge(ask: &Ask, status: u16, answer: &[u8], run: &LedgerId) -> (bool, Option<u64>) {
    let is_well = status == 200;
    match ask {
        Ask::Seen { .. } => {
            let arrived = read::<Arrived>(answer);
            (is_well && arrived.is_some(), arrived.map(|arrived| arrived.now.get()))
        }
        Ask::Wait { .. } => {
            let waited = read::<Waited>(answer);
            (is_well && waited.is_some(), waited.map(|waited| waited.now.get()))
        }
        Ask::Upload { bytes } => {
            let received = read::<Received>(answer);
            let digest = || body::digest(&body::bytes(*bytes));
            let is_same =
                received.is_some_and(|it| it.bytes == u64::from(*bytes) && it.digest == digest());
            (is_well && is_same, None)
        }
        Ask::Download { bytes } => (is_well && answer == body::bytes(*bytes), None),
        Ask::Status { code: 204 } => (status == 204 && answer.is_empty(), None),
        Ask::Status { code } => {
            let stated = read::<Stated>(answer);
            let is_own = stated
                .is_some_and(|it| it.status == *code && it.run.as_deref() == Some(run.as_str()));
            (status == *code && is_own, None)
        }
        Ask::Stream(_)
        | Ask::Twins(_)
        | Ask::Socket(_)
        | Ask::Follow { .. }
        | Ask::Connections { .. } => (is_well, None),
    }
}

/// Reads an answer of JSON.
fn read<T: DeserializeOwned>(answer: &[u8]) -> Option<T> {
    serde_json::from_str(str::from_utf8(answer).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_somebody_else_is_none() {
        let run = LedgerId::from_random(7);
        let own = format!(r#"{{"status":404,"run":"{run}"}}"#);
        let body = body::bytes(9);
        let received = format!(r#"{{"bytes":9,"digest":"{}"}}"#, body::digest(&body));
        let time = br#"{"now":"1970-01-01T00:00:01.000Z","waited":5}"#;
        let wait = Ask::Wait { wait: std::time::Duration::from_millis(5) };
        for (ask, status, answer, expected) in [
            (Ask::Status { code: 404 }, 404, own.as_bytes(), (true, None)),
            (Ask::Status { code: 404 }, 404, &b"<html>"[..], (false, None)),
            (Ask::Status { code: 404 }, 200, own.as_bytes(), (false, None)),
            (Ask::Status { code: 204 }, 204, b"", (true, None)),
            (Ask::Download { bytes: 9 }, 200, &body, (true, None)),
            (Ask::Download { bytes: 8 }, 200, &body, (false, None)),
            (Ask::Upload { bytes: 9 }, 200, received.as_bytes(), (true, None)),
            (Ask::Upload { bytes: 8 }, 200, received.as_bytes(), (false, None)),
            (wait, 200, time, (true, Some(1_000))),
            (Ask::Seen { times: 1 }, 200, b"{}", (false, None)),
        ] {
            assert_eq!(judge(&ask, status, answer, &run), expected, "{ask:?}");
        }
    }
}
