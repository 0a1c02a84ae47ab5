//! Two reports side by side.

use std::sync::Arc;

use echoclock_shared::check::probe::Lane;
use echoclock_shared::check::report::{Report, Verdict};
use leptos::prelude::*;

use super::rows::Mark;
use super::when;
use crate::format;
use crate::stores::{CheckIntent, Shown, Source, use_dispatch, use_stores};

/// The report that is shown beside the one that it is compared with: what differs.
#[component]
pub(super) fn Compared() -> impl IntoView {
    let (check, dispatch) = (use_stores().check, use_dispatch());
    let pair = move || check.shown.get().zip(check.compared.get());
    view! {
        <section class="card compared" aria-labelledby="compared-title" data-testid="compared">
            <div class="card-head">
                <h3 id="compared-title">"Compared"</h3>
                <button
                    type="button"
                    class="quiet"
                    on:click=move |_| dispatch.check(CheckIntent::CompareNot)
                >
                    "Compare no longer"
                </button>
            </div>
            <For
                each=pair
                key=|(one, other)| (one.report.run.clone(), other.report.run.clone())
                children=|(one, other)| table(&one, &other)
            />
        </section>
    }
}

fn table(one: &Shown, other: &Shown) -> impl IntoView + use<> {
    let name = |shown: &Shown| match &shown.source {
        Source::Run => "This run".to_owned(),
        Source::File(name) => name.clone(),
    };
    let head = |shown: &Shown| {
        view! {
            <th scope="col">
                <span dir="auto">{name(shown)}</span>
                <small>{when(&shown.report)}</small>
            </th>
        }
    };
    let rows = Lane::ALL.map(|lane| {
        let [left, right] = [one, other].map(|shown| verdict(&shown.report, lane));
        let differs = left != right;
        view! {
            <tr class:differs=differs>
                <th scope="row">{format::lane_name(lane)}</th>
                <td><Mark verdict=Some(left)/></td>
                <td><Mark verdict=Some(right)/></td>
            </tr>
        }
    });
    let only = |mine: &Arc<Report>, others: &Arc<Report>, whose: String| {
        let titles = only_of(mine, others).into_iter();
        let list = titles.map(|title| view! { <li>{title}</li> }).collect::<Vec<_>>();
        (!list.is_empty()).then(|| {
            view! {
                <div>
                    <h4 dir="auto">{format!("Found only in {whose}")}</h4>
                    <ul>{list}</ul>
                </div>
            }
        })
    };
    view! {
        <table>
            <thead>
                <tr>
                    <td></td>
                    {head(one)}
                    {head(other)}
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
        {only(&one.report, &other.report, name(one))}
        {only(&other.report, &one.report, name(other))}
    }
}

fn verdict(report: &Report, lane: Lane) -> Verdict {
    let row = report.rows.iter().find(|row| row.lane == lane);
    row.map_or(Verdict::Untested, |row| row.verdict)
}

/// Returns the findings of a report that another one lacks.
fn only_of(mine: &Report, others: &Report) -> Vec<String> {
    let has = |title: &String| others.findings.iter().any(|finding| finding.title == *title);
    let titles = mine.findings.iter().map(|finding| finding.title.clone());
    titles.filter(|title| !has(title)).collect()
}
