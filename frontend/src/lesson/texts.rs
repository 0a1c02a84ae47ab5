//! What is told of each transport.

use echoclock_shared::text;

use super::{Compared, Lesson, Rule, Said, Step};

pub(super) static POLL: Lesson = Lesson {
    how: text!(
        "The browser asks again and again, and each time the server answers at once with what is \
          new, be it nothing. News waits at the server until the next question."
    ),
    steps: &[
        Step::Up(Said::Raw("GET /api/clock?after=41")),
        Step::Down(Said::Raw("200 {\"items\":[]}")),
        Step::Wait(text!("the pace of polling passes; 42 falls due")),
        Step::Up(Said::Raw("GET /api/clock?after=41")),
        Step::Down(Said::Raw("200 {\"items\":[42]}")),
    ],
    cost: text!(
        "A whole request and a whole response per question, whether there is news or not: most of \
           the bytes are headers. The delay is half the pace on average, and all of it at worst. A \
           faster pace buys delay with requests."
    ),
    when: text!(
        "News that may be a little old, or that comes rarely; clients that can do nothing else. \
           Nothing between can break it, caches included, as long as the answers are no-store."
    ),
    rules: &[
        Rule {
            text: text!("RFC 9110, section 9.3.1: GET"),
            url: "https://www.rfc-editor.org/rfc/rfc9110#section-9.3.1",
        },
        Rule {
            text: text!("RFC 9111, section 5.2.2.5: no-store"),
            url: "https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.5",
        },
    ],
    compared: Compared {
        delay: text!("half the pace"),
        holds: text!("nothing"),
        resumes: text!("by `after`, always"),
        proxies: text!("nothing"),
    },
};

pub(super) static LONG_POLL: Lesson = Lesson {
    how: text!(
        "The browser asks, and the server keeps the question until there is news or the wait is \
          over: then it answers, with 204 where there is nothing. The browser asks again at once."
    ),
    steps: &[
        Step::Up(Said::Raw("GET /api/clock/next?after=41&wait=25")),
        Step::Wait(text!("the server keeps the question; 42 falls due")),
        Step::Down(Said::Raw("200 {\"items\":[42]}")),
        Step::Up(Said::Raw("GET /api/clock/next?after=42&wait=25")),
    ],
    cost: text!(
        "A request and a response per item, and one connection that is held. News that comes while \
           the next question is under way waits for it, so a slow way costs up to a round trip and \
           a half more. Fast feeds turn it into short polling without a pause."
    ),
    when: text!(
        "Where streams are held back on the way and sockets do not get through: it is plain HTTP \
           whose answers take long. Keep the wait below the timeouts of what stands between, which \
           are often 30 or 60 seconds."
    ),
    rules: &[
        Rule {
            text: text!("RFC 6202, section 2: HTTP long polling"),
            url: "https://www.rfc-editor.org/rfc/rfc6202#section-2",
        },
        Rule {
            text: text!("RFC 9110, section 15.3.5: 204 No Content"),
            url: "https://www.rfc-editor.org/rfc/rfc9110#section-15.3.5",
        },
    ],
    compared: Compared {
        delay: text!("none, or a round trip right after an item"),
        holds: text!("a connection, nearly always"),
        resumes: text!("by `after`, always"),
        proxies: text!("may give up a wait that is long"),
    },
};

pub(super) static STREAM: Lesson = Lesson {
    how: text!(
        "One request whose response does not end: the server writes each item as it comes, a line \
          of JSON, and the page reads the body while it arrives, by fetch and a reader."
    ),
    steps: &[
        Step::Up(Said::Raw("GET /api/clock/stream?after=41")),
        Step::Down(Said::Raw("200, Transfer-Encoding: chunked")),
        Step::Wait(text!("42 falls due")),
        Step::Down(Said::Raw("{\"seq\":42,…}⏎")),
        Step::Wait(text!("43 falls due")),
        Step::Down(Said::Raw("{\"seq\":43,…}⏎")),
    ],
    cost: text!(
        "A connection for as long as it lasts, and per item its line and the framing of a chunk. \
           The page has to cut the lines itself, notice silence itself, and connect again itself."
    ),
    when: text!(
        "Where the page wants the bytes as they are, or headers of its own in the request, which \
           EventSource cannot send. Whatever collects responses before it passes them on holds the \
           stream back altogether."
    ),
    rules: &[
        Rule {
            text: text!("RFC 9112, section 7.1: chunked transfer coding"),
            url: "https://www.rfc-editor.org/rfc/rfc9112#section-7.1",
        },
        Rule {
            text: text!("RFC 6202, section 3: HTTP streaming"),
            url: "https://www.rfc-editor.org/rfc/rfc6202#section-3",
        },
        Rule {
            text: text!("Fetch standard, section 2.2.4: bodies as streams"),
            url: "https://fetch.spec.whatwg.org/#bodies",
        },
        Rule {
            text: text!("Newline-delimited JSON has no RFC; this is what is meant by it"),
            url: "https://github.com/ndjson/ndjson-spec",
        },
    ],
    compared: Compared {
        delay: text!("none"),
        holds: text!("a connection"),
        resumes: text!("by `after`, if the page does it"),
        proxies: text!("may collect it and pass on nothing"),
    },
};

