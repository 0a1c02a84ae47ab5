//! A report.

use echoclock_shared::check::evidence::Client;
use leptos::prelude::*;

use super::files::OpenFile;
use super::findings::FindingView;
use super::more::More;
use super::rows::LaneRow;
use super::when;
use crate::browser::{Download, Timer, print};
use crate::format;
use crate::stores::{CheckIntent, Shown, Source, use_dispatch};

/// A report: rows, what to use, findings, and what it does not tell.
#[component]
pub(super) fn ReportView(shown: Shown) -> impl IntoView {
    let report = shown.report;
    let dispatch = use_dispatch();
    let from = match &shown.source {
        Source::Run => "This page’s own run".to_owned(),
        Source::File(name) => format!("From {name}"),
    };
    let client = match report.client {
        Client::Browser => "by a page",
        Client::CommandLine => "from a command line",
    };
    let depth = if report.is_deep { "deep" } else { "quick" };
    let whole = if report.is_complete { "" } else { ", stopped before its end" };
    let about = format!("{from}: {depth}, {client}{whole}. {}.", when(&report));
    let is_old = report.program != env!("CARGO_PKG_VERSION");
    let old = is_old.then(|| {
        let words = format!(
            "Echoclock {} wrote it; this page is of {}.",
            report.program,
            env!("CARGO_PKG_VERSION")
        );
        view! { <p class="hint">{words}</p> }
    });
    let order = report.recommended.iter().map(ToString::to_string).map(|name| {
        view! { <li>{format::capitalised(&name)}</li> }
    });
    let order = (!report.recommended.is_empty()).then(|| {
        view! {
            <div class="use">
                <h4>"Use, best first"</h4>
                <ol class="order">{order.collect_view()}</ol>
            </div>
        }
    });
    let keep_alive = report.keep_alive.clone().map(|words| {
        view! {
            <div class="use">
                <h4>"Against silence"</h4>
                <p>{words}</p>
            </div>
        }
    });
    let rows = report.rows.iter().cloned().map(|row| view! { <LaneRow row/> }).collect_view();
    let has_findings = !report.findings.is_empty();
    let findings = report.findings.iter().cloned().map(|finding| view! { <FindingView finding/> });
    let findings = findings.collect_view();
    let findings = has_findings.then(|| {
        view! {
            <section class="card findings" aria-labelledby="findings-title">
                <h3 id="findings-title">"Findings"</h3>
                {findings}
            </section>
        }
    });
    let saved = StoredValue::new_local(None::<Timer>);
    let kept = report.clone();
    let save = move |_| {
        let json = serde_json::to_string_pretty(&*kept).unwrap_or_default();
        let file = Download::save(&format::file_name(&kept), "application/json", &json);
        saved.set_value(file.map(Download::take_back_later));
    };
    view! {
        <section class="card rows-card" aria-labelledby="report-title" data-testid="report">
            <div class="card-head">
                <h3 id="report-title">"By transport"</h3>
                <p class="by" dir="auto">{about}</p>
            </div>
            {old}
            <ul class="check-rows">{rows}</ul>
            <div class="uses">{order} {keep_alive}</div>
            <div class="buttons report-actions">
                <button type="button" class="quiet" on:click=save>
                    "Download as JSON"
                </button>
                <button type="button" class="quiet" on:click=move |_| print()>
                    "Print"
                </button>
                <OpenFile compares=true/>
                <button
                    type="button"
                    class="quiet"
                    on:click=move |_| dispatch.check(CheckIntent::Close)
                >
                    "Close"
                </button>
            </div>
        </section>
        {findings}
        <More report/>
    }
}
