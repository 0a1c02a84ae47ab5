//! Writing with an input method: the key that ends a word, or gives it up, means nothing else.
//!
//! Each engine tells of that key in its own order.

use echoclock_frontend::stores::Stores;
use echoclock_shared::close::CloseCode;
use echoclock_shared::session::{Intent, Part};
use leptos::prelude::Set;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::Bench;
use crate::links::{open, view};

const MESSAGE: &str = "#message";
const REASON: &str = "#close-reason";
const ADDRESS: &str = "#api-address";
const FILTER: &str = "#wire-text";

/// An event of the key that ends a composition.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// `compositionend`, with the word that was chosen, which is written by then.
    End,
    Key(&'static str, Key),
}

/// What a key's event tells.
#[derive(Clone, Copy, Debug, Default)]
struct Key {
    /// Where it is not the key that was pressed.
    name: Option<&'static str>,
    /// Where it is not the number of the key that was pressed.
    code: Option<u32>,
    is_composing: bool,
}

const PROCESSED: Key = Key { name: None, code: Some(229), is_composing: false };
const COMPOSING: Key = Key { is_composing: true, ..PROCESSED };
const PROCESS: Key = Key { name: Some("Process"), ..COMPOSING };
const PLAIN: Key = Key { name: None, code: None, is_composing: false };

/// What each engine tells of a key that ends a composition.
const ORDERS: [(&str, &[Step]); 4] = [
    (
        "Chromium, Windows and Linux",
        &[Step::Key("keydown", PROCESS), Step::End, Step::Key("keyup", PLAIN)],
    ),
    ("Chromium, macOS", &[Step::Key("keydown", COMPOSING), Step::End, Step::Key("keyup", PLAIN)]),
    ("Firefox", &[Step::Key("keydown", PROCESS), Step::End, Step::Key("keyup", PROCESS)]),
    ("Safari", &[Step::End, Step::Key("keydown", PROCESSED), Step::Key("keyup", PLAIN)]),
];

/// Writes a reading in an input method, and chooses `word` for it by a key as `steps` has it.
async fn compose(bench: &Bench, field: &str, steps: &[Step], word: &str, (key, code): (&str, u32)) {
    bench.composition(field, "compositionstart", "").await;
    bench.composition(field, "compositionupdate", "nihao").await;
    bench.fill(field, "nihao").await;
    for step in steps {
        match *step {
            Step::End => {
                bench.composition(field, "compositionupdate", word).await;
                bench.fill(field, word).await;
                bench.composition(field, "compositionend", word).await;
            }
            Step::Key(kind, told) => {
                let goes_on = bench.key(field, kind, |init| {
                    init.set_key(told.name.unwrap_or(key));
                    init.set_key_code(told.code.unwrap_or(code));
                    init.set_is_composing(told.is_composing);
                });
                assert!(goes_on.await, "{step:?} is the input method's");
            }
        }
    }
}

#[wasm_bindgen_test]
async fn enter_that_ends_a_word_sends_nothing_in_any_engine() {
    for (engine, steps) in ORDERS {
        let bench = Bench::new(|stores: Stores| stores.chat.link.set(view(open(), None))).await;
        compose(&bench, MESSAGE, steps, "你好", ("Enter", 13)).await;
        assert_eq!(bench.intents(), [], "{engine}");
        assert_eq!(bench.value(MESSAGE), "你好", "{engine}");
        // The finger has not left the key yet.
        assert!(!bench.enter(MESSAGE, |init| init.set_repeat(true)).await, "{engine}");
        assert_eq!(bench.intents(), [], "{engine}");
        assert!(!bench.enter(MESSAGE, |_| {}).await, "{engine}");
        assert_eq!(bench.intents(), [Intent::Say("你好".to_owned())], "{engine}");

        // Where a reason and an address are written, Enter is the browser's own.
        for field in [REASON, ADDRESS] {
            compose(&bench, field, steps, "再见", ("Enter", 13)).await;
            assert!(!bench.enter(field, |init| init.set_repeat(true)).await, "{engine}, {field}");
            assert!(bench.enter(field, |_| {}).await, "{engine}, {field}");
        }
        assert_eq!((bench.intents(), bench.addresses()), (vec![], vec![]), "{engine}");
        bench.press("[data-testid=chat]", "Disconnect").await;
        let bye = Intent::Disconnect {
            part: Part::Chat,
            code: CloseCode::NORMAL,
            reason: "再见".to_owned(),
        };
        assert_eq!(bench.intents(), [bye], "{engine}");
    }
}

#[wasm_bindgen_test]
async fn escape_that_gives_a_word_up_closes_nothing_in_any_engine() {
    for (engine, steps) in ORDERS {
        let bench = Bench::new(|_| {}).await;
        bench.press(".page-foot", "Wire").await;
        compose(&bench, FILTER, steps, "", ("Escape", 27)).await;
        assert!(bench.find(FILTER).is_some(), "{engine}");
        bench.enter(FILTER, |init| init.set_key("Escape")).await;
        assert!(bench.find(FILTER).is_none(), "{engine}");
    }
}
