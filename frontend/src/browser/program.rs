//! Programs that the page fetches when it needs them, by what boot.js offers.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

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

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = fetchProgram)]
    fn fetch_program(files: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_name = startProgram)]
    async fn start_program(files: &str) -> Result<JsValue, JsValue>;
}
