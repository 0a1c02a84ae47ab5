//! What is said in which language.

use super::*;

#[test]
fn english_is_spoken_where_nothing_else_is() {
    let (held, most) = (3, "five");
    assert_eq!(crate::words!("Nothing waits."), "Nothing waits.");
    assert_eq!(crate::say!("{held} of {most} wait.", held, most), "3 of five wait.");
    let lost =
        |number: u64| crate::counted!(number, "One is lost.", "{lost} are lost.", lost = number);
    assert_eq!((lost(1), lost(2)), ("One is lost.".to_owned(), "2 are lost.".to_owned()));
}

#[test]
fn a_catalogue_says_what_it_has_and_the_rest_is_english() {
    let told =
        Catalogue::line(Name::of("{held} of {most} wait."), "最多 {most} 条，\n已有 {held} 条。");
    speak(Catalogue::kept(told).expect("it was written as a catalogue"));
    assert_eq!(
        crate::say!("{held} of {most} wait.", held = 3, most = 5),
        "最多 5 条，\n已有 3 条。"
    );
    assert_eq!(crate::words!("Nothing waits."), "Nothing waits.");
}

#[test]
fn what_is_no_catalogue_is_named_by_its_line() {
    let complaint = Catalogue::kept("abcd Text\n<html>".to_owned()).map(drop);
    assert_eq!(complaint, Err(NotACatalogue { line: 2 }));
}

#[test]
#[should_panic = "a gap of the text is not filled"]
fn a_gap_wants_a_value() {
    assert_filled("{held} of {most} wait.", &["held"]);
}
