//! Numbers and the local time as this browser's user writes them.

use echoclock_frontend::browser::{NUMERALS, clock};
use echoclock_frontend::numerals::Fineness;
use echoclock_shared::time::UnixMillis;
use wasm_bindgen_test::wasm_bindgen_test;

fn digits(text: &str) -> usize {
    text.chars().filter(|it| it.is_numeric()).count()
}

#[wasm_bindgen_test]
fn numbers_have_all_their_digits() {
    assert_eq!(digits(&(NUMERALS.whole)(1_234_567)), 7);
    for (places, count) in [(0, 3), (1, 4), (2, 5)] {
        assert_eq!(digits(&(NUMERALS.decimal)(345.0, places)), count, "{places}");
    }
    let plain = (NUMERALS.decimal)(12_345.0, 0);
    assert!(plain.chars().all(char::is_numeric), "without groups: {plain}");
}

/// So nothing beside it moves while a clock ticks.
#[wasm_bindgen_test]
fn a_local_time_has_the_same_digits_all_day() {
    let begin = clock::wall().get();
    for hour in 0..24 {
        let local = clock::local(UnixMillis::new(begin + hour * 3_600_000));
        for (fineness, count) in
            [(Fineness::Minute, 4), (Fineness::Second(0), 6), (Fineness::Second(2), 8)]
        {
            let written = (NUMERALS.time)(&local, fineness);
            assert_eq!(digits(&written), count, "{written}");
        }
        assert_eq!(digits(&(NUMERALS.date)(&local)), 8);
    }
}
