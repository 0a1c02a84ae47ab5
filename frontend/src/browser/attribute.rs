//! Attributes that somebody else writes (DOM standard, section 4.3.1).

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, MutationObserver, MutationObserverInit};

use super::page::document;

/// Watches an attribute of an element; dropping it, it does so no more.
#[derive(Debug)]
#[must_use = "it watches until it is dropped"]
pub struct AttributeWatch {
    observer: MutationObserver,
    _on_change: Closure<dyn Fn()>,
}

impl AttributeWatch {
    /// Reports what the attribute says, at once where it is there, and again whenever it is written.
    /// Returns nothing where there is no element of this id.
    pub fn new(id: &str, name: &'static str, report: impl Fn(String) + 'static) -> Option<Self> {
        let element = document().get_element_by_id(id)?;
        let watched = element.clone();
        let report = move || {
            if let Some(value) = watched.get_attribute(name) {
                report(value);
            }
        };
        report();
        let on_change = Closure::<dyn Fn()>::new(report);
        let observer = MutationObserver::new(on_change.as_ref().unchecked_ref())
            .expect("an observer takes any callback");
        let what = MutationObserverInit::new();
        what.set_attributes(true);
        what.set_attribute_filter(&Array::of1(&name.into()));
        observer.observe_with_options(&element, &what).expect("an attribute can be observed");
        Some(Self { observer, _on_change: on_change })
    }
}

impl Drop for AttributeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Writes an attribute of the element of an id, where there is one.
pub fn write_attribute(id: &str, name: &str, value: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        // It fails only for a name that is none.
        let _ = element.set_attribute(name, value);
    }
}

/// Whether the `details` element that tells of it in this event is open (HTML standard, section 4.11.1).
pub fn is_open(toggled: &Event) -> bool {
    let details = toggled.target().and_then(|target| target.dyn_into::<Element>().ok());
    details.is_some_and(|details| details.has_attribute("open"))
}
