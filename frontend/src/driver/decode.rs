//! What an adapter received, as what a link says.

use echoclock_shared::decode;
use echoclock_shared::decode::ndjson::Decoder;
use echoclock_shared::echo::{Fault, FaultCode, FromServer};
use echoclock_shared::encode::sse;
use echoclock_shared::problem::{self, Problem};
use echoclock_shared::session::{CloseReport, FromClock, Garbled, LinkEvent};

use crate::browser::{Answer, EventNews, FrameNews, SocketNews, StreamNews};

/// How much of a message that can't be read is shown.
const SHOWN_MAX: usize = 80;

/// Reads what the chat socket received.
pub(super) fn socket(news: SocketNews) -> LinkEvent {
    socket_by(news, |text| {
        FromServer::decode(text).map_or_else(|error| garbled(text, &error), LinkEvent::Echo)
    })
}

/// Reads what the event stream received.
pub(super) fn event(news: EventNews) -> LinkEvent {
    let (name, data) = match news {
        EventNews::Event { name, data } => (name, data),
        EventNews::Begun => return LinkEvent::Begun,
        EventNews::Failed => return LinkEvent::Closed(CloseReport::lost()),
    };
    let read = match name {
        sse::PING => Ok(LinkEvent::Clock(FromClock::Ping)),
        sse::CONNECT_TIME => {
            serde_json::from_str(&data).map(|hello| LinkEvent::Clock(FromClock::Hello(hello)))
        }
        sse::REFUSED => serde_json::from_str(&data).map(LinkEvent::Refused),
        _ => serde_json::from_str(&data).map(|item| LinkEvent::Clock(FromClock::Item(item))),
    };
    read.unwrap_or_else(|error| garbled(&data, &error))
}

/// Reads what a socket received that carries the clock.
pub(super) fn clock_socket(news: SocketNews) -> LinkEvent {
    socket_by(news, plain)
}

/// Reads what a hidden frame posted.
pub(super) fn frame(news: FrameNews) -> LinkEvent {
    match news {
        FrameNews::Message(json) => plain(&json),
        FrameNews::Ended => LinkEvent::Closed(CloseReport::lost()),
    }
}

/// Reads what a stream of lines received.
pub(super) fn lines(decoder: &mut Decoder<FromClock>, news: StreamNews) -> Vec<LinkEvent> {
    let chunk = match news {
        StreamNews::Begun => return vec![LinkEvent::Begun],
        StreamNews::Chunk(chunk) => chunk,
        StreamNews::Ended => return vec![LinkEvent::Closed(CloseReport::lost())],
    };
    match decoder.push(&chunk) {
        Ok(lines) => {
            lines.into_iter().map(|line| line.map_or_else(unreadable, LinkEvent::Clock)).collect()
        }
        Err(too_long) => vec![
            LinkEvent::Garbled(Garbled::LongLine { max: too_long.max }),
            LinkEvent::Closed(CloseReport::lost()),
        ],
    }
}

/// Reads the answer to a poll.
pub(super) fn answer(answer: Option<Answer>) -> Vec<LinkEvent> {
    let Some(answer) = answer else {
        return vec![LinkEvent::Closed(CloseReport::lost())];
    };
    if let Some(problem) = refusal(&answer) {
        return vec![LinkEvent::Refused(problem)];
    }
    let Answer { status, body, .. } = answer;
    let json = match (status, &body) {
        (200, Some(json)) => json,
        (204, _) => return vec![LinkEvent::Answered],
        _ => return vec![LinkEvent::Closed(CloseReport::lost())],
    };
    match decode::page(json) {
        Ok(items) => {
            let items = items.into_iter().map(LinkEvent::Clock);
            items.chain([LinkEvent::Answered]).collect()
        }
        Err(error) => vec![garbled(json, &error), LinkEvent::Answered],
    }
}

