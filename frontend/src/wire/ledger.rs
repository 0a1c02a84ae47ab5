//! The server's ledger of a link, read by a plain request.

use std::time::Duration;

use echoclock_shared::ledger::{Ledger, LedgerId};
use echoclock_shared::path;

use crate::address::Address;
use crate::browser::{Answer, get};

/// Why there is no ledger to read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NoLedger {
    /// The server does not know the link: its request has not arrived, or it was forgotten.
    Unknown,
    /// The server did not answer, or something else did.
    NoAnswer,
}

/// Reads the server's ledger of a link.
///
/// # Errors
///
/// Where there is none to read.
pub async fn read_ledger(address: &Address, id: &LedgerId) -> Result<Ledger, NoLedger> {
    let path = format!("{}/{id}", path::below_api(path::LINKS));
    let address = address.below(&path).map_err(|_| NoLedger::NoAnswer)?;
    decode(get(&address, ANSWER_WITHIN, Answer::is_json).await)
}

fn decode(answer: Option<Answer>) -> Result<Ledger, NoLedger> {
    let answer = answer.ok_or(NoLedger::NoAnswer)?;
    match (answer.status, answer.body) {
        (200, Some(json)) => serde_json::from_str(&json).map_err(|_| NoLedger::NoAnswer),
        (404, _) => Err(NoLedger::Unknown),
        (_, _) => Err(NoLedger::NoAnswer),
    }
}

const ANSWER_WITHIN: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_is_read_or_missed() {
        let read = |status, body: Option<&str>| {
            let body = body.map(str::to_owned);
            decode(Some(Answer { status, media_type: String::new(), body }))
        };
        let json = r#"{"link":"0123456789abcdef","now":"1970-01-01T00:00:03.000Z",
            "opened":"1970-01-01T00:00:01.000Z","totals":{"requests":1,"received":2,"sent":3},
            "dropped":0,"entries":[]}"#;
        let ledger = read(200, Some(json)).expect("a ledger");
        assert_eq!((ledger.totals.received, ledger.totals.sent), (2, 3));
        assert_eq!(read(404, Some("{}")), Err(NoLedger::Unknown));
        assert_eq!(read(404, None), Err(NoLedger::Unknown));
        for (status, body) in [(200, Some("{}")), (200, None), (502, None)] {
            assert_eq!(read(status, body), Err(NoLedger::NoAnswer), "{status}");
        }
        assert_eq!(decode(None), Err(NoLedger::NoAnswer));
    }
}
