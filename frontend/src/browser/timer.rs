//! Timers.

use std::time::Duration;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::window;

/// A callback that comes once; dropping it calls it off.
#[derive(Debug)]
#[must_use = "a timer is called off when it is dropped"]
pub struct Timer {
    id: i32,
    _callback: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls `callback` after `wait`, rounded up to a millisecond. A browser may be late, by a
    /// minute in a hidden page, and early by its own rounding.
    pub fn after(wait: Duration, callback: impl FnOnce() + 'static) -> Self {
        let callback = Closure::once(callback);
        let id = window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(
                callback.as_ref().unchecked_ref(),
                millis(wait),
            )
            .expect("a callback can be set");
        Self { id, _callback: callback }
    }
}

/// Calls `callback` in a task of its own, whatever happens until then.
pub fn later(callback: impl FnOnce() + 'static) {
    // Such a callback frees itself once it was called.
    let callback = Closure::once_into_js(callback);
    let set = window().set_timeout_with_callback(callback.unchecked_ref());
    set.expect("a callback can be set");
}

impl Drop for Timer {
    fn drop(&mut self) {
        window().clear_timeout_with_handle(self.id);
    }
}

/// A callback that comes again and again; dropping it calls it off.
#[derive(Debug)]
#[must_use = "an interval is called off when it is dropped"]
pub struct Interval {
    id: i32,
    _callback: Closure<dyn Fn()>,
}

impl Interval {
    /// Calls `callback` every `wait`, rounded up to a millisecond.
    pub fn every(wait: Duration, callback: impl Fn() + 'static) -> Self {
        let callback: Closure<dyn Fn()> = Closure::new(callback);
        let id = window()
            .set_interval_with_callback_and_timeout_and_arguments_0(
                callback.as_ref().unchecked_ref(),
                millis(wait),
            )
            .expect("a callback can be set");
        Self { id, _callback: callback }
    }
}

impl Drop for Interval {
    fn drop(&mut self) {
        window().clear_interval_with_handle(self.id);
    }
}

/// Rounds up; what is longer than a browser can wait becomes the longest wait, 24.8 days.
fn millis(wait: Duration) -> i32 {
    i32::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
}
