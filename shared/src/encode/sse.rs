//! Server-Sent Events: the HTML standard, section 9.2, "Server-sent events".

use std::fmt::Write;
use std::time::Duration;

use serde::Serialize;

use crate::feed::Seq;

/// The media type of an event stream.
pub const MEDIA_TYPE: &str = "text/event-stream";

/// The event that comes first on a stream; its data is a [`crate::feed::ConnectTime`].
pub const CONNECT_TIME: &str = "connecttime";

/// The event that breaks a long silence; its data is `{}`.
pub const PING: &str = "ping";

/// The event that says why a stream is refused for a while, before it ends; its data is a
/// [`crate::problem::Problem`].
pub const REFUSED: &str = "refused";

/// The event that comes last on a stream whose server stops; its data is `{}`.
pub const STOPPED: &str = "stopped";

/// Writes how long a client waits before it reconnects by itself, as the first line of the block
/// that has to come after it.
///
/// By the standard a block without data is no event, but some clients hand out an empty message.
pub fn retry(wait: Duration) -> String {
    format!("retry: {}\n", wait.as_millis())
}

/// Writes a message with JSON for its data.
///
/// JSON has no line breaks outside its strings and escapes them inside, so one `data:` line
/// holds it.
pub fn message(id: Option<Seq>, data: &impl Serialize) -> String {
    let mut block = String::new();
    if let Some(id) = id {
        // Writing to a string can't fail.
        let _ = writeln!(block, "id: {id}");
    }
    push_data(&mut block, data);
    block
}

/// Writes a named event with JSON for its data.
pub fn event(name: &str, data: &impl Serialize) -> String {
    let mut block = format!("event: {name}\n");
    push_data(&mut block, data);
    block
}

fn push_data(block: &mut String, data: &impl Serialize) {
    let _ = write!(block, "data: {}\n\n", super::json(data));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::{Item, Period};

    #[test]
    fn messages_are_blocks_that_end_in_an_empty_line() {
        let tick = Item::Value(Period::S1.tick(Seq::new(3)));
        assert_eq!(
            message(Some(Seq::new(3)), &tick),
            "id: 3\ndata: {\"seq\":3,\"due\":\"1970-01-01T00:00:03.000Z\"}\n\n"
        );
        assert_eq!(
            message(None, &Item::<()>::gap(Seq::new(9))),
            "data: {\"gap\":{\"oldest\":9}}\n\n"
        );
        assert_eq!(event("ping", &serde_json::json!({})), "event: ping\ndata: {}\n\n");
        assert_eq!(
            retry(Duration::from_secs(2)) + &event("hello", &7),
            "retry: 2000\nevent: hello\ndata: 7\n\n"
        );
    }
}
