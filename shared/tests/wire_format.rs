//! The JSON that goes over the wire, pinned: other people's clients rely on it.

use echoclock_shared::close::CloseCode;
use echoclock_shared::echo::{Fault, FaultCode, FromBrowser, FromServer, SendKey};
use echoclock_shared::feed::{ConnectTime, Item, Period, Seq, Tick};
use echoclock_shared::info::{Done, Info, Open, Opening, Seen, Verdict};
use echoclock_shared::ledger::{Entry, Kind, Ledger, LedgerId, Piece, Totals, What, hidden};
use echoclock_shared::limits::SAFE_INTEGER_MAX;
use echoclock_shared::pass::Pass;
use echoclock_shared::problem::Problem;
use echoclock_shared::time::UnixMillis;
use proptest::prelude::*;

#[test]
fn what_the_browser_says() {
    let key = SendKey::new(7).expect("7 is below 2^53");
    insta::assert_snapshot!(FromBrowser::Say { key, text: "hé\n\"\0".to_owned() }.encode(), @r#"{"type":"say","key":7,"text":"hé\n\"\u0000"}"#);
    insta::assert_snapshot!(FromBrowser::Ping.encode(), @r#"{"type":"ping"}"#);
}

#[test]
fn what_the_server_says() {
    let key = SendKey::new(7).expect("7 is below 2^53");
    let now = UnixMillis::new(1_795_365_720_250);
    let hello = FromServer::Hello { instance: "f00d".to_owned(), version: "0.1.0".to_owned(), now };
    insta::assert_snapshot!(hello.encode(), @r#"{"type":"hello","instance":"f00d","version":"0.1.0","now":"2026-11-22T16:42:00.250Z"}"#);
    let echo = FromServer::Echo { key, text: "hé".to_owned(), received: now };
    insta::assert_snapshot!(echo.encode(), @r#"{"type":"echo","key":7,"text":"hé","received":"2026-11-22T16:42:00.250Z"}"#);
    insta::assert_snapshot!(FromServer::Pong { now }.encode(), @r#"{"type":"pong","now":"2026-11-22T16:42:00.250Z"}"#);
    let fault = |key| Fault { code: FaultCode::TextTooLong, key, message: "too long".to_owned() };
    insta::assert_snapshot!(FromServer::Error(fault(Some(key))).encode(), @r#"{"type":"error","code":"text_too_long","key":7,"message":"too long"}"#);
    insta::assert_snapshot!(FromServer::Error(fault(None)).encode(), @r#"{"type":"error","code":"text_too_long","message":"too long"}"#);
}

#[test]
fn what_the_clock_carries() {
    let replayed = Period::Ms250.tick(Seq::new(7_181_462_881));
    let live = Tick { sent: Some(UnixMillis::new(1_795_365_720_251)), ..replayed };
    let json = |item: Item<Tick>| serde_json::to_string(&item).expect("items are written");
    insta::assert_snapshot!(json(Item::Value(replayed)), @r#"{"seq":7181462881,"due":"2026-11-22T16:42:00.250Z"}"#);
    insta::assert_snapshot!(json(Item::Value(live)), @r#"{"seq":7181462881,"due":"2026-11-22T16:42:00.250Z","sent":"2026-11-22T16:42:00.251Z"}"#);
    insta::assert_snapshot!(json(Item::gap(Seq::new(5))), @r#"{"gap":{"oldest":5}}"#);
    let hello = ConnectTime {
        now: UnixMillis::new(1_795_365_720_250),
        instance: "f00d".to_owned(),
        every: Period::Ms100,
    };
    insta::assert_json_snapshot!(hello, @r#"
    {
      "now": "2026-11-22T16:42:00.250Z",
      "instance": "f00d",
      "every": "100ms"
    }
    "#);
}

#[test]
fn what_plain_requests_answer() {
    let problem = Problem {
        title: "Bad Request".to_owned(),
        status: 400,
        detail: "not a whole number".to_owned(),
        parameter: Some("after".to_owned()),
    };
    insta::assert_json_snapshot!(problem, @r#"
    {
      "title": "Bad Request",
      "status": 400,
      "detail": "not a whole number",
      "parameter": "after"
    }
    "#);
    insta::assert_json_snapshot!(info(), @r#"
    {
      "version": "0.1.0",
      "instance": "f00d",
      "now": "2026-11-22T16:42:00.250Z",
      "started": "1970-01-01T00:00:00.000Z",
      "draining": false,
      "socket": {
        "allowed": false,
        "reason": "another origin"
      },
      "check": true,
      "raw": true,
      "ledgers": true,
      "open": {
        "sockets": 1,
        "streams": 2,
        "polls": 3
      },
      "done": {
        "echoes": 3
      },
      "request": {
        "http_version": "HTTP/1.1",
        "scheme": "http",
        "client": "127.0.0.1:50000",
        "host": null,
        "origin": null,
        "via": "1.1 proxy",
        "forwarded": null,
        "x_forwarded_for": null,
        "x_forwarded_proto": null,
        "x_forwarded_host": null,
        "x_forwarded_port": null
      }
    }
    "#);
    let pass = Pass { value: "12c-0a".to_owned(), valid_for: 600 };
    insta::assert_json_snapshot!(pass, @r#"
    {
      "value": "12c-0a",
      "valid_for": 600
    }
    "#);
    let opening = Opening { http_version: "HTTP/1.0".to_owned(), upgrade: false };
    insta::assert_json_snapshot!(opening, @r#"
    {
      "http_version": "HTTP/1.0",
      "upgrade": false
    }
    "#);
    let more = Info { pass: Some(pass), opening: Some(opening), ..info() };
    let json = serde_json::to_string(&more).expect("answers are written");
    assert_eq!(serde_json::from_str::<Info>(&json).expect("it was written"), more);
}

#[test]
fn what_a_ledger_tells() {
    let at = UnixMillis::new(1_795_365_720_250);
    let headers = vec![("cookie".to_owned(), hidden(b"a=secret"))];
    let request = What::Request {
        method: "GET".to_owned(),
        target: "/api/echo".to_owned(),
        version: "HTTP/1.1".to_owned(),
        headers,
    };
    let piece = |kind, bytes| Piece::of(kind, bytes, 3).0;
    let whats = [
        request,
        What::Response { status: 101, headers: vec![] },
        What::Received(piece(Kind::Text, b"hello")),
        What::Sent(piece(Kind::Binary, b"\xff")),
        What::Ended { reason: "the client left".to_owned() },
    ];
    let entry =
        |(n, what)| Entry { n, at, request: 1, size: 9, cut: n == 3, computed: n == 1, what };
    let ledger = Ledger {
        link: LedgerId::from_random(0xf00d),
        now: at,
        opened: at,
        totals: Totals { requests: 1, received: 18, sent: 27 },
        dropped: 0,
        entries: (1..).zip(whats).map(entry).collect(),
    };
    insta::assert_json_snapshot!(ledger, @r#"
    {
      "link": "0000000000000000000000000000f00d",
      "now": "2026-11-22T16:42:00.250Z",
      "opened": "2026-11-22T16:42:00.250Z",
      "totals": {
        "requests": 1,
        "received": 18,
        "sent": 27
      },
      "dropped": 0,
      "entries": [
        {
          "n": 1,
          "at": "2026-11-22T16:42:00.250Z",
          "request": 1,
          "size": 9,
          "computed": true,
          "what": "request",
          "method": "GET",
          "target": "/api/echo",
          "version": "HTTP/1.1",
          "headers": [
            [
              "cookie",
              "(8 bytes, not shown)"
            ]
          ]
        },
        {
          "n": 2,
          "at": "2026-11-22T16:42:00.250Z",
          "request": 1,
          "size": 9,
          "what": "response",
          "status": 101,
          "headers": []
        },
        {
          "n": 3,
          "at": "2026-11-22T16:42:00.250Z",
          "request": 1,
          "size": 9,
          "cut": true,
          "what": "received",
          "kind": "text",
          "raw": "hel"
        },
        {
          "n": 4,
          "at": "2026-11-22T16:42:00.250Z",
          "request": 1,
          "size": 9,
          "what": "sent",
          "kind": "binary",
          "raw": "ff",
          "hex": true
        },
        {
          "n": 5,
          "at": "2026-11-22T16:42:00.250Z",
          "request": 1,
          "size": 9,
          "what": "ended",
          "reason": "the client left"
        }
      ]
    }
    "#);
    let json = serde_json::to_string(&ledger).expect("ledgers are written");
    assert_eq!(serde_json::from_str::<Ledger>(&json).expect("it was written"), ledger);
}

fn info() -> Info {
    Info {
        version: "0.1.0".to_owned(),
        instance: "f00d".to_owned(),
        now: UnixMillis::new(1_795_365_720_250),
        started: UnixMillis::default(),
        draining: false,
        socket: Verdict { allowed: false, reason: Some("another origin".to_owned()) },
        pass: None,
        opening: None,
        check: true,
        raw: true,
        ledgers: true,
        open: Open { sockets: 1, streams: 2, polls: 3 },
        bounds: None,
        done: Done { echoes: 3 },
        request: Seen {
            http_version: "HTTP/1.1".to_owned(),
            scheme: "http".to_owned(),
            client: Some("127.0.0.1:50000".to_owned()),
            via: Some("1.1 proxy".to_owned()),
            ..Seen::default()
        },
    }
}

prop_compose! {
    fn key()(key in 0..=SAFE_INTEGER_MAX) -> SendKey {
        SendKey::new(key).expect("the range ends below 2^53")
    }
}

prop_compose! {
    fn instant()(millis in 0..=UnixMillis::MAX.get()) -> UnixMillis {
        UnixMillis::new(millis)
    }
}

fn fault() -> impl Strategy<Value = Fault> {
    let code = prop_oneof![
        Just(FaultCode::Malformed),
        Just(FaultCode::UnknownType),
        Just(FaultCode::BadField),
        Just(FaultCode::TextTooLong),
    ];
    (code, proptest::option::of(key()), any::<String>()).prop_map(|(code, key, message)| Fault {
        code,
        key,
        message,
    })
}

/// Fields of any name but `key`, with anything that the grammar of JSON lets be written.
fn other_fields() -> impl Strategy<Value = Vec<String>> {
    let string = r#""([ a-z\u{1F600}]|\\["\\/bfnrt]|\\u(d[89a-f]|[0-9a-f]{2})[0-9a-f]{2}){0,6}""#;
    let number = r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,9})?";
    let leaf = prop_oneof![string, number, r#"true|false|null|"say"|"ping""#];
    let value = leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(" , "))),
            proptest::collection::vec(inner, 0..4).prop_map(|items| {
                let fields = items.iter().map(|item| format!(r#""key":{item}"#));
                format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
            }),
        ]
    });
    let name = prop_oneof![r#""type""#, r#""text""#, string];
    let field = (name, value).prop_map(|(name, value)| format!("{name} : {value}"));
    // Escapes may spell the name that stands for the key.
    let other = field.prop_filter("another name", |field| {
        !field.contains("\\u006") && !field.starts_with("\"key\"")
    });
    proptest::collection::vec(other, 0..5)
}

fn from_server() -> impl Strategy<Value = FromServer> {
    prop_oneof![
        (any::<String>(), any::<String>(), instant())
            .prop_map(|(instance, version, now)| FromServer::Hello { instance, version, now }),
        (key(), any::<String>(), instant()).prop_map(|(key, text, received)| FromServer::Echo {
            key,
            text,
            received
        }),
        instant().prop_map(|now| FromServer::Pong { now }),
        fault().prop_map(FromServer::Error),
    ]
}

fn item() -> impl Strategy<Value = Item<Tick>> {
    let seq = || (0..=SAFE_INTEGER_MAX).prop_map(Seq::new);
    prop_oneof![
        (seq(), instant(), proptest::option::of(instant()))
            .prop_map(|(seq, due, sent)| Item::Value(Tick { seq, due, sent })),
        seq().prop_map(Item::gap),
    ]
}

proptest! {
    #[test]
    fn what_the_browser_encodes_the_server_decodes(key in key(), text in any::<String>()) {
        let say = FromBrowser::Say { key, text };
        prop_assert_eq!(FromBrowser::decode(&say.encode()), Ok(say));
    }

    #[test]
    fn what_the_server_encodes_the_browser_decodes(message in from_server()) {
        prop_assert_eq!(FromServer::decode(&message.encode()).expect("it was encoded"), message);
    }

    #[test]
    fn items_are_decoded_as_they_were_encoded(item in item()) {
        let json = serde_json::to_string(&item).expect("items are written");
        prop_assert_eq!(serde_json::from_str::<Item<Tick>>(&json).expect("it was encoded"), item);
    }

    #[test]
    fn instants_are_read_as_they_were_written(instant in instant()) {
        prop_assert_eq!(UnixMillis::parse(&instant.to_string()), Ok(instant));
    }

    #[test]
    fn the_key_is_told_whatever_else_is_wrong(
        key in key(),
        before in other_fields(),
        after in other_fields(),
    ) {
        let key_field = format!(r#""key":{}"#, key.get());
        let fields: Vec<_> = before.into_iter().chain([key_field]).chain(after).collect();
        let json = format!("{{{}}}", fields.join(","));
        let told = match FromBrowser::decode(&json) {
            Ok(FromBrowser::Say { key, .. }) => Some(key),
            Ok(FromBrowser::Ping) => Some(key),
            Err(fault) => fault.key,
        };
        prop_assert_eq!(told, Some(key), "{}", json);
    }

    #[test]
    fn nothing_makes_a_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        decode_everything(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn nothing_like_a_message_makes_a_decoder_panic(
        json in r#"\{("type":"(say|ping|echo|hello|pong|error|x)"|"key":-?[0-9]{0,20}|"text":"?.{0,5}"?|"now":"[0-9TZ:.+-]{0,30}"|"seq":[0-9]{0,20}|"due":"2026-.{0,20}"|"gap":\{\}|,){0,6}\}"#
    ) {
        decode_everything(&json);
    }
}

fn decode_everything(text: &str) {
    let _ = FromBrowser::decode(text);
    let _ = FromServer::decode(text);
    let _ = serde_json::from_str::<Item<Tick>>(text);
    let _ = serde_json::from_str::<ConnectTime>(text);
    let _ = serde_json::from_str::<Info>(text);
    let _ = serde_json::from_str::<Problem>(text);
    let _ = serde_json::from_str::<Ledger>(text);
    let _ = serde_json::from_str::<CloseCode>(text);
    let _ = UnixMillis::parse(text);
    let _ = text.parse::<Seq>();
    let _ = text.parse::<Period>();
}
