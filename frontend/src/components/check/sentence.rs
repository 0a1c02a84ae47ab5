//! Sentences of a report.

use leptos::prelude::*;

use crate::components::language::verbatim;
use crate::format::{self, Stretch};

/// Shows a sentence, with what stands between backticks as code.
pub(super) fn sentence(text: &str) -> Vec<AnyView> {
    let show = |stretch| match stretch {
        Stretch::Words(words) => words.to_owned().into_any(),
        Stretch::Code(code) => view! { <code {..verbatim()}>{code.to_owned()}</code> }.into_any(),
    };
    format::stretches(text).into_iter().map(show).collect()
}