/// Reads the answer to a message that was posted.
pub(super) fn posted(answer: Option<Answer>) -> LinkEvent {
    if let Some(problem) = answer.as_ref().and_then(refusal) {
        return LinkEvent::Refused(problem);
    }
    let said = answer.and_then(|answer| match (answer.status, answer.body) {
        // Whoever finds it too large, the message itself does not get through.
        (413, _) => Some(FromServer::Error(Fault {
            code: FaultCode::TextTooLong,
            key: None,
            // Nobody has said it in words that are for people.
            message: String::new(),
        })),
        (200 | 400, Some(json)) => FromServer::decode(&json).ok(),
        (_, _) => None,
    });
    said.map_or(LinkEvent::Closed(CloseReport::lost()), LinkEvent::Echo)
}

/// Reads why the server itself refuses something for the moment, where it has no room or stops: no
/// proxy before it.
fn refusal(Answer { status, media_type, body }: &Answer) -> Option<Problem> {
    let json = body.as_ref().filter(|_| *media_type == problem::MEDIA_TYPE)?;
    matches!(status, 429 | 503).then(|| serde_json::from_str(json).ok())?
}

fn plain(json: &str) -> LinkEvent {
    serde_json::from_str(json).map_or_else(|error| garbled(json, &error), LinkEvent::Clock)
}

fn socket_by(news: SocketNews, read: impl FnOnce(&str) -> LinkEvent) -> LinkEvent {
    match news {
        SocketNews::Text(text) => read(&text),
        SocketNews::Binary { bytes } => LinkEvent::Garbled(Garbled::Binary { bytes }),
        SocketNews::Closed(report) => LinkEvent::Closed(report),
    }
}