pub(super) static FRAME: Lesson = Lesson {
    how: text!(
        "A hidden iframe loads a document that does not end. Each item is a script element that \
          posts it to the page around it and removes itself: the browser runs a script as soon as \
          it has parsed it. This is how streaming was done before pages could read responses."
    ),
    steps: &[
        Step::Up(Said::Raw("GET /api/clock/frame?after=41")),
        Step::Down(Said::Words(text!("200, a script that posts {\"hello\":…}"))),
        Step::Wait(text!("42 falls due")),
        Step::Down(Said::Words(text!("a script that posts 42, and is gone"))),
    ],
    cost: text!(
        "A connection, a document of its own, and the most bytes per item of all streams. What the \
           parser has seen is not given back, so the document is begun anew now and then. The \
           iframe is in a sandbox, and its messages are known by their source, as it has no origin."
    ),
    when: text!(
        "Never, today: it is here because everything that followed answers one of its faults. It \
           still gets through wherever a slow page does."
    ),
    rules: &[
        Rule {
            text: text!("HTML standard, section 4.8.5: iframe and its sandbox"),
            url: "https://html.spec.whatwg.org/multipage/iframe-embed-object.html#attr-iframe-sandbox",
        },
        Rule {
            text: text!("HTML standard, section 9.3: cross-document messaging"),
            url: "https://html.spec.whatwg.org/multipage/web-messaging.html",
        },
        Rule {
            text: text!("RFC 9112, section 7.1: chunked transfer coding"),
            url: "https://www.rfc-editor.org/rfc/rfc9112#section-7.1",
        },
    ],
    compared: Compared {
        delay: text!("none"),
        holds: text!("a connection and a document"),
        resumes: text!("by `after`, if the page does it"),
        proxies: text!("may collect it and pass on nothing"),
    },
};

pub(super) static EVENTS: Lesson = Lesson {
    how: text!(
        "HTTP streaming with a format and a client of its own: the server writes events as lines of \
          text, and EventSource hands them out, connects again after a loss, and tells by \
          Last-Event-ID where it was. But any status other than 200 has it give up for good: only \
          a refusal that will last may be a status (204 is the polite one), and what is refused for \
          a while is told within a 200 stream, by retry, an event of its own, and the end."
    ),
    steps: &[
        Step::Up(Said::Raw("GET /api/clock/events")),
        Step::Down(Said::Raw("200 text/event-stream")),
        Step::Down(Said::Raw("retry: 2000⏎event: connecttime⏎data: {…}⏎⏎")),
        Step::Wait(text!("42 falls due")),
        Step::Down(Said::Raw("id: 42⏎data: {\"seq\":42,…}⏎⏎")),
        Step::Wait(text!("the connection breaks; the browser waits 2 s")),
        Step::Up(Said::Raw("GET …, Last-Event-ID: 42")),
    ],
    cost: text!(
        "As a stream, and a few bytes more per item for the names of the fields. Over HTTP/1.1 it \
           takes one of the browser's six connections, over HTTP/2 a stream among a hundred. It \
           speaks one way, and text only."
    ),
    when: text!(
        "News from the server, and a browser to read them: notifications, progress, prices, logs. \
           It goes where HTTP goes, with cookies and compression, and tools read it as text."
    ),
    rules: &[
        Rule {
            text: text!("HTML standard, section 9.2: server-sent events"),
            url: "https://html.spec.whatwg.org/multipage/server-sent-events.html",
        },
        Rule {
            text: text!("HTML standard, section 9.2.2: which answers end an EventSource for good"),
            url: "https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface",
        },
        Rule {
            text: text!("HTML standard, section 9.2.6: interpreting an event stream"),
            url: "https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation",
        },
    ],
    compared: Compared {
        delay: text!("none"),
        holds: text!("a connection"),
        resumes: text!("by `Last-Event-ID`, by itself"),
        proxies: text!("may collect it and pass on nothing"),
    },
};

pub(super) static SOCKET: Lesson = Lesson {
    how: text!(
        "An HTTP request asks to change the protocol, and from the answer on both sides send \
          messages, text or binary, whenever they like, over the same connection."
    ),
    steps: &[
        Step::Up(Said::Raw("GET /api/clock/socket, Upgrade: websocket")),
        Step::Down(Said::Raw("101 Switching Protocols")),
        Step::Wait(text!("42 falls due")),
        Step::Down(Said::Words(text!("text frame {\"seq\":42,…}"))),
        Step::Wait(text!("somebody is done")),
        Step::Up(Said::Words(text!("close frame 1000"))),
        Step::Down(Said::Words(text!("close frame 1000"))),
    ],
    cost: text!(
        "The least per message, two to ten bytes besides its own, and a connection that is not one \
           of the six. It is no HTTP any more: no cache, no content coding, no retry, no \
           resumption, and a heartbeat of one's own, as a page sees no protocol pings."
    ),
    when: text!(
        "Both sides speak, often, or in binary: chats, games, editing together. For news alone, \
           Server-Sent Events do the same with less. Some proxies know only plain HTTP, so keep a \
           way without it."
    ),
    rules: &[
        Rule {
            text: text!("RFC 6455: The WebSocket Protocol"),
            url: "https://www.rfc-editor.org/rfc/rfc6455",
        },
        Rule {
            text: text!("RFC 8441: bootstrapping WebSockets with HTTP/2"),
            url: "https://www.rfc-editor.org/rfc/rfc8441",
        },
        Rule {
            text: text!("WebSockets standard: the browser's interface"),
            url: "https://websockets.spec.whatwg.org/",
        },
    ],
    compared: Compared {
        delay: text!("none"),
        holds: text!("a connection of another kind"),
        resumes: text!("by `after`, if the page does it"),
        proxies: text!("may refuse the upgrade, or close what is idle"),
    },
};
