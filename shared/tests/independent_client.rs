//! A decoder of event streams that is not ours, and the shared one, on the same random streams.

use echoclock_shared::decode::sse::Decoder;
use eventsource_stream::Eventsource;
use futures_util::{FutureExt, StreamExt, stream};

#[path = "support/random_streams.rs"]
mod random_streams;

/// A type, the data, and the last event ID.
type Told = (String, String, String);

fn by_the_decoder(chunks: &[&[u8]]) -> Vec<Told> {
    let mut decoder = Decoder::default();
    let events = chunks.iter().flat_map(|chunk| decoder.push(chunk).expect("short lines"));
    events.map(|event| (event.kind, event.data, event.last_event_id)).collect()
}

fn by_the_client(chunks: &[&[u8]]) -> Vec<Told> {
    let arriving = stream::iter(chunks.iter().map(Ok::<_, std::convert::Infallible>));
    let events = arriving.eventsource().collect::<Vec<_>>().now_or_never().expect("all is there");
    let events = events.into_iter().map(|event| event.expect("a stream that it takes"));
    events.map(|event| (event.event, event.data, event.id)).collect()
}

/// Turns a stream into one in which the client keeps to the standard.
fn spared(stream: &[u8]) -> String {
    // It withholds all that follows bytes that are no UTF-8; the standard reads U+FFFD for them.
    let stream = String::from_utf8_lossy(stream);
    // It panics at a byte order mark at the beginning, where it skips one byte of the three.
    let mut stream = stream.trim_start_matches('\u{feff}').to_owned();
    // It takes a last carriage return for a line's end only once something follows it.
    stream.push(':');
    stream
}

#[test]
fn the_client_and_the_decoder_read_the_same() {
    let mut events = 0;
    for seed in 0..20_000 {
        let stream = spared(&random_streams::stream(seed));
        let chunks = random_streams::cut(stream.as_bytes(), seed);
        let told = by_the_client(&chunks);
        events += told.len();
        assert_eq!(by_the_decoder(&chunks), told, "seed {seed}: {chunks:?}");
    }
    assert!(events > 10_000, "the streams hold {events} events only");
}

/// What [`spared`] spares it, so that the comparison widens when the client is mended.
#[test]
fn the_client_still_has_to_be_spared() {
    assert_eq!(by_the_client(&[b"data: a\n\n"]).len(), 1);
    assert!(std::panic::catch_unwind(|| by_the_client(&[b"\xef\xbb\xbfdata: a\n\n"])).is_err());
    assert!(std::panic::catch_unwind(|| by_the_client(&[b"\xff\n\ndata: a\n\n"])).is_err());
    assert_eq!(by_the_client(&[b"data: a\r\r"]), []);
}
