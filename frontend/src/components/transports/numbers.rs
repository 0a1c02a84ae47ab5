//! A lane in numbers.

use echoclock_shared::session::Counts;
use echoclock_shared::transport::Transport;
use leptos::prelude::*;

use super::Scroll;
use super::sums::sums;
use crate::components::language::live;
use crate::format;
use crate::stores::Quantiles;

/// A lane in numbers.
#[component]
pub(super) fn Numbers(transport: Transport, scroll: Scroll) -> impl IntoView {
    let sums = sums(transport, scroll);
    let delay = move |pick: fn(Quantiles) -> i64| {
        move || sums.get().quantiles.map_or("–".to_owned(), |it| format::delay(pick(it)))
    };
    let count = move |pick: fn(&Counts) -> u64| move || format::count(pick(&sums.get().counts));
    // The last word of what it is called names it for styles and programs.
    let number = |called: &'static str, text: Signal<String>| {
        let name = called.split(' ').next_back();
        view! {
            <dt>{called}</dt>
            <dd {..live()} data-number=name>{text}</dd>
        }
    };
    let plain = |name, text| view! { <div>{number(name, text)}</div> };
    let of_ticks = |name, pick: fn(Quantiles) -> i64| {
        let of = move || {
            let of = sums.get().quantiles.map_or(0, |it| it.of);
            format!("Of the last {}", format::things(of as u64, "tick", "ticks"))
        };
        view! { <div title=of>{number(name, Signal::derive(delay(pick)))}</div> }
    };
    let loss = |name, pick: fn(&Counts) -> u64| {
        let hurts = move || pick(&sums.get().counts) > 0;
        view! { <div class:loss=hurts>{number(name, Signal::derive(count(pick)))}</div> }
    };
    let requests = move || format::count(sums.get().requests);
    let bytes = move || told(sums.get().bytes, format::size);
    let overhead = move || told(sums.get().overhead, format::octets);
    view! {
        <dl class="numbers" aria-label=format!("{transport} in numbers")>
            {of_ticks("delay p50", |it| it.p50)}
            {of_ticks("p99", |it| it.p99)}
            {loss("late", |counts| counts.late)}
            {plain("ticks", Signal::derive(count(|counts| counts.received)))}
            {loss("missed", |counts| counts.missed)}
            {plain("repeated", Signal::derive(count(|counts| counts.repeated)))}
            {plain("requests", Signal::derive(requests))}
            {plain("bytes", Signal::derive(bytes))}
            {plain("overhead", Signal::derive(overhead))}
        </dl>
    }
}

fn told(number: Option<u64>, words: impl Fn(u64) -> String) -> String {
    number.map_or("–".to_owned(), words)
}
