//! A scrolled list that stays at its end.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, ResizeObserver};

use super::listener::Listener;

/// Keeps a scrolled element at its end while what it holds grows, unless the user has scrolled
/// away; dropping it, it does so no more.
#[derive(Debug)]
#[must_use = "it keeps the end in sight until it is dropped"]
pub struct EndKeeper {
    scrolled: Element,
    observer: ResizeObserver,
    _on_resize: Closure<dyn Fn()>,
    _on_scroll: Listener,
}

impl EndKeeper {
    /// How near the end counts as there, in pixels: positions are rounded.
    const NEAR: i32 = 4;

    /// Watches `scrolled` and the `content` within it; reports whenever the end is left or reached.
    pub fn new(
        scrolled: &impl AsRef<Element>,
        content: &impl AsRef<Element>,
        on_change: impl Fn(bool) + 'static,
    ) -> Self {
        let (scrolled, content) = (scrolled.as_ref().clone(), content.as_ref());
        let is_kept = Rc::new(Cell::new(true));
        let on_resize = Closure::<dyn Fn()>::new({
            let (scrolled, is_kept) = (scrolled.clone(), Rc::clone(&is_kept));
            move || {
                if is_kept.get() {
                    to_end(&scrolled);
                }
            }
        });
        let on_scroll = Listener::new(&scrolled, "scroll", {
            let (scrolled, last_top) = (scrolled.clone(), Cell::new(0));
            move |_: Event| {
                let top = scrolled.scroll_top();
                let went_up = top < last_top.replace(top);
                let is_near = left_below(&scrolled) <= Self::NEAR;
                // What has grown since may lie below: only going up means to leave.
                let is_at_end = is_near || (is_kept.get() && !went_up);
                if is_kept.replace(is_at_end) != is_at_end {
                    on_change(is_at_end);
                }
            }
        });
        let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref())
            .expect("an observer takes any callback");
        observer.observe(&scrolled);
        observer.observe(content);
        Self { scrolled, observer, _on_resize: on_resize, _on_scroll: on_scroll }
    }

    /// Goes to the end, and stays there.
    pub fn go_to_end(&self) {
        to_end(&self.scrolled);
    }
}

impl Drop for EndKeeper {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

fn to_end(scrolled: &Element) {
    scrolled.set_scroll_top(scrolled.scroll_height());
}

fn left_below(scrolled: &Element) -> i32 {
    scrolled.scroll_height() - scrolled.scroll_top() - scrolled.client_height()
}
