//! What an adapter received, as what a link says.

use echoclock_shared::echo::FromServer;
use echoclock_shared::encode::sse;
use echoclock_shared::session::{CloseReport, FromClock, LinkEvent};

use crate::browser::{EventNews, SocketNews};

/// How much of a message that can't be read is shown.
const SHOWN_MAX: usize = 80;

/// Reads what the chat socket received.
pub(super) fn socket(news: SocketNews) -> LinkEvent {
    match news {
        SocketNews::Text(text) => match FromServer::decode(&text) {
            Ok(message) => LinkEvent::Echo(message),
            Err(error) => garbled(&text, &error),
        },
        SocketNews::Binary { bytes } => {
            LinkEvent::Garbled(format!("a binary message of {bytes} bytes"))
        }
        SocketNews::Closed(report) => LinkEvent::Closed(report),
    }
}

/// Reads what the event stream received.
pub(super) fn event(news: EventNews) -> LinkEvent {
    let (name, data) = match news {
        EventNews::Event { name, data } => (name, data),
        EventNews::Failed => return LinkEvent::Closed(CloseReport::lost()),
    };
    let read = match name {
        sse::PING => Ok(FromClock::Ping),
        sse::CONNECT_TIME => serde_json::from_str(&data).map(FromClock::Hello),
        _ => serde_json::from_str(&data).map(FromClock::Item),
    };
    read.map_or_else(|error| garbled(&data, &error), LinkEvent::Clock)
}

fn garbled(text: &str, error: &serde_json::Error) -> LinkEvent {
    let mut shown: String = text.chars().take(SHOWN_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    LinkEvent::Garbled(format!("{shown:?}: {error}"))
}

#[cfg(test)]
mod tests {
    use echoclock_shared::feed::{Item, Period, Seq};
    use echoclock_shared::time::UnixMillis;

    use super::*;

    #[test]
    fn the_chat_socket_speaks_json() {
        let pong = FromServer::Pong { now: UnixMillis::new(5) };
        assert_eq!(socket(SocketNews::Text(pong.encode())), LinkEvent::Echo(pong));
        let LinkEvent::Garbled(what) = socket(SocketNews::Text("é".repeat(200))) else {
            panic!("not JSON");
        };
        assert!(what.contains('…') && what.chars().count() < 200, "{what}");
        let binary = socket(SocketNews::Binary { bytes: 3 });
        assert_eq!(binary, LinkEvent::Garbled("a binary message of 3 bytes".to_owned()));
    }

    #[test]
    fn an_event_is_read_by_its_name() {
        let read = |name, data: &str| event(EventNews::Event { name, data: data.to_owned() });
        let tick = Item::Value(Period::S1.tick(Seq::new(3)));
        let json = r#"{"seq":3,"due":"1970-01-01T00:00:03.000Z"}"#;
        assert_eq!(read("message", json), LinkEvent::Clock(FromClock::Item(tick)));
        assert_eq!(
            read("message", r#"{"gap":{"oldest":9}}"#),
            LinkEvent::Clock(FromClock::Item(Item::gap(Seq::new(9))))
        );
        assert_eq!(read("ping", "{}"), LinkEvent::Clock(FromClock::Ping));
        assert!(matches!(
            read("connecttime", r#"{"now":"1970-01-01T00:00:03Z","instance":"a","every":"1s"}"#),
            LinkEvent::Clock(FromClock::Hello(_))
        ));
        assert!(matches!(read("connecttime", "{}"), LinkEvent::Garbled(_)));
        assert_eq!(event(EventNews::Failed), LinkEvent::Closed(CloseReport::lost()));
    }
}
