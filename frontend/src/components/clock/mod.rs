//! The clock: a face and digits that go by the server's ticks, and how well those arrive.

mod delay;
use delay::Delay;

mod face;
use face::Face;

mod notes;
pub(super) use notes::Notes;

mod readout;
use readout::Readout;

use echoclock_shared::close::CloseCode;
use echoclock_shared::feed::{Period, Tick};
use echoclock_shared::session::{Intent, Part};
use echoclock_shared::text::Text;
use echoclock_shared::transport::Transport;
use echoclock_shared::{text, words};
use leptos::prelude::*;

use super::connection::{Actions, Status, state_of, trouble_of};
use super::language::live;
use super::period::Every;
use crate::browser::clock;
use crate::format;
use crate::numerals::LocalTime;
use crate::stores::use_stores;

/// The clock.
#[component]
pub(super) fn Clock() -> impl IntoView {
    let clock = use_stores().clock;
    let reading = Memo::new(move |_| {
        let tick = clock.last.get()?.tick;
        Some(Reading { tick, local: clock::local(tick.due), period: clock.period.get() })
    });
    view! {
        <section
            class="card clock"
            id="clock"
            data-testid="clock"
            aria-labelledby="clock-title"
            data-state=state_of(clock.link)
            data-trouble=trouble_of(clock.link)
            data-seq=move || clock.last.get().map(|seen| seen.tick.seq.get())
            data-every=move || clock.period.get().name()
        >
            <header class="card-head">
                <h2 id="clock-title">{words!("Clock")}</h2>
                <p class="by">{Transport::Events.to_string()}</p>
            </header>
            <Status part=Part::Clock link=clock.link testid="clock-status"/>
            <div class="dial">
                <Face reading/>
                <Readout reading/>
            </div>
            <Delay/>
            <Counts/>
            <Notes clock label=words!("What happened to the clock") testid="clock-notes"/>
            <Actions part=Part::Clock link=clock.link close_with=Some((CloseCode::NORMAL, String::new()))>
                <Every id="every" chosen=clock.period intent=Intent::Every/>
            </Actions>
        </section>
    }
}

/// The last tick, as a clock shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reading {
    tick: Tick,
    local: LocalTime,
    period: Period,
}

/// What became of the ticks.
#[component]
fn Counts() -> impl IntoView {
    let counts = use_stores().clock.counts;
    let received = Memo::new(move |_| counts.with(|counts| counts.received));
    let missed = Memo::new(move |_| counts.with(|counts| counts.missed));
    let repeated = Memo::new(move |_| counts.with(|counts| counts.repeated));
    let late = Memo::new(move |_| counts.with(|counts| counts.late));
    let gaps = Memo::new(move |_| counts.with(|counts| counts.gaps));
    let count = |testid: &'static str, name: Text, hurts: bool, number: Memo<u64>| {
        let is_loss = move || hurts && number.get() > 0;
        view! {
            <div class:loss=is_loss>
                <dt>{name.words()}</dt>
                <dd data-testid={testid} {..live()}>{move || format::count(number.get())}</dd>
            </div>
        }
    };
    view! {
        <dl class="counts" aria-label=words!("Ticks")>
            {count("count-received", text!("received"), false, received)}
            {count("count-missed", text!("missed"), true, missed)}
            {count("count-repeated", text!("repeated"), false, repeated)}
            {count("count-late", text!("late"), true, late)}
            {count("count-gaps", text!("gaps"), true, gaps)}
        </dl>
    }
}
