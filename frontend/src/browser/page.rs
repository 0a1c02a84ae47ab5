//! The document and what happens to it.

use echoclock_shared::session::PageEvent;
use wasm_bindgen::JsCast;
use web_sys::{Document, Event, FocusOptions, HtmlElement, PageTransitionEvent, VisibilityState};

use super::listener::Listener;
use super::window;

/// Hears of the network, of being seen, and of being left (HTML standard, sections 6.2, 7.4.6 and
/// 9.1.2); dropping it, it hears no more.
#[derive(Debug)]
#[must_use = "a watch ends when it is dropped"]
pub struct PageWatch {
    _listeners: [Listener; 5],
}

impl PageWatch {
    /// Reports every change, and first of all how things are where that is not as usual.
    pub fn new(on_change: impl Fn(PageEvent) + Clone + 'static) -> Self {
        let window = window();
        if !window.navigator().on_line() {
            on_change(PageEvent::Online(false));
        }
        if !is_visible() {
            on_change(PageEvent::Visible(false));
        }
        let [on_online, on_offline, on_hide, on_show] = [(); 4].map(|()| on_change.clone());
        Self {
            _listeners: [
                Listener::new(&window, "online", move |_: Event| {
                    on_online(PageEvent::Online(true));
                }),
                Listener::new(&window, "offline", move |_: Event| {
                    on_offline(PageEvent::Online(false));
                }),
                Listener::new(&document(), "visibilitychange", move |_: Event| {
                    on_change(PageEvent::Visible(is_visible()));
                }),
                Listener::new(&window, "pagehide", move |_: PageTransitionEvent| {
                    on_hide(PageEvent::Left);
                }),
                Listener::new(&window, "pageshow", move |event: PageTransitionEvent| {
                    if event.persisted() {
                        on_show(PageEvent::Restored);
                    }
                }),
            ],
        }
    }
}

/// Whether the page can be seen.
pub fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

/// Returns the address that relative links start from, `<base>` considered.
pub fn document_base() -> String {
    document().base_uri().ok().flatten().unwrap_or_default()
}

/// Returns the element of an id, emptied of what stood there while the program loaded, or the body
/// where there is none.
pub fn take_root(id: &str) -> HtmlElement {
    let document = document();
    match document.get_element_by_id(id).and_then(|root| root.dyn_into::<HtmlElement>().ok()) {
        Some(root) => {
            root.set_text_content(None);
            root
        }
        None => document.body().expect("a script at the end of the page finds a body"),
    }
}

/// Has the browser print the page.
pub fn print() {
    // It fails only where the browser has nothing to print with.
    let _ = window().print();
}

/// Scrolls to the element of an id, and gives it the focus.
pub fn reveal(id: &str) {
    let element = document().get_element_by_id(id).and_then(|it| it.dyn_into::<HtmlElement>().ok());
    if let Some(element) = element {
        element.scroll_into_view();
        let _ = element.focus();
    }
}

/// Gives an element the focus, and leaves the page scrolled as it is.
pub fn focus_in_place(element: &HtmlElement) {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    let _ = element.focus_with_options(&options);
}

pub(super) fn document() -> Document {
    window().document().expect("a window shows a document")
}
