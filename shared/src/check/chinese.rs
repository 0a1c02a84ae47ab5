//! For tests: what is said in Chinese.

use std::sync::LazyLock;
use std::thread;

use super::evidence::Evidence;
use super::signs::{self, Sign, Symptom};
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

/// Finds the signs of a run, and asserts that they are the same in Chinese, and told in it.
pub(super) fn find(evidence: &Evidence) -> Vec<Sign> {
    let found = signs::find(evidence);
    for (sign, told) in found.iter().zip(in_chinese(|| signs::find(evidence))) {
        assert_eq!(sign.symptom, told.symptom);
        let mut says = told.says.clone();
        if let Symptom::HeadersAdded { names } | Symptom::HeadersStripped { names } = &told.symptom
        {
            says = names.iter().fold(says, |says, name| says.replace(name, ""));
        }
        assert_eq!(english(&says), [""; 0], "{sign:?}: {}", told.says);
        assert_ne!(sign.says, told.says);
    }
    found
}
