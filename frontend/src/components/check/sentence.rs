//! Sentences of a report.

use leptos::prelude::*;

use crate::components::language::verbatim;
use crate::format::{self, Stretch};
use crate::language::spoken;

/// The language of a report that is shown, by its tag.
#[derive(Clone, Debug)]
pub(super) struct ToldIn(pub(super) String);

/// Shows a sentence of a report, with what stands between backticks as code.
///
/// It is marked where the report is in another language than the page, which [`ToldIn`] says.
pub(super) fn sentence(text: &str) -> Vec<AnyView> {
    let foreign = use_context::<ToldIn>().filter(|told| told.0 != spoken().tag());
    let shown = with_code(text);
    match foreign {
        Some(ToldIn(language)) => vec![view! { <span lang=language>{shown}</span> }.into_any()],
        None => shown,
    }
}

fn with_code(text: &str) -> Vec<AnyView> {
    let show = |stretch| match stretch {
        Stretch::Words(words) => words.to_owned().into_any(),
        Stretch::Code(code) => view! { <code {..verbatim()}>{code.to_owned()}</code> }.into_any(),
    };
    format::stretches(text).into_iter().map(show).collect()
}
