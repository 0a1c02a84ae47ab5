//! The clipboard.

use js_sys::Reflect;
use wasm_bindgen::JsCast;
use web_sys::{Clipboard, Element, HtmlDocument};

use super::page::document;
use super::window;

/// Copies what `element` shows, and returns whether that was possible.
///
/// Browsers have no clipboard for pages that came in the clear from another computer. There the
/// text is selected and copied the old way; where even that fails it stays selected, for the user
/// to copy.
pub async fn copy(element: &Element) -> bool {
    let text = element.text_content().unwrap_or_default();
    if let Some(clipboard) = clipboard()
        && wasm_bindgen_futures::JsFuture::from(clipboard.write_text(&text)).await.is_ok()
    {
        return true;
    }
    let Ok(Some(selection)) = window().get_selection() else { return false };
    if selection.select_all_children(element).is_err() {
        return false;
    }
    let document: HtmlDocument = document().unchecked_into();
    let copied = document.exec_command("copy").unwrap_or(false);
    if copied {
        // It fails only where there is nothing selected.
        let _ = selection.remove_all_ranges();
    }
    copied
}

fn clipboard() -> Option<Clipboard> {
    let clipboard = Reflect::get(&window().navigator(), &"clipboard".into()).ok()?;
    clipboard.dyn_into().ok()
}
