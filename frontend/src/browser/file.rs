//! Files that the user gives.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, HtmlInputElement};

/// Why there is no text of a file.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum NoText {
    /// It is longer than what is taken.
    TooLarge,
    /// The browser can't read it.
    Unreadable,
}

/// Takes the file that was chosen in a field out of it: its name, and the text that is in it; nothing
/// where there is none.
///
/// A file that is longer than `max` bytes is not read.
pub async fn take(field: HtmlInputElement, max: u32) -> Option<(String, Result<String, NoText>)> {
    let file: File = field.files()?.get(0)?;
    // The same file can then be chosen again.
    field.set_value("");
    let name = file.name();
    if file.size() > f64::from(max) {
        return Some((name, Err(NoText::TooLarge)));
    }
    let text = JsFuture::from(file.unchecked_ref::<Blob>().text()).await.ok();
    let text = text.and_then(|text| text.as_string()).ok_or(NoText::Unreadable);
    Some((name, text))
}
