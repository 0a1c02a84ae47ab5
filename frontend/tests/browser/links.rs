//! The adapters of links.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use echoclock_frontend::browser::{
    Answer, ByteStream, EventNews, EventStream, FrameNews, HiddenFrame, Socket, SocketNews,
    StreamNews, get,
};
use echoclock_shared::session::CloseReport;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::heard::{Heard, Uncaught};
use crate::support::{pass, until};

/// Nothing listens here: the port is the lowest that is not reserved for a service.
const NOBODY: &str = "ws://127.0.0.1:1024/";

const LONG: Duration = Duration::from_secs(20);

#[wasm_bindgen_test]
fn an_address_that_cannot_be_is_an_error_and_no_panic() {
    for address in ["ws://", "ws://host:99999/", "ftp://host/", "ws://h/#x"] {
        let error = Socket::open(address, |_| {}).map(drop).expect_err(address);
        assert!(!error.is_empty(), "{address}");
    }
    for address in ["http://", "http://host:99999/"] {
        let error = EventStream::open(address, |_| {}).map(drop).expect_err(address);
        assert!(error.contains("URL"), "{address}: {error}");
    }
}

#[wasm_bindgen_test]
async fn a_socket_that_does_not_connect_reports_it_once() {
    let heard = Heard::default();
    let socket = Socket::open(NOBODY, heard.ear()).expect("it can be tried");
    assert!(socket.send("too early").is_err(), "it has not opened yet");
    until("the socket closes", || heard.len() > 0).await;
    assert_eq!(heard.all(), [SocketNews::Closed(CloseReport::lost())]);
    assert!(socket.send("too late").is_ok(), "it goes nowhere, and the closing was reported");
    // Neither is a code or a reason that browsers let a page send.
    socket.close(1001, "");
    socket.close(1000, &"x".repeat(124));
    drop(socket);
    assert_eq!(heard.len(), 1);
}

#[wasm_bindgen_test]
async fn a_socket_that_is_dropped_is_mute() {
    let uncaught = Uncaught::watch();
    let (dropped, witness) = <(Heard<SocketNews>, Heard<_>)>::default();
    drop(Socket::open(NOBODY, dropped.ear()));
    let _socket = Socket::open(NOBODY, witness.ear());
    until("the other socket closes", || witness.len() > 0).await;
    assert_eq!((dropped.all(), uncaught.count()), (Vec::new(), 0));
}

#[wasm_bindgen_test]
async fn a_socket_may_be_dropped_by_its_own_callback() {
    let uncaught = Uncaught::watch();
    let place = Rc::new(RefCell::new(None));
    let (inside, heard) = (Rc::clone(&place), Heard::default());
    let ear = heard.ear();
    let socket = Socket::open(NOBODY, move |news| {
        drop(inside.borrow_mut().take());
        // What the callback holds outlives the drop of its adapter.
        ear(news);
    });
    place.replace(socket.ok());
    until("the socket closes", || heard.len() > 0).await;
    assert!(place.borrow().is_none());
    assert_eq!(uncaught.count(), 0);
}

#[wasm_bindgen_test]
async fn an_event_stream_hands_out_its_events_and_its_end() {
    let heard = Heard::default();
    let stream = "data:text/event-stream,\
        event: connecttime%0Adata: {\"a\":1}%0A%0A\
        : a comment%0A%0A\
        event: other%0Adata: nobody listens%0A%0A\
        event: ping%0Adata: {}%0A%0A\
        id: 7%0Adata: one%0Adata: two%0A%0A";
    let _stream = EventStream::open(stream, heard.ear()).expect("it can be tried");
    until("the stream ends", || heard.all().contains(&EventNews::Failed)).await;
    let event = |name, data: &str| EventNews::Event { name, data: data.to_owned() };
    assert_eq!(
        heard.all(),
        [
            EventNews::Begun,
            event("connecttime", "{\"a\":1}"),
            event("ping", "{}"),
            event("message", "one\ntwo"),
            EventNews::Failed,
        ]
    );
}

#[wasm_bindgen_test]
async fn an_event_stream_does_not_try_again_by_itself() {
    let heard = Heard::default();
    // Browsers try again after the time that the stream names.
    let stream = "data:text/event-stream,retry: 1%0Adata: once%0A%0A";
    let _stream = EventStream::open(stream, heard.ear()).expect("it can be tried");
    until("the stream ends", || heard.all().contains(&EventNews::Failed)).await;
    pass(Duration::from_millis(100)).await;
    assert_eq!(heard.len(), 3, "{:?}", heard.all());
}

#[wasm_bindgen_test]
async fn an_event_stream_that_is_refused_for_a_while_says_why_and_ends() {
    let heard = Heard::default();
    let stream = "data:text/event-stream,\
        retry: 1%0Aevent: refused%0Adata: {\"status\":503}%0A%0A";
    let _stream = EventStream::open(stream, heard.ear()).expect("it can be tried");
    until("the stream ends", || heard.all().contains(&EventNews::Failed)).await;
    pass(Duration::from_millis(100)).await;
    let refused = EventNews::Event { name: "refused", data: "{\"status\":503}".to_owned() };
    assert_eq!(heard.all(), [EventNews::Begun, refused, EventNews::Failed]);
}

