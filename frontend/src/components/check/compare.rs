//! Two reports side by side.

use std::sync::Arc;

use echoclock_shared::check::probe::Lane;
use echoclock_shared::check::report::{self, LaneChange, Report, compare};
use echoclock_shared::{say, words};
use leptos::prelude::*;

use super::files::COMPARE;
use super::rows::Mark;
use super::sentence::sentence;
use super::{handed_on, when};
use crate::browser::reveal;
use crate::format;
use crate::stores::{CheckIntent, Shown, Source, use_check, use_check_dispatch};

/// The report that is shown, behind the one that it is compared with, and what differs.
#[component]
pub(super) fn Compared() -> impl IntoView {
    let (check, dispatch) = (use_check(), use_check_dispatch());
    let pair = move || check.compared.get().zip(check.shown.get());
    view! {
        <section class="card compared" aria-labelledby="compared-title" data-testid="compared">
            <div class="card-head">
                <h3 id="compared-title">{words!("Compared")}</h3>
                <button
                    type="button"
                    class="quiet"
                    on:click=move |_| {
                        reveal(COMPARE);
                        dispatch.send(CheckIntent::CompareNot);
                    }
                >
                    {words!("Compare no longer")}
                </button>
            </div>
            <For
                each=pair
                key=|(first, second)| (first.report.run.clone(), second.report.run.clone())
                children=|(first, second)| view! { <Pair first second/> }
            />
        </section>
    }
}

#[component]
fn Pair(first: Shown, second: Shown) -> impl IntoView {
    let sources = (first.source, second.source);
    let reports = (handed_on(first.report), handed_on(second.report));
    view! {
        <For
            each=move || Some((reports.0.get(), reports.1.get()))
            key=|(first, second)| (Arc::as_ptr(first), Arc::as_ptr(second))
            children=move |(first, second)| table((&first, &sources.0), (&second, &sources.1))
        />
    }
}

fn table(first: (&Report, &Source), second: (&Report, &Source)) -> impl IntoView + use<> {
    let change = compare(first.0, second.0);
    let head = |place: &'static str, (report, source): (&Report, &Source)| {
        let name = match source {
            Source::Run => words!("this page’s own run").to_owned(),
            Source::File(name) => name.clone(),
        };
        view! {
            <th scope="col">
                {place}
                <small dir="auto">{name}</small>
                <small>{when(report)}</small>
            </th>
        }
    };
    let rows = Lane::ALL.map(|lane| {
        let change = change.lanes.iter().find(|change| change.lane == lane);
        let [left, right] = [first.0, second.0].map(|report| report.verdict(lane));
        view! {
            <tr class:differs=change.is_some()>
                <th scope="row">{format::lane_name(lane)}</th>
                <td><Mark verdict=Some(left)/></td>
                <td><Mark verdict=Some(right)/></td>
            </tr>
            {change.map(|change| details(change, [&first.0.language, &second.0.language]))}
        }
    });
    let titles = |word: &'static str, titles: Vec<String>, report: &Report| {
        let line = |title: String| line(word, &title, &report.language);
        titles.into_iter().map(line).collect_view()
    };
    view! {
        <p class="differences">{change.headline}</p>
        <table>
            <thead>
                <tr>
                    <td></td>
                    {head(words!("First"), first)}
                    {head(words!("Second"), second)}
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
        <ul class="changes" aria-label=words!("Findings that differ")>
            {titles(words!("Found only in the first: "), change.gone, first.0)}
            {titles(words!("Found only in the second: "), change.appeared, second.0)}
        </ul>
    }
}

/// What a report says, in its own language, behind which of them it is.
fn line(which: &'static str, says: &str, language: &str) -> impl IntoView + use<> {
    view! { <li><b>{which}</b><span lang=language.to_owned()>{sentence(says)}</span></li> }
}

/// What of a lane differs between reports of these languages.
fn details(change: &LaneChange, languages: [&str; 2]) -> impl IntoView + use<> {
    let (first, second) = (words!("First: "), words!("Second: "));
    let gone = change.gone.iter().map(|sign| line(first, &sign.says, languages[0])).collect_view();
    let appeared =
        change.appeared.iter().map(|sign| line(second, &sign.says, languages[1])).collect_view();
    let silence = change.silence_cut.map(|(in_first, in_second)| {
        let says = |cut: Option<u64>| match cut {
            Some(seconds) => say!("Silence was cut after {seconds} s.", seconds),
            None => words!("No silence was cut.").to_owned(),
        };
        view! {
            {line(first, &says(in_first), report::language())}
            {line(second, &says(in_second), report::language())}
        }
    });
    view! {
        <tr class="differs details">
            <td colspan="3">
                <ul>{gone} {appeared} {silence}</ul>
            </td>
        </tr>
    }
}
