//! The decoder of newline-delimited JSON: cuts change nothing, a bad line spoils no other, and
//! what was encoded is read back.

#![no_main]

mod cuts;

use echoclock_shared::decode::TooLong;
use echoclock_shared::decode::ndjson::Decoder;
use echoclock_shared::encode::ndjson;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

type Line = Result<Value, String>;

fuzz_target!(|input: &[u8]| {
    let (chunks, stream) = cuts::cut(input);
    let at_once = read([stream]);
    assert_eq!(read(chunks), at_once, "cuts change what is read");

    let Ok(lines) = at_once else { return };
    let by_hand =
        ended(stream).split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    assert_eq!(lines.len(), by_hand.clone().count(), "a line is one value or one fault");
    for (line, bytes) in lines.iter().zip(by_hand) {
        assert_eq!(line.as_ref().ok(), serde_json::from_slice(bytes).ok().as_ref());
    }

    // After whatever came before, values are read as they were written.
    let values = lines.into_iter().filter_map(Result::ok);
    let values = values.filter(is_exact).collect::<Vec<_>>();
    let written: String = values.iter().map(ndjson::line).collect();
    let mut decoder = Decoder::<Value>::default();
    if decoder.push(stream).is_ok() && decoder.push(b"\n").is_ok() {
        let read = decoder.push(written.as_bytes()).expect("lines as short as before");
        assert_eq!(read, values.into_iter().map(Ok).collect::<Vec<Line>>());
    }
});

fn read<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<Line>, TooLong> {
    let mut decoder = Decoder::default();
    let mut lines = Vec::new();
    for chunk in chunks {
        lines.extend(decoder.push(chunk)?);
    }
    Ok(lines)
}

/// Returns what of a stream has ended: all up to the last line feed.
fn ended(stream: &[u8]) -> &[u8] {
    let end = stream.iter().rposition(|byte| *byte == b'\n');
    end.map_or(&[], |end| &stream[..end])
}

/// Whether JSON reads a value back as it wrote it, which it does not promise of every fraction.
fn is_exact(value: &Value) -> bool {
    serde_json::from_str::<Value>(&ndjson::line(value)).is_ok_and(|read| read == *value)
}