fn garbled(text: &str, error: &serde_json::Error) -> LinkEvent {
    let mut shown: String = text.chars().take(SHOWN_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    unreadable(format!("{shown:?}: {error}"))
}

const fn unreadable(what: String) -> LinkEvent {
    LinkEvent::Garbled(Garbled::Unreadable(what))
}

#[cfg(test)]
mod tests {
    use echoclock_shared::echo::SendKey;
    use echoclock_shared::feed::{Item, Period, Seq};
    use echoclock_shared::time::UnixMillis;

    use super::*;

    #[test]
    fn the_chat_socket_speaks_json() {
        let pong = FromServer::Pong { now: UnixMillis::new(5) };
        assert_eq!(socket(SocketNews::Text(pong.encode())), LinkEvent::Echo(pong));
        let LinkEvent::Garbled(Garbled::Unreadable(what)) =
            socket(SocketNews::Text("é".repeat(200)))
        else {
            panic!("not JSON");
        };
        assert!(what.contains('…') && what.chars().count() < 200, "{what}");
        let binary = socket(SocketNews::Binary { bytes: 3 });
        assert_eq!(binary, LinkEvent::Garbled(Garbled::Binary { bytes: 3 }));
    }

    #[test]
    fn plain_messages_are_told_apart_by_their_first_key() {
        let tick = Item::Value(Period::S1.tick(Seq::new(3)));
        for (json, message) in [
            (r#"{"seq":3,"due":"1970-01-01T00:00:03.000Z"}"#, FromClock::Item(tick)),
            (r#"{"gap":{"oldest":9}}"#, FromClock::Item(Item::gap(Seq::new(9)))),
            (r#"{"ping":{}}"#, FromClock::Ping),
        ] {
            let event = LinkEvent::Clock(message);
            assert_eq!(clock_socket(SocketNews::Text(json.to_owned())), event);
            assert_eq!(frame(FrameNews::Message(json.to_owned())), event);
            let chunk = StreamNews::Chunk(format!("{json}\n").into_bytes());
            assert_eq!(lines(&mut Decoder::default(), chunk), [event]);
        }
        let hello = r#"{"hello":{"now":"1970-01-01T00:00:03Z","instance":"a","every":"1s"}}"#;
        let hello = frame(FrameNews::Message(hello.to_owned()));
        assert!(matches!(hello, LinkEvent::Clock(FromClock::Hello(_))), "{hello:?}");
        assert!(matches!(frame(FrameNews::Message("{}".to_owned())), LinkEvent::Garbled(_)));
    }

    #[test]
    fn a_poll_is_answered_with_items_or_nothing_or_not_at_all() {
        let closed = vec![LinkEvent::Closed(CloseReport::lost())];
        let read = |status, body: Option<&str>| {
            let body = body.map(str::to_owned);
            answer(Some(Answer { status, media_type: String::new(), body }))
        };
        let tick = FromClock::Item(Item::Value(Period::S1.tick(Seq::new(3))));
        assert_eq!(
            read(200, Some(r#"{"items":[{"seq":3,"due":"1970-01-01T00:00:03.000Z"}]}"#)),
            [LinkEvent::Clock(tick), LinkEvent::Answered]
        );
        assert_eq!(read(200, Some(r#"{"items":[]}"#)), [LinkEvent::Answered]);
        assert_eq!(read(204, None), [LinkEvent::Answered]);
        assert!(matches!(read(200, Some("{}"))[..], [LinkEvent::Garbled(_), LinkEvent::Answered]));
        for (status, body) in [(200, None), (400, Some("{}")), (503, None)] {
            assert_eq!(read(status, body), closed, "{status}");
        }
        assert_eq!(answer(None), closed);
    }

    #[test]
    fn a_post_is_answered_as_on_the_socket_or_not_at_all() {
        let read = |status, body: &str| {
            let body = Some(body.to_owned());
            posted(Some(Answer { status, media_type: String::new(), body }))
        };
        let key = SendKey::new(3);
        let echo = FromServer::Echo {
            key: key.unwrap(),
            text: "x".to_owned(),
            received: UnixMillis::new(5),
        };
        assert_eq!(read(200, &echo.encode()), LinkEvent::Echo(echo.clone()));
        let code = FaultCode::BadField;
        let fault = FromServer::Error(Fault { code, key, message: "no".to_owned() });
        assert_eq!(read(400, &fault.encode()), LinkEvent::Echo(fault));
        let large = read(413, "");
        assert!(
            matches!(&large, LinkEvent::Echo(FromServer::Error(fault)) if fault.key.is_none()),
            "{large:?}"
        );
        let closed = LinkEvent::Closed(CloseReport::lost());
        for (status, body) in [(200, "{}"), (400, "{}"), (403, &echo.encode()), (502, "")] {
            assert_eq!(read(status, body), closed, "{status} {body}");
        }
        assert_eq!(posted(None), closed);
    }

    #[test]
    fn a_poll_or_a_post_that_is_refused_for_a_while_is_told_why() {
        let read = |status, media_type: &str, body: &str| {
            let (media_type, body) = (media_type.to_owned(), Some(body.to_owned()));
            let polled =
                answer(Some(Answer { status, media_type: media_type.clone(), body: body.clone() }));
            assert_eq!([posted(Some(Answer { status, media_type, body }))], *polled);
            polled
        };
        let json = r#"{"title":"Too Many Requests","status":429,"detail":"too many"}"#;
        for status in [429, 503] {
            let told = read(status, problem::MEDIA_TYPE, json);
            let [LinkEvent::Refused(problem)] = &*told else { panic!("{told:?}") };
            assert_eq!(problem.detail, "too many");
        }
        // Not what a proxy says by itself, nor what makes no sense, nor what stays as it is.
        let closed = [LinkEvent::Closed(CloseReport::lost())];
        assert_eq!(read(503, "application/json", json), closed);
        assert_eq!(read(429, problem::MEDIA_TYPE, "{}"), closed);
        assert_eq!(read(400, problem::MEDIA_TYPE, json), closed);
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
        let problem = r#"{"title":"Service Unavailable","status":503,"detail":"it stops"}"#;
        let LinkEvent::Refused(problem) = read("refused", problem) else { panic!("a refusal") };
        assert_eq!((problem.status, problem.detail.as_str()), (503, "it stops"));
        // The end of the stream, which follows, is what counts then.
        assert!(matches!(read("refused", "{}"), LinkEvent::Garbled(_)));
        assert_eq!(event(EventNews::Failed), LinkEvent::Closed(CloseReport::lost()));
    }
}
