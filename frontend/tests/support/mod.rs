//! Waiting, without sleeping for luck.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use echoclock_frontend::browser::{Timer, clock};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(15);

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
