//! What callbacks are given, and what goes wrong in them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, window};

/// What was heard, oldest first.
#[derive(Debug)]
pub(crate) struct Heard<T>(Rc<RefCell<Vec<T>>>);

impl<T> Clone for Heard<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> Default for Heard<T> {
    fn default() -> Self {
        Self(Rc::default())
    }
}

impl<T: Clone + 'static> Heard<T> {
    /// Returns a callback that notes what it is given.
    pub(crate) fn ear(&self) -> impl Fn(T) + Clone + 'static {
        let heard = Rc::clone(&self.0);
        move |news| heard.borrow_mut().push(news)
    }

    /// Returns everything.
    pub(crate) fn all(&self) -> Vec<T> {
        self.0.borrow().clone()
    }

    /// Returns how much was heard.
    pub(crate) fn len(&self) -> usize {
        self.0.borrow().len()
    }
}

/// Counts the exceptions that nobody catches, such as the call of a callback that is gone: it is
/// how an adapter shows that it was dropped and not detached.
pub(crate) struct Uncaught {
    count: Rc<Cell<u32>>,
    callback: Closure<dyn Fn(Event)>,
}

impl Uncaught {
    /// Counts from here on.
    pub(crate) fn watch() -> Self {
        let count = Rc::new(Cell::new(0));
        let counted = Rc::clone(&count);
        let callback = Closure::new(move |_| counted.set(counted.get() + 1));
        let window = window().expect("a window");
        window
            .add_event_listener_with_callback("error", callback.as_ref().unchecked_ref())
            .expect("a callback can be set");
        Self { count, callback }
    }

    /// Returns how many there were.
    pub(crate) fn count(&self) -> u32 {
        self.count.get()
    }
}

impl Drop for Uncaught {
    fn drop(&mut self) {
        let callback = self.callback.as_ref().unchecked_ref();
        let window = window().expect("a window");
        let _ = window.remove_event_listener_with_callback("error", callback);
    }
}
