//! How a test comes to speak Chinese.

use std::thread;

use echoclock_shared::text::{Catalogue, speak};

const CHINESE: [&str; 2] = [
    include_str!("../../../frontend/texts/page-zh-Hans.txt"),
    include_str!("../../../frontend/texts/check-view-zh-Hans.txt"),
];

/// Calls something in a thread that speaks Chinese, by the files that the page loads.
pub(crate) fn in_chinese<T: Send + 'static>(tell: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = thread::spawn(|| {
        speak(Catalogue::kept(CHINESE.concat()).expect("the page reads it"));
        tell()
    });
    thread.join().expect("it fails the test itself")
}
