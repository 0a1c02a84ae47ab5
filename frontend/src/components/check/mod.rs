//! The Check view: what the network does to live connections, and what mends it.

mod actions;
mod compare;
mod controls;
mod files;
mod findings;
mod more;
mod progress;
mod report;
mod rows;
mod sentence;

use std::sync::Arc;

use echoclock_shared::check::report::{Report, redacted};
use echoclock_shared::say;
use leptos::prelude::*;

use super::language::live;
use crate::browser::reveal;
use crate::format;
use crate::stores::{CheckPhase, Shown, use_check};
use compare::Compared;
use controls::Controls;
use progress::Progress;
use report::ReportView;

/// The Check view.
#[component]
pub fn Check() -> impl IntoView {
    let check = use_check();
    let is_running = Memo::new(move |_| matches!(check.phase.get(), CheckPhase::Running { .. }));
    let headline = move || {
        let shown = check.shown.get().filter(|_| !is_running.get());
        shown.map(|Shown { report, .. }| {
            view! { <span lang=report.language.clone()>{report.headline.clone()}</span> }
        })
    };
    // What the address names is shown once it is there.
    Effect::new(move |_| {
        let run = check.shown.with(|shown| shown.as_ref().map(|shown| shown.report.run.clone()));
        if let (Some(finding), Some(run)) = (check.finding.get(), run)
            && check.revealed.get_untracked().as_ref() != Some(&run)
        {
            check.revealed.set(Some(run));
            reveal(&finding_id(&finding));
        }
    });
    view! {
        <Controls is_running/>
        <Show when=move || is_running.get()>
            <Progress/>
        </Show>
        <p class="headline" role="status" data-testid="headline" {..live()}>{headline}</p>
        <Show when=move || check.compared.get().is_some()>
            <Compared/>
        </Show>
        <Show when=move || !is_running.get()>
            <div class="reports">
                <For
                    each=move || check.shown.get()
                    key=|shown| (shown.report.run.clone(), shown.source.clone())
                    children=|shown| view! { <ReportView shown/> }
                />
            </div>
        </Show>
    }
}

/// Names the element of a finding.
fn finding_id(rule: &str) -> String {
    format!("finding-{rule}")
}

/// The report as it is shown and handed on: without addresses where they are to be hidden.
fn handed_on(report: Arc<Report>) -> Memo<Arc<Report>> {
    let hides_addresses = use_check().hides_addresses;
    Memo::new(
        move |_| {
            if hides_addresses.get() { Arc::new(redacted(&report)) } else { Arc::clone(&report) }
        },
    )
}

/// When a run was, by the local time.
fn when(report: &Report) -> String {
    let local = crate::browser::clock::local(report.began);
    let (date, time) = (format::local_date(&local), format::time_of_day(&local));
    say!("{date} {time}, {took}", date, time, took = format::took(report))
}
