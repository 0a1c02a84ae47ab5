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

/// Returns the version of HTTP that a protocol's name (RFC 7301) stands for, where it puts all requests to
/// a server on one connection.
pub fn shares_a_connection(protocol: &str) -> Option<&'static str> {
    match protocol {
        "h2" => Some("HTTP/2"),
        "h3" => Some("HTTP/3"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_from_http2_on_requests_share_a_connection() {
        for (protocol, version) in [
            ("h2", Some("HTTP/2")),
            ("h3", Some("HTTP/3")),
            ("http/1.1", None),
            ("http/1.0", None),
            ("", None),
        ] {
            assert_eq!(shares_a_connection(protocol), version, "{protocol:?}");
        }
    }

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
