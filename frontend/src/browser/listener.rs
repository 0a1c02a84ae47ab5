//! One callback for one kind of event.

use std::fmt;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::EventTarget;

/// A callback for one kind of event; dropping it detaches the callback.
pub(super) struct Listener {
    target: EventTarget,
    event: &'static str,
    callback: Closure<dyn Fn(web_sys::Event)>,
}

impl Listener {
    /// Calls `callback` for every `event`, which the browser dispatches as an `E`.
    pub(super) fn new<E: JsCast>(
        target: &EventTarget,
        event: &'static str,
        callback: impl Fn(E) + 'static,
    ) -> Self {
        let callback = Closure::new(move |event: web_sys::Event| callback(event.unchecked_into()));
        // It fails only for a callback that is none.
        let _ = target.add_event_listener_with_callback(event, callback.as_ref().unchecked_ref());
        Self { target: target.clone(), event, callback }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let callback = self.callback.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(self.event, callback);
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Listener").field(&self.event).finish()
    }
}
