//! Futures that wait: for a while, for the first of two, for all of several.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use super::Timer;

/// Waits for so long, as [`Timer`] has it.
pub async fn wait(time: Duration) {
    let slot = Rc::<RefCell<(bool, Option<Waker>)>>::default();
    let passing = Rc::clone(&slot);
    let _timer = Timer::after(time, move || {
        let waker = {
            let mut slot = passing.borrow_mut();
            slot.0 = true;
            slot.1.take()
        };
        waker.into_iter().for_each(Waker::wake);
    });
    poll_fn(|context| {
        let mut slot = slot.borrow_mut();
        if slot.0 {
            return Poll::Ready(());
        }
        slot.1 = Some(context.waker().clone());
        Poll::Pending
    })
    .await;
}

/// Waits for a future, but not for longer than another; the other's end leaves nothing.
pub async fn unless<T>(
    future: impl Future<Output = T>,
    end: impl Future<Output = ()>,
) -> Option<T> {
    let (mut future, mut end) = (pin!(future), pin!(end));
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// Waits for all of several.
pub async fn all(mut futures: Vec<Pin<Box<dyn Future<Output = ()> + '_>>>) {
    poll_fn(|context| {
        futures.retain_mut(|future| future.as_mut().poll(context).is_pending());
        if futures.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
