//! The fragment of the page's address (HTML standard, section 7.4.2.3.3).

use web_sys::Event;

use super::listener::Listener;
use super::{document, window};

/// Hears of a new fragment; dropping it, it hears no more.
#[derive(Debug)]
#[must_use = "nothing is heard once it is dropped"]
pub struct FragmentWatch {
    _listener: Listener,
}

impl FragmentWatch {
    /// Reports each new fragment, with its `#`; an empty one without.
    pub fn new(on_change: impl Fn(String) + 'static) -> Self {
        let listener =
            Listener::new(&window(), "hashchange", move |_: Event| on_change(fragment()));
        Self { _listener: listener }
    }
}

/// Returns the fragment, with its `#`; an empty one without.
pub fn fragment() -> String {
    window().location().hash().unwrap_or_default()
}

/// Gives the document a title.
pub fn set_title(title: &str) {
    document().set_title(title);
}

/// Shows the document from its top.
pub fn scroll_to_top() {
    window().scroll_to_with_x_and_y(0.0, 0.0);
}
