//! What else a report tells, and what it does not.

use std::sync::Arc;

use echoclock_shared::check::report::Report;
use echoclock_shared::{counted, words};
use leptos::prelude::*;

use super::findings::sign;
use super::sentence::sentence;
use crate::format;

/// Notes, hops, what a pass does not prove, and what was not tested.
#[component]
pub(super) fn More(report: Arc<Report>) -> impl IntoView {
    let notes = report.notes.iter().map(sign).collect_view();
    let hops = report.hops.iter().map(|seen| {
        let how =
            if seen.is_named { words!("names itself: ") } else { words!("behaves like it: ") };
        view! {
            <li>
                <strong>{seen.hop.heading()}</strong>
                " "
                {how}
                {sentence(&seen.because)}
            </li>
        }
    });
    let hops = hops.collect_view();
    let words = |text: &String| view! { <li>{sentence(text)}</li> };
    let not_proven = report.not_proven.iter().map(words).collect_view();
    let not_tested = report.not_tested.iter().map(|gap| words(&gap.sentence())).collect_view();
    let part = |title: &'static str, none: &'static str, is_empty: bool, list| {
        let nothing = is_empty.then(|| view! { <p class="nothing">{none}</p> });
        view! {
            <div>
                <h3>{title}</h3>
                {nothing}
                <ul>{list}</ul>
            </div>
        }
    };
    view! {
        <section class="card more-of-report" aria-label=words!("What else there is to know")>
            {part(
                words!("On the way"),
                words!("No hop shows. That is no proof that there is none."),
                report.hops.is_empty(),
                hops.into_any(),
            )}
            {part(
                words!("Worth knowing, no fault"),
                words!("Nothing."),
                report.notes.is_empty(),
                notes.into_any(),
            )}
            {part(
                words!("What a pass does not prove"),
                words!("Nothing."),
                report.not_proven.is_empty(),
                not_proven.into_any(),
            )}
            <div>
                <h3>{words!("Not tested")}</h3>
                {if report.not_tested.len() > LINES_MAX {
                    let many = report.not_tested.len() as u64;
                    let n = format::count(many);
                    let summary = counted!(many, "{n} thing", "{n} things", n);
                    view! {
                        <details>
                            <summary>{summary}</summary>
                            <ul>{not_tested}</ul>
                        </details>
                    }
                        .into_any()
                } else {
                    view! { <ul>{not_tested}</ul> }.into_any()
                }}
            </div>
        </section>
    }
}

/// How many lines a part has that is not folded.
const LINES_MAX: usize = 8;
