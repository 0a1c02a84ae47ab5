//! The decoder of event streams: cuts change nothing, and what was encoded is read back.

#![no_main]

mod cuts;

use echoclock_shared::decode::TooLong;
use echoclock_shared::decode::sse::{Decoder, Event};
use echoclock_shared::encode::sse;
use echoclock_shared::feed::Seq;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let (chunks, stream) = cuts::cut(input);
    let at_once = read([stream]);
    assert_eq!(read(chunks), at_once, "cuts change what is read");

    // After whatever came before, an empty line ends it, and an event is read as it was written.
    let said = String::from_utf8_lossy(stream);
    let data = serde_json::Value::String(said.into_owned());
    let seq = Seq::new(stream.len() as u64);
    let mut decoder = Decoder::default();
    if decoder.push(stream).is_ok() && decoder.push(b"\n\n\n").is_ok() {
        let written = sse::message(Some(seq), &data) + &sse::event(sse::PING, &data);
        let events = decoder.push(written.as_bytes()).expect("it is short");
        let expected = ["message", sse::PING].map(|kind| Event {
            kind: kind.to_owned(),
            data: data.to_string(),
            last_event_id: seq.to_string(),
        });
        assert_eq!(events, expected);
    }
});

fn read<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<Event>, TooLong> {
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    for chunk in chunks {
        events.extend(decoder.push(chunk)?);
    }
    Ok(events)
}
