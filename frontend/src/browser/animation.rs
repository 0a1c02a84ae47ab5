//! The browser's next picture.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::{Timer, window};

/// A callback before the next picture; dropping it calls it off.
#[derive(Debug)]
#[must_use = "a frame is called off when it is dropped"]
pub struct Frame {
    id: i32,
    _callback: Closure<dyn FnMut()>,
    _timer: Timer,
}

impl Frame {
    /// How long a picture is waited for. A page that is hidden or covered has none.
    pub const WITHIN: Duration = Duration::from_millis(250);

    /// Calls `callback` once: before the browser paints next, or after [`Self::WITHIN`].
    pub fn next(callback: impl FnOnce() + 'static) -> Self {
        let callback = Rc::new(Cell::new(Some(callback)));
        let in_time = Rc::clone(&callback);
        let closure = Closure::once(move || run(&in_time));
        let id = window()
            .request_animation_frame(closure.as_ref().unchecked_ref())
            .expect("a callback can be set");
        let timer = Timer::after(Self::WITHIN, move || run(&callback));
        Self { id, _callback: closure, _timer: timer }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        // It fails only for a number that was never given out.
        let _ = window().cancel_animation_frame(self.id);
    }
}

fn run(callback: &Cell<Option<impl FnOnce()>>) {
    if let Some(callback) = callback.take() {
        callback();
    }
}
