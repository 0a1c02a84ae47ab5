//! The page in another language.

use echoclock_frontend::language::Language;
use leptos::prelude::Set;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::Bench;
use crate::support::speak;

#[wasm_bindgen_test]
async fn the_other_language_is_offered_in_its_own_words_and_spoken_at_once() {
    let bench = Bench::new(|_| {}).await;
    assert_eq!(bench.text("#language"), "中文");
    bench.click("#language").await;
    assert_eq!(bench.languages(), [Language::Chinese]);

    bench.fill("#message", "half a").await;
    speak(Language::Chinese);
    bench.stores.page.language.set(Language::Chinese);
    bench.settle().await;
    assert_eq!(bench.text("#language"), "English");
    assert_ne!(bench.text("nav a[aria-current]"), "Live");
    assert_eq!(bench.value("#message"), "half a");
}

#[wasm_bindgen_test]
async fn a_language_that_can_not_be_had_is_told_of() {
    let bench = Bench::new(|stores| {
        stores.page.unspoken.set(Some((Language::Chinese, "no network".to_owned())));
    });
    let told = bench.await.text(".language .complaint");
    assert_eq!(told, "中文 can’t be loaded: no network");
}
