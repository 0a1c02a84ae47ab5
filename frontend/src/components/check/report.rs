//! A report.

use std::sync::Arc;

use echoclock_shared::check::evidence::Client;
use echoclock_shared::check::report::Report;
use echoclock_shared::{say, words};
use leptos::prelude::*;

use super::actions::Actions;
use super::controls::RUN;
use super::files::OPEN;
use super::findings::FindingView;
use super::more::More;
use super::rows::LaneRow;
use super::sentence::{ToldIn, sentence};
use super::{handed_on, when};
use crate::format;
use crate::stores::{Shown, Source};

/// A report, and what can be done with it.
#[component]
pub(super) fn ReportView(shown: Shown) -> impl IntoView {
    let Shown { report, source } = shown;
    let report = handed_on(report);
    let opener = match source {
        Source::Run => RUN,
        Source::File(_) => OPEN,
    };
    view! {
        <Actions report opener/>
        <For
            each=move || Some(report.get())
            key=Arc::as_ptr
            children=move |report| view! { <Whole report source=source.clone()/> }
        />
    }
}

/// A report: rows, what to use, findings, and what it does not tell.
#[component]
fn Whole(report: Arc<Report>, source: Source) -> impl IntoView {
    provide_context(ToldIn(report.language.clone()));
    let has_findings = !report.findings.is_empty();
    let findings = report.findings.iter().cloned().map(|finding| view! { <FindingView finding/> });
    let findings = findings.collect_view();
    let findings = has_findings.then(|| {
        view! {
            <section class="card findings" aria-labelledby="findings-title">
                <h3 id="findings-title">{words!("Findings")}</h3>
                {findings}
            </section>
        }
    });
    view! {
        <ByTransport report=report.clone() source/>
        {findings}
        <More report/>
    }
}

/// A row per transport, and which to use.
#[component]
fn ByTransport(report: Arc<Report>, source: Source) -> impl IntoView {
    let is_old = report.program != env!("CARGO_PKG_VERSION");
    let old = is_old.then(|| {
        let (theirs, ours) = (&report.program, env!("CARGO_PKG_VERSION"));
        let words = say!("Echoclock {theirs} wrote it; this page is of {ours}.", theirs, ours);
        view! { <p class="hint">{words}</p> }
    });
    let hidden = report.hidden_words().map(|words| {
        view! { <p class="hint" data-testid="was-hidden">{words}</p> }
    });
    let rows = report.rows.iter().cloned().map(|row| view! { <LaneRow row/> }).collect_view();
    let order = report.recommended.iter().map(ToString::to_string).map(|name| {
        view! { <li>{format::capitalised(&name)}</li> }
    });
    let order = (!report.recommended.is_empty()).then(|| {
        view! {
            <div class="use">
                <h4>{words!("Use, best first")}</h4>
                <ol class="order">{order.collect_view()}</ol>
            </div>
        }
    });
    let keep_alive = report.keep_alive.clone().map(|words| {
        view! {
            <div class="use">
                <h4>{words!("Against silence")}</h4>
                <p>{sentence(&words)}</p>
            </div>
        }
    });
    view! {
        <section class="card rows-card" aria-labelledby="report-title" data-testid="report">
            <div class="card-head">
                <h3 id="report-title">{words!("By transport")}</h3>
                <p class="by" dir="auto">{about(&report, &source)}</p>
            </div>
            {old} {hidden}
            <ul class="check-rows">{rows}</ul>
            <div class="uses">{order} {keep_alive}</div>
        </section>
    }
}

/// Says where a report is from, and of which run.
fn about(report: &Report, source: &Source) -> String {
    let from = match source {
        Source::Run => words!("This page’s own run").to_owned(),
        Source::File(name) => say!("From {name}", name),
    };
    let client = match report.client {
        Client::Browser => words!("by a page"),
        Client::CommandLine => words!("from a command line"),
    };
    let depth = if report.is_deep { words!("deep") } else { words!("quick") };
    let whole = if report.is_complete { "" } else { words!(", stopped before its end") };
    let by = report.proxy.as_ref().map_or(String::new(), |proxy| say!(", through {proxy}", proxy));
    let when = when(report);
    say!("{from}: {depth}, {client}{by}{whole}. {when}.", from, depth, client, by, whole, when)
}
