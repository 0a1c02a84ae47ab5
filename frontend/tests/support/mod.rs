//! Waiting, without sleeping for luck.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use echoclock_frontend::browser::{Timer, clock};
use echoclock_frontend::language::{Language, speak_by};

/// Has the page speak a language, as its own start does.
pub(crate) fn speak(language: Language) {
    let files = match language {
        Language::English => concat!(
            include_str!("../../texts/page-en.txt"),
            include_str!("../../texts/check-view-en.txt")
        ),
        Language::Chinese => concat!(
            include_str!("../../texts/page-zh-Hans.txt"),
            include_str!("../../texts/check-view-zh-Hans.txt")
        ),
    };
    assert!(speak_by(language, files.to_owned()), "{language:?} has texts");
}

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// Comes back once `condition` holds; it is looked at every few milliseconds.
pub(crate) async fn until(what: &str, condition: impl Fn() -> bool) {
    let start = clock::mono();
    while !condition() {
        assert!(clock::mono() - start < PATIENCE, "still waiting: {what}");
        pass(Duration::from_millis(5)).await;
    }
}

/// Comes back after `wait`: for the proof that something has *not* happened by then.
pub(crate) async fn pass(wait: Duration) {
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
