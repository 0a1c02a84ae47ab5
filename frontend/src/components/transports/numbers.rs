//! A lane in numbers.

use echoclock_shared::session::Counts;
use echoclock_shared::transport::Transport;
use echoclock_shared::{counted, say, words};
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
    // The name is for styles and programs.
    let number = |(name, called): (&'static str, &'static str), text: Signal<String>| {
        view! {
            <dt>{called}</dt>
            <dd {..live()} data-number=name>{text}</dd>
        }
    };
    let plain = |name, text| view! { <div>{number(name, text)}</div> };
    let of_ticks = |name, pick: fn(Quantiles) -> i64| {
        let of = move || {
            let of = sums.get().quantiles.map_or(0, |it| it.of) as u64;
            let n = format::count(of);
            counted!(of, "Of the last {n} tick", "Of the last {n} ticks", n)
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
        <dl class="numbers" aria-label=say!("{transport} in numbers", transport)>
            {of_ticks(("p50", words!("delay p50")), |it| it.p50)}
            {of_ticks(("p99", words!("p99")), |it| it.p99)}
            {loss(("late", words!("late")), |counts| counts.late)}
            {plain(("ticks", words!("ticks")), Signal::derive(count(|counts| counts.received)))}
            {loss(("missed", words!("missed")), |counts| counts.missed)}
            {plain(("repeated", words!("repeated")), Signal::derive(count(|counts| counts.repeated)))}
            {plain(("requests", words!("requests")), Signal::derive(requests))}
            {plain(("bytes", words!("bytes")), Signal::derive(bytes))}
            {plain(("overhead", words!("overhead")), Signal::derive(overhead))}
        </dl>
    }
}

fn told(number: Option<u64>, words: impl Fn(u64) -> String) -> String {
    number.map_or("–".to_owned(), words)
}
