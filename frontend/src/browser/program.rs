//! Programs that the page fetches when it needs them, by what boot.js offers.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Element;

use super::page::document;
use super::words;

/// Has the browser fetch the program whose files a template names, without starting it.
pub fn fetch(files: &str) {
    // What can't be fetched is said where it is started.
    let _ = fetch_program(files);
}

/// Fetches and starts the program whose files a template names.
///
/// # Errors
///
/// Says what is missing, or what the program failed at, in the browser's words.
pub async fn start(files: &str) -> Result<(), String> {
    start_program(files).await.map(drop).map_err(|error| words(&error))
}

/// Returns the language that the page speaks, by its tag. It has an attribute of its own, since translators
/// write `lang` anew.
pub fn language() -> String {
    root().and_then(|root| root.get_attribute(SPOKEN)).unwrap_or_default()
}

/// Says which language the page speaks.
pub fn set_language(tag: &str) {
    if let Some(root) = root() {
        for name in ["lang", SPOKEN] {
            // It fails only for a name that is none.
            let _ = root.set_attribute(name, tag);
        }
    }
}

/// Returns what a program says in a language; nothing where that was not fetched.
pub fn texts(program: &str, tag: &str) -> Option<String> {
    texts_of(program, tag).ok().flatten()
}

/// Fetches what the programs that are started say in a language.
///
/// # Errors
///
/// Says what is missing, in the browser's words.
pub async fn fetch_texts(tag: &str) -> Result<(), String> {
    fetch_texts_of(tag).await.map(drop).map_err(|error| words(&error))
}

/// The attribute in which language.js says it, too.
const SPOKEN: &str = "data-language";

fn root() -> Option<Element> {
    document().document_element()
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = fetchProgram)]
    fn fetch_program(files: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_name = startProgram)]
    async fn start_program(files: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = textsOf)]
    fn texts_of(program: &str, tag: &str) -> Result<Option<String>, JsValue>;

    #[wasm_bindgen(catch, js_name = fetchTexts)]
    async fn fetch_texts_of(tag: &str) -> Result<JsValue, JsValue>;
}
