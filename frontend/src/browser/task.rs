//! A future that runs by itself.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use wasm_bindgen_futures::spawn_local;

/// A future that runs by itself until it ends, or until this is dropped.
#[must_use = "a task ends when it is dropped"]
pub struct Task(Rc<Slot>);

#[derive(Default)]
struct Slot {
    /// Empty while it is polled, and when it has ended.
    future: RefCell<Option<Pin<Box<dyn Future<Output = ()>>>>>,
    dropped: Cell<bool>,
}

impl Task {
    /// Starts a future; it is polled for the first time after this returns.
    pub fn spawn(future: impl Future<Output = ()> + 'static) -> Self {
        let slot = Rc::new(Slot {
            future: RefCell::new(Some(Box::pin(future))),
            dropped: Cell::new(false),
        });
        let running = Rc::clone(&slot);
        spawn_local(poll_fn(move |context| {
            let taken = running.future.take();
            let Some(mut future) = taken else { return Poll::Ready(()) };
            let polled = future.as_mut().poll(context);
            // A future may come to drop its own task.
            if polled.is_ready() || running.dropped.get() {
                return Poll::Ready(());
            }
            running.future.replace(Some(future));
            Poll::Pending
        }));
        Self(slot)
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.dropped.set(true);
        drop(self.0.future.take());
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Task")
    }
}
