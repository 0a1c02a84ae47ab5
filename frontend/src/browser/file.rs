//! Files that the user gives.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, HtmlInputElement};

/// Takes the file that was chosen in a field out of it: its name, and what is in it; nothing where
/// there is none, or where it can't be read or is longer than `max` bytes.
pub async fn take(field: HtmlInputElement, max: u32) -> Option<(String, Option<String>)> {
    let file: File = field.files()?.get(0)?;
    // The same file can then be chosen again.
    field.set_value("");
    let name = file.name();
    if file.size() > f64::from(max) {
        return Some((name, None));
    }
    let text = JsFuture::from(file.unchecked_ref::<web_sys::Blob>().text()).await.ok();
    Some((name, text.and_then(|text| text.as_string())))
}
