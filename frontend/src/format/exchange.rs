//! What went over the wire, as it would be read there.

use std::fmt::Write;

use echoclock_shared::ledger::{Entry, Piece, What};

/// Writes an exchange as HTTP/1.1 would write it, and what followed piece by piece: of these the
/// first few, with how many more there are.
pub fn exchange<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> String {
    let mut text = String::new();
    let mut pieces = 0;
    let mut spoken = "";
    for entry in entries {
        match &entry.what {
            What::Request { method, target, version, headers } => {
                spoken = version;
                push(&mut text, &format!("{method} {target} {version}"), headers);
            }
            What::Response { status, headers } => {
                push(&mut text, format!("{spoken} {status}").trim_start(), headers);
            }
            What::Sent(piece) | What::Received(piece) => {
                pieces += 1;
                if pieces <= PIECES_MAX {
                    text.push_str(&shown(piece, entry.cut));
                }
            }
            What::Ended { .. } => {}
        }
    }
    if pieces > PIECES_MAX {
        text.push_str("…\n");
    }
    text.truncate(text.trim_end().len());
    text
}

/// How many pieces of a body, or messages, are written out.
const PIECES_MAX: usize = 3;

fn push(text: &mut String, line: &str, headers: &[(String, String)]) {
    let _ = writeln!(text, "{line}");
    for (name, value) in headers {
        let _ = writeln!(text, "{name}: {value}");
    }
    text.push('\n');
}

fn shown(piece: &Piece, cut: bool) -> String {
    let rest = if cut { "…" } else { "" };
    let end = if piece.raw.ends_with('\n') { "" } else { "\n" };
    format!("{}{rest}{end}", piece.raw)
}

#[cfg(test)]
mod tests {
    use echoclock_shared::ledger::Kind;
    use echoclock_shared::time::UnixMillis;

    use super::*;

    fn entry(what: What) -> Entry {
        Entry {
            n: 1,
            at: UnixMillis::default(),
            request: 1,
            size: 1,
            cut: false,
            computed: false,
            what,
        }
    }

    fn sent(raw: &str) -> Entry {
        entry(What::Sent(Piece { kind: Kind::Body, raw: raw.to_owned(), hex: false }))
    }

    #[test]
    fn an_exchange_reads_as_on_the_wire() {
        let head = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let request = entry(What::Request {
            method: "GET".to_owned(),
            target: "/api/clock/stream?every=1s".to_owned(),
            version: "HTTP/1.1".to_owned(),
            headers: head("host", "localhost"),
        });
        let response = entry(What::Response { status: 200, headers: head("x", "y") });
        let ended = entry(What::Ended { reason: "the client left".to_owned() });
        let all = [request, response, sent("1\n"), sent("2"), sent("3\n"), sent("4\n"), ended];
        let text = "GET /api/clock/stream?every=1s HTTP/1.1\nhost: localhost\n\nHTTP/1.1 200\nx: y\n\n\
                    1\n2\n3\n…";
        assert_eq!(exchange(&all), text);
        assert_eq!(exchange(&all[..2]), text.split("\n\n1").next().unwrap_or_default());
        assert_eq!(exchange(&[]), "");
    }
}
