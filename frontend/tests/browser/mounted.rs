//! A program's view, in an element of its own.

use std::any::Any;

use echoclock_frontend::language::Language;
use leptos::mount::mount_to;
use leptos::prelude::IntoView;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, window};

use crate::support::speak;

/// A view in an element; dropping it takes both away.
pub(crate) struct Mounted {
    pub(crate) root: HtmlElement,
    view: Option<Box<dyn Any>>,
}

impl Mounted {
    /// Shows a view, in English, in an element with this id.
    pub(crate) fn new<V: IntoView + 'static>(id: &str, view: fn() -> V) -> Self {
        let document = window().and_then(|window| window.document()).expect("a document");
        let root = document.create_element("div").expect("an element");
        root.set_id(id);
        document.body().expect("a body").append_child(&root).expect("a child");
        let root: HtmlElement = root.unchecked_into();
        speak(Language::English);
        let view = mount_to(root.clone(), view);
        Self { root, view: Some(Box::new(view)) }
    }

    pub(crate) fn find(&self, selector: &str) -> Option<HtmlElement> {
        let found = self.root.query_selector(selector).expect("a selector");
        found.map(JsCast::unchecked_into)
    }

    pub(crate) fn says(&self, selector: &str, words: &str) -> bool {
        let text = self.find(selector).and_then(|element| element.text_content());
        text.is_some_and(|text| text.contains(words))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        drop(self.view.take());
        self.root.remove();
    }
}
