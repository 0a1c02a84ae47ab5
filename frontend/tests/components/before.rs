//! What index.html shows before the program runs is what the page begins with.

use echoclock_frontend::language::Language;
use echoclock_frontend::place::Place;
use leptos::prelude::Set;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, window};

use crate::bench::Bench;

const INDEX: &str = include_str!("../../../index.html");

fn before() -> Element {
    let document = window().and_then(|window| window.document()).expect("a document");
    let body = document.create_element("div").expect("an element");
    body.set_inner_html(INDEX.split_once("<body>").expect("index.html has a body").1);
    body
}

/// What stands there in a language alone.
fn before_in(language: Language) -> Element {
    let before = before();
    let other = before.query_selector_all(&format!("[lang='{}']", language.other().tag()));
    let other = other.expect("a selector");
    for place in 0..other.length() {
        let element: Element = other.get(place).expect("it is within").unchecked_into();
        element.remove();
    }
    before
}

fn text(of: &Element, selector: &str) -> String {
    let found = of.query_selector(selector).expect("a selector");
    let found = found.unwrap_or_else(|| panic!("no {selector} in {}", of.inner_html()));
    found.text_content().unwrap_or_default()
}

#[wasm_bindgen_test]
async fn the_head_is_the_pages_own() {
    for language in Language::ALL {
        let bench = Bench::speaking(language, |_| {}).await;
        let before = before_in(language);
        for part in
            [".page-head h1", ".page-head .tagline", ".page-head nav", ".page-head .language"]
        {
            assert_eq!(text(&before, part), text(bench.root(), part), "{part}");
        }
        let mark = |of: &Element| {
            let mark = of.query_selector(".mark").expect("a selector").expect("a mark");
            mark.inner_html().replace("<!---->", "")
        };
        assert_eq!(mark(&before), mark(bench.root()));
        for place in Place::ALL {
            let link = format!(".page-head nav a[href='{}']", place.href());
            assert_eq!(text(&before, &link), text(bench.root(), &link));
        }
    }
}

#[wasm_bindgen_test]
async fn a_view_that_the_address_names_begins_as_it_does_later() {
    for language in Language::ALL {
        let before = before_in(language);
        for (place, part) in [
            (Place::Live, ".chat h2"),
            (Place::Live, ".chat .by"),
            (Place::Live, ".chat .nothing-said"),
            (Place::Transports, ".lede"),
            (Place::Check, ".lede"),
        ] {
            let bench = Bench::speaking(language, |stores| stores.page.place.set(place)).await;
            let target = place.href().trim_start_matches('#');
            let shown = text(&before, &format!("main [id='{target}'] {part}"));
            assert_eq!(shown, text(bench.root(), &format!("main {part}")), "{place:?}");
        }
    }
}
