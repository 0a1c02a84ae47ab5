//! Reports of runs made by hand, as they stand on a terminal.

use std::ffi::OsStr;

use echoclock_shared::check::report::compare;

use super::{Paint, summary, text};
use crate::expect::Expectation;
use crate::sample;

fn bare() -> Paint {
    Paint::of(false, None, None)
}

#[test]
fn a_path_that_does_nothing() {
    insta::assert_snapshot!(text(&sample::healthy(), bare()));
}

#[test]
fn a_path_with_faults() {
    insta::assert_snapshot!(text(&sample::faulty(), bare()));
}

#[test]
fn colours_stand_around_what_is_there_without_them() {
    let paint = Paint::of(true, None, Some(OsStr::new("xterm")));
    let painted = text(&sample::faulty(), paint);
    assert!(painted.contains("\x1b[31m✗\x1b[0m"), "{painted:?}");
    let mut left = painted.clone();
    for code in ["0", "1", "2", "31", "32", "33"] {
        left = left.replace(&format!("\x1b[{code}m"), "");
    }
    assert_eq!(left, text(&sample::faulty(), bare()));
    assert!(!left.contains('\x1b'), "a network's own codes do nothing");
}

#[test]
fn what_differs_and_what_was_expected() {
    let (before, after) = (sample::healthy(), sample::faulty());
    let comparison = compare(&before.report, &after.report);
    let expected: Expectation = "streaming,sse,frame,idle>=40s".parse().unwrap();
    let judged = expected.judge(&after);
    insta::assert_snapshot!(summary(Some(&comparison), &judged, bare()));
    assert_eq!(summary(None, &[], bare()), "");
}
