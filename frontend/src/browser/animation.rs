//! The browser's next pictures.

use std::cell::{Cell, RefCell};
use std::fmt;
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

/// A callback before every picture; dropping it calls it off. A page that is hidden has none.
#[must_use = "frames are called off when they are dropped"]
pub struct Frames(Rc<FramesSlot>);

#[derive(Default)]
struct FramesSlot {
    id: Cell<i32>,
    /// Taken out on dropping, since the callback keeps this slot.
    callback: RefCell<Option<Closure<dyn FnMut()>>>,
}

impl Frames {
    /// Calls `callback` before each picture that the browser paints.
    pub fn each(callback: impl Fn() + 'static) -> Self {
        let slot = Rc::new(FramesSlot::default());
        let running = Rc::clone(&slot);
        slot.callback.replace(Some(Closure::new(move || {
            running.ask();
            callback();
        })));
        slot.ask();
        Self(slot)
    }
}

impl FramesSlot {
    fn ask(&self) {
        if let Some(callback) = &*self.callback.borrow() {
            let callback = callback.as_ref().unchecked_ref();
            let id = window().request_animation_frame(callback).expect("a callback can be set");
            self.id.set(id);
        }
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        // It fails only for a number that was never given out.
        let _ = window().cancel_animation_frame(self.0.id.get());
        drop(self.0.callback.take());
    }
}

impl fmt::Debug for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Frames")
    }
}

/// Whether the user wants little to move (Media Queries Level 5, section 12.1).
pub fn prefers_reduced_motion() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|query| query.matches())
}
