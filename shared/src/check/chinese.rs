//! For tests: what is said in Chinese.

use std::sync::LazyLock;
use std::thread;

use crate::text::{Catalogue, speak};

#[path = "../../tests/support/english.rs"]
mod english;

pub(super) use english::english;

static CATALOGUE: LazyLock<&'static Catalogue> = LazyLock::new(|| {
    let page = include_str!("../../../frontend/texts/page-zh-Hans.txt");
    let view = include_str!("../../../frontend/texts/check-view-zh-Hans.txt");
    Catalogue::kept([page, view].concat()).expect("the page reads it")
});

/// Calls something in a thread that speaks Chinese.
pub(super) fn in_chinese<T: Send>(tell: impl FnOnce() -> T + Send) -> T {
    let tell = || {
        speak(&CATALOGUE);
        tell()
    };
    thread::scope(|scope| scope.spawn(tell).join()).expect("it fails the test itself")
}