#[wasm_bindgen_test]
async fn an_answer_that_is_no_event_stream_fails() {
    let heard = Heard::default();
    let _stream = EventStream::open("data:text/plain,hello", heard.ear());
    until("the stream fails", || heard.len() > 0).await;
    assert_eq!(heard.all(), [EventNews::Failed]);
}

#[wasm_bindgen_test]
async fn an_event_stream_that_is_dropped_is_mute() {
    let uncaught = Uncaught::watch();
    let (dropped, witness) = <(Heard<EventNews>, Heard<_>)>::default();
    let stream = "data:text/event-stream,data: hello%0A%0A";
    drop(EventStream::open(stream, dropped.ear()));
    let _stream = EventStream::open(stream, witness.ear());
    until("the other stream ends", || witness.all().contains(&EventNews::Failed)).await;
    assert_eq!((dropped.all(), uncaught.count()), (Vec::new(), 0));
}

#[wasm_bindgen_test]
async fn a_plain_request_reads_what_is_wanted() {
    let answer = get("data:Application/JSON;charset=utf-8,{}", LONG, Answer::is_json).await;
    let answer = answer.expect("an answer");
    assert_eq!((answer.status, answer.media_type.as_str()), (200, "application/json"));
    assert_eq!(answer.body.as_deref(), Some("{}"));
    let answer = get("data:text/html,hello", LONG, Answer::is_json).await.expect("an answer");
    assert_eq!((answer.media_type.as_str(), answer.body), ("text/html", None));
}

#[wasm_bindgen_test]
async fn a_plain_request_without_an_answer_is_nothing() {
    for address in ["http://127.0.0.1:1024/", "http://a b/", "nonsense://x"] {
        assert_eq!(get(address, LONG, Answer::is_json).await, None, "{address}");
    }
}

#[wasm_bindgen_test]
async fn a_byte_stream_hands_out_what_comes_and_its_end() {
    let heard = Heard::default();
    let _stream = ByteStream::open("data:text/plain,one%0Atwo%FF", heard.ear());
    until("the stream ends", || heard.all().contains(&StreamNews::Ended)).await;
    let mut all = heard.all();
    assert_eq!(all.pop(), Some(StreamNews::Ended));
    assert_eq!(all.remove(0), StreamNews::Begun);
    let bytes = all.into_iter().flat_map(|news| match news {
        StreamNews::Chunk(chunk) => chunk,
        StreamNews::Begun | StreamNews::Ended => panic!("it begins and ends once"),
    });
    assert_eq!(bytes.collect::<Vec<_>>(), b"one\ntwo\xff");
}

#[wasm_bindgen_test]
async fn a_byte_stream_that_does_not_come_ends_once() {
    let heard = Heard::default();
    let _stream = ByteStream::open("http://127.0.0.1:1024/", heard.ear()).expect("it can be tried");
    until("the stream ends", || heard.len() > 0).await;
    assert_eq!(heard.all(), [StreamNews::Ended]);
    let error = ByteStream::open("http://", |_| {}).map(drop).expect_err("no address");
    assert!(error.contains("URL"), "{error}");
}

#[wasm_bindgen_test]
async fn a_byte_stream_that_is_dropped_is_mute() {
    let uncaught = Uncaught::watch();
    let (dropped, witness) = <(Heard<StreamNews>, Heard<_>)>::default();
    drop(ByteStream::open("data:text/plain,hello", dropped.ear()));
    let _stream = ByteStream::open("data:text/plain,hello", witness.ear());
    until("the other stream ends", || witness.all().contains(&StreamNews::Ended)).await;
    assert_eq!((dropped.all(), uncaught.count()), (Vec::new(), 0));
}

const SAYS: &str = "data:text/html,<script>parent.postMessage({a:1},'*');\
    parent.postMessage({b:'%3C'},'*')</script>";

fn frames() -> u32 {
    let document = web_sys::window().and_then(|window| window.document()).expect("a document");
    document.query_selector_all("iframe").expect("a selector").length()
}

#[wasm_bindgen_test]
async fn a_hidden_frame_hands_out_its_own_messages_and_its_end() {
    let before = frames();
    let (heard, other) = <(Heard<FrameNews>, Heard<_>)>::default();
    let frame = HiddenFrame::open(SAYS, heard.ear()).expect("there is a place for it");
    let silent = HiddenFrame::open("data:text/html,", other.ear());
    until("both end", || heard.len() == 3 && other.len() == 1).await;
    let message = |json: &str| FrameNews::Message(json.to_owned());
    let (ended, messages): (Vec<_>, Vec<_>) =
        heard.all().into_iter().partition(|news| *news == FrameNews::Ended);
    assert_eq!(messages, [message(r#"{"a":1}"#), message(r#"{"b":"<"}"#)]);
    assert_eq!((ended.len(), other.all()), (1, vec![FrameNews::Ended]));
    drop((frame, silent));
    assert_eq!(frames(), before);
}

#[wasm_bindgen_test]
async fn a_hidden_frame_that_is_dropped_is_mute() {
    let uncaught = Uncaught::watch();
    let (dropped, witness) = <(Heard<FrameNews>, Heard<_>)>::default();
    drop(HiddenFrame::open(SAYS, dropped.ear()));
    let _frame = HiddenFrame::open(SAYS, witness.ear());
    until("the other frame ends", || witness.len() == 3).await;
    assert_eq!((dropped.all(), uncaught.count()), (Vec::new(), 0));
}
