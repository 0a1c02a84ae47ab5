//! The decoder of newline-delimited JSON, in every way to cut a stream.

use echoclock_shared::decode::ndjson::Decoder;
use echoclock_shared::encode::ndjson;
use echoclock_shared::feed::{Item, Period, Seq, Tick};
use proptest::prelude::*;

type Read = Vec<Result<Item<Tick>, String>>;

fn read<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Read {
    let mut decoder = Decoder::default();
    chunks.into_iter().flat_map(|chunk| decoder.push(chunk).expect("short lines")).collect()
}

fn items() -> impl Strategy<Value = Item<Tick>> {
    (0_u64..1 << 40, any::<bool>()).prop_map(|(place, gap)| {
        let place = Seq::new(place);
        if gap { Item::gap(place) } else { Item::Value(Period::S1.tick(place)) }
    })
}

proptest! {
    #[test]
    fn what_is_encoded_decodes_to_the_same(
        items in proptest::collection::vec(items(), 0..20),
        size in 1_usize..80,
    ) {
        let stream: String = items.iter().map(ndjson::line).collect();
        let expected: Read = items.into_iter().map(Ok).collect();
        prop_assert_eq!(read(stream.as_bytes().chunks(size)), expected);
    }

    #[test]
    fn chunks_make_no_difference(
        stream in proptest::collection::vec(
            prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'{'), Just(b'1'), any::<u8>()],
            0..200,
        ),
        size in 1_usize..20,
    ) {
        prop_assert_eq!(read(stream.chunks(size)), read([&*stream]));
    }
}
