//! Transports by name.

use echoclock_shared::transport::Transport;

/// Returns a transport's name as one word, for styles and programs.
pub const fn transport_name(transport: Transport) -> &'static str {
    match transport {
        Transport::Poll => "poll",
        Transport::LongPoll => "long-poll",
        Transport::Stream => "stream",
        Transport::Frame => "frame",
        Transport::Events => "events",
        Transport::Socket => "socket",
    }
}

/// Begins a text as a heading begins.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_begins_with_a_capital() {
        let headings = Transport::ALL.map(|transport| capitalised(&transport.to_string()));
        assert_eq!(
            headings,
            [
                "Short polling",
                "Long polling",
                "HTTP streaming",
                "Forever frame",
                "Server-Sent Events",
                "WebSocket",
            ]
        );
        assert_eq!(capitalised(""), "");
    }
}
