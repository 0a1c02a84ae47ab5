//! Writing a message, and closing the socket.

use echoclock_frontend::stores::Stores;
use echoclock_shared::close::CloseCode;
use echoclock_shared::limits::{OUTBOX_MAX, TEXT_MAX};
use echoclock_shared::session::{Intent, Part};
use leptos::prelude::Set;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::Bench;
use crate::links::{open, view};

const MESSAGE: &str = "#message";
const SEND: &str = ".composer button";
const HINT: &str = "[data-testid=composer-hint]";

#[wasm_bindgen_test]
async fn enter_sends_and_other_enters_do_not() {
    let bench = Bench::new(|_| {}).await;
    assert!(!bench.enter(MESSAGE, |_| {}).await, "an empty field stays empty");
    assert_eq!(bench.intents(), []);
    bench.fill(MESSAGE, "two\nlines").await;
    assert!(bench.enter(MESSAGE, |key| key.set_shift_key(true)).await, "it breaks the line");
    assert!(bench.enter(MESSAGE, |key| key.set_is_composing(true)).await, "it ends a word");
    assert_eq!(bench.intents(), []);
    assert!(!bench.enter(MESSAGE, |_| {}).await, "it breaks no line as well");
    assert_eq!(bench.intents(), [Intent::Say("two\nlines".to_owned())]);
    assert_eq!(bench.value(MESSAGE), "");
    bench.fill(MESSAGE, "by the button").await;
    bench.press(".composer", "Send").await;
    assert_eq!(bench.intents(), [Intent::Say("by the button".to_owned())]);
}

#[wasm_bindgen_test]
async fn sending_is_off_with_the_reason_shown() {
    let bench = Bench::new(|stores: Stores| stores.chat.link.set(view(open(), None))).await;
    assert!(bench.is_disabled(SEND), "there is nothing to send");
    assert!(bench.text(HINT).starts_with("Enter sends"));

    bench.fill(MESSAGE, &"é".repeat(TEXT_MAX / 2)).await;
    assert!(!bench.is_disabled(SEND));
    assert_eq!(bench.text("[data-testid=composer-room]"), "16,384 of 16,384 bytes");
    bench.fill(MESSAGE, &"é".repeat(TEXT_MAX / 2 + 1)).await;
    assert!(bench.is_disabled(SEND));
    assert_eq!(bench.text(HINT), "Too long: the text has 16,386 bytes, and 16,384 is the most.");
    assert_eq!(bench.attribute(MESSAGE, "aria-invalid").as_deref(), Some("true"));
    bench.enter(MESSAGE, |_| {}).await;
    assert_eq!(bench.intents(), []);
    assert_ne!(bench.value(MESSAGE), "", "what was written is not lost");

    bench.fill(MESSAGE, "short").await;
    bench.stores.chat.waiting.set(OUTBOX_MAX);
    bench.settle().await;
    assert!(bench.is_disabled(SEND));
    assert!(bench.text(HINT).contains("64 messages wait for their echo"));
    bench.stores.chat.waiting.set(OUTBOX_MAX - 1);
    bench.settle().await;
    assert!(!bench.is_disabled(SEND));
    assert_eq!(bench.text("[data-testid=composer-waiting]"), "63 under way.");
}

#[wasm_bindgen_test]
async fn the_socket_is_closed_with_a_code_and_a_reason_that_may_be_sent() {
    let bench = Bench::new(|stores: Stores| stores.chat.link.set(view(open(), None))).await;
    let close = |code, reason: &str| Intent::Disconnect {
        part: Part::Chat,
        code: CloseCode(code),
        reason: reason.to_owned(),
    };
    bench.press("[data-testid=chat]", "Disconnect").await;
    assert_eq!(bench.intents(), [close(1000, "")]);

    for (code, reason, complaint) in [
        ("1001", "", "1000 and 3000–4999"),
        ("", "", "1000 and 3000–4999"),
        ("4001", &*"é".repeat(62), "124 bytes, and 123 is the most"),
    ] {
        bench.fill("#close-code", code).await;
        bench.fill("#close-reason", reason).await;
        assert!(bench.text("#close-complaint").contains(complaint), "{code}, {reason}");
        assert!(bench.is_disabled("[data-testid=chat] .toggle"), "{code}, {reason}");
    }

    bench.fill("#close-reason", "enough for today").await;
    assert_eq!(bench.text("#close-complaint"), "");
    bench.press("[data-testid=chat]", "Disconnect").await;
    assert_eq!(bench.intents(), [close(4001, "enough for today")]);
}
