//! The browser's own reader of event streams and the shared decoder, on the same random streams.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use echoclock_shared::decode::sse::Decoder;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{EventSource, MessageEvent};

use crate::support::until;

#[path = "../../../shared/tests/support/random_streams.rs"]
mod random_streams;

/// A type, the data, and the last event ID.
type Told = (String, String, String);

/// The types that are listened for; the streams name others too.
const TYPES: [&str; 3] = ["message", "a", "b"];

fn by_the_decoder(chunks: &[&[u8]]) -> Vec<Told> {
    let mut decoder = Decoder::default();
    let events = chunks.iter().flat_map(|chunk| decoder.push(chunk).expect("short lines"));
    let told = events.map(|event| (event.kind, event.data, event.last_event_id));
    told.filter(|(kind, ..)| TYPES.contains(&kind.as_str())).collect()
}

async fn by_the_browser(stream: &[u8]) -> Vec<Told> {
    let bytes: String = stream.iter().map(|byte| format!("%{byte:02X}")).collect();
    let source = EventSource::new(&format!("data:text/event-stream,{bytes}")).expect("an address");
    let (told, ended) = (Rc::new(RefCell::new(vec![])), Rc::new(Cell::new(false)));
    let on_message = Closure::<dyn Fn(MessageEvent)>::new({
        let told = Rc::clone(&told);
        move |event: MessageEvent| {
            let data = event.data().as_string().expect("text");
            told.borrow_mut().push((event.type_(), data, event.last_event_id()));
        }
    });
    for kind in TYPES {
        source
            .add_event_listener_with_callback(kind, on_message.as_ref().unchecked_ref())
            .expect("a callback can be set");
    }
    let on_error = Closure::<dyn Fn()>::new({
        let (ended, source) = (Rc::clone(&ended), source.clone());
        move || {
            source.close();
            ended.set(true);
        }
    });
    source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    until("the stream to end", || ended.get()).await;
    told.take()
}

#[wasm_bindgen_test]
async fn the_browser_and_the_decoder_read_the_same() {
    let mut events = 0;
    for seed in 0..300 {
        let mut stream = random_streams::stream(seed);
        // Chromium takes a line's end right after the mark for a part of the next line, against
        // the standard.
        if stream.starts_with(b"\xef\xbb\xbf\n") || stream.starts_with(b"\xef\xbb\xbf\r") {
            stream.remove(3);
        }
        let told = by_the_browser(&stream).await;
        events += told.len();
        let shown = String::from_utf8_lossy(&stream);
        let chunks = random_streams::cut(&stream, seed);
        assert_eq!(by_the_decoder(&chunks), told, "seed {seed}: {shown:?}");
    }
    assert!(events > 100, "the streams hold {events} events only");
}
