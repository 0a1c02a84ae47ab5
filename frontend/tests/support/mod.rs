//! Waiting, without sleeping for luck.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use echoclock_frontend::browser::{Timer, clock};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, window};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// Comes back once `condition` holds; it is looked at every few milliseconds.
pub async fn until(what: &str, condition: impl Fn() -> bool) {
    let start = clock::mono();
    while !condition() {
        assert!(clock::mono() - start < PATIENCE, "still waiting: {what}");
        pass(Duration::from_millis(5)).await;
    }
}

/// Comes back after `wait`: for the proof that something has *not* happened by then.
pub async fn pass(wait: Duration) {
    let done = Rc::new(Cell::new(false));
    let waker = Rc::new(RefCell::new(None::<Waker>));
    let (rung, sleeper) = (Rc::clone(&done), Rc::clone(&waker));
    let _timer = Timer::after(wait, move || {
        rung.set(true);
        if let Some(waker) = sleeper.take() {
            waker.wake();
        }
    });
    poll_fn(|context| {
        if done.get() {
            return Poll::Ready(());
        }
        waker.replace(Some(context.waker().clone()));
        Poll::Pending
    })
    .await;
}

/// What was heard, oldest first.
#[derive(Debug)]
pub struct Heard<T>(Rc<RefCell<Vec<T>>>);

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
    pub fn ear(&self) -> impl Fn(T) + Clone + 'static {
        let heard = Rc::clone(&self.0);
        move |news| heard.borrow_mut().push(news)
    }

    /// Returns everything.
    pub fn all(&self) -> Vec<T> {
        self.0.borrow().clone()
    }

    /// Returns how much was heard.
    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }
}

/// Counts the exceptions that nobody catches, such as the call of a callback that is gone: it is
/// how an adapter shows that it was dropped and not detached.
pub struct Uncaught {
    count: Rc<Cell<u32>>,
    callback: Closure<dyn Fn(Event)>,
}

impl Uncaught {
    /// Counts from here on.
    pub fn watch() -> Self {
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
    pub fn count(&self) -> u32 {
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
