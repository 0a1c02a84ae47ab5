//! The last words of a program that has panicked.
//!
//! Nothing of it can be relied on by then, so this builds its few elements itself, and its
//! button calls the browser without any code of ours.

use std::panic::{self, PanicHookInfo};

use echoclock_shared::text::Text;
use echoclock_shared::words;
use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element};

use super::page::document;
use super::window;

/// Shows every panic from here on, below a heading and what to do about it.
pub fn install(heading: Text, advice: Text) {
    panic::set_hook(Box::new(move |panic| show(heading.words(), advice.words(), &words_of(panic))));
}

/// Shows `message` on the console and, unless another came before it, on the page.
pub fn show(heading: &str, advice: &str, message: &str) {
    web_sys::console::error_1(&JsValue::from_str(message));
    // Where even this fails, the console has it.
    let _ = prepend(&document(), heading, advice, message);
}

fn prepend(document: &Document, heading: &str, advice: &str, message: &str) -> Result<(), JsValue> {
    let Some(body) = document.body() else { return Ok(()) };
    if document.query_selector("[data-testid=crash]")?.is_some() {
        return Ok(());
    }
    let crash = document.create_element("section")?;
    crash.set_attribute("data-testid", "crash")?;
    crash.set_attribute("role", "alert")?;
    crash.set_class_name("crash");
    append(document, &crash, "h2", heading)?;
    append(document, &crash, "p", advice)?;
    let details = append(document, &crash, "pre", message)?;
    details.set_attribute("translate", "no")?;
    details.set_class_name("notranslate");
    let button = append(document, &crash, "button", words!("Reload"))?;
    button.set_attribute("type", "button")?;
    let location = window().location();
    let reload: Function = Reflect::get(&location, &"reload".into())?.dyn_into()?;
    button.add_event_listener_with_callback("click", &reload.bind0(&location))?;
    body.prepend_with_node_1(&crash)
}

fn append(
    document: &Document,
    parent: &Element,
    tag: &str,
    text: &str,
) -> Result<Element, JsValue> {
    let element = document.create_element(tag)?;
    element.set_text_content(Some(text));
    parent.append_child(&element)?;
    Ok(element)
}

fn words_of(panic: &PanicHookInfo<'_>) -> String {
    let message = panic.payload_as_str().unwrap_or(words!("a panic without words"));
    match panic.location() {
        Some(place) => format!("{message}\n(at {place})"),
        None => message.to_owned(),
    }
}
