//! What translators are to leave alone.
//!
//! A browser's translator puts texts of its own in place of the page's, and what the page writes to
//! its own from then on nobody sees. So whatever changes in its place is marked: an element with a
//! text that is written anew, or one where texts and elements that come and go stand side by side.
//! What comes as it is and goes together with its element may be translated, and so it is not
//! marked. A test looks at everything that changes, in whichever test it does.

use leptos::attr::{self, Attribute};
use leptos::tachys::html::class::class;

use crate::language::{Language, spoken};

/// Marks an element with words or numbers of ours that change in their place.
///
/// They stay in the language that the page speaks, whatever becomes of the text around them.
pub(super) fn live() -> impl Attribute {
    (left_alone(), attr::lang(spoken().tag()), attr::dir("ltr"))
}

/// Marks an element that shows what others wrote, or what is written for programs.
///
/// Nobody knows its language, and a translation would show what was not said.
pub(super) fn verbatim() -> impl Attribute {
    (left_alone(), attr::lang(""))
}

/// Marks as [`verbatim`] does, but for a sentence of ours.
pub(super) fn verbatim_unless(is_prose: bool) -> impl Attribute {
    let marked = |with: &'static str| (!is_prose).then_some(with);
    (attr::translate(marked("no")), class(("notranslate", !is_prose)), attr::lang(marked("")))
}

/// Marks an element that shows what the server said for people, which is English everywhere.
pub(super) fn of_server() -> impl Attribute {
    (left_alone(), attr::lang(Language::English.tag()), attr::dir("ltr"))
}

/// The standard's mark, and the one that is older.
fn left_alone() -> impl Attribute {
    (attr::translate("no"), class(("notranslate", true)))
}
