//! The time axis, which moves on by itself.

use std::time::Duration;

use echoclock_shared::feed::Period;
use echoclock_shared::transport::Transport;
use echoclock_shared::{say, words};
use leptos::prelude::*;

use crate::axis::{self, Drawing};
use crate::browser::{Frames, clock, prefers_reduced_motion};
use crate::components::language::live;
use crate::format;
use crate::numerals::fixed;
use crate::stores::{Stores, use_stores};

/// How far the axis has moved.
///
/// A drawing is made anew only when something happens or when it has been pushed by a whole length;
/// in between it is pushed as it is, which a browser does without painting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scroll {
    /// Whether nothing moves, for the user to look at it.
    pub(super) paused: RwSignal<bool>,
    period: RwSignal<Period>,
    /// The instant for which drawings are made.
    origin: RwSignal<Duration>,
    /// How far they are pushed to the left, in percent of the axis.
    shift: RwSignal<f64>,
}

impl Scroll {
    /// Makes an axis that moves for as long as the component in whose body it is made.
    pub(super) fn new(stores: Stores) -> Self {
        let scroll = Self {
            paused: RwSignal::new(false),
            period: stores.lanes.period,
            origin: RwSignal::new(clock::mono()),
            shift: RwSignal::new(0.0),
        };
        let frames = if prefers_reduced_motion() {
            // The page's time moves on four times a second.
            Effect::new(move |_| {
                stores.page.now.track();
                scroll.move_on();
            });
            None
        } else {
            Some(Frames::each(move || scroll.move_on()))
        };
        let frames = StoredValue::new_local(frames);
        on_cleanup(move || {
            frames.try_update_value(Option::take);
        });
        scroll
    }

    /// Returns how much time the axis shows.
    pub(super) fn span(self) -> Duration {
        axis::span(self.period.get())
    }

    fn move_on(self) {
        if self.paused.try_get_untracked().unwrap_or(true) {
            return;
        }
        let (now, origin) = (clock::mono(), self.origin.get_untracked());
        let span = axis::span(self.period.get_untracked());
        let passed = now.saturating_sub(origin);
        if passed < span {
            self.shift.set(passed.as_secs_f64() / span.as_secs_f64() * 100.0);
        } else {
            self.origin.set(now);
            self.shift.set(0.0);
        }
    }
}

/// What happened on a lane.
#[component]
pub(super) fn Marks(transport: Transport, scroll: Scroll) -> impl IntoView {
    let track = use_stores().lanes.of(transport).track;
    let drawing = Memo::new(move |before: Option<&Drawing>| match before {
        Some(before) if scroll.paused.get() => before.clone(),
        _ => track.with(|track| axis::draw(track, scroll.origin.get(), scroll.span())),
    });
    let path = |class: &'static str, data: fn(&Drawing) -> &String| {
        view! { <path class=class d=move || drawing.with(|drawing| data(drawing).clone())></path> }
    };
    let label = move || {
        let span = format::duration(scroll.span());
        say!(
            "When the ticks of {transport} were due and arrived, over the last {span}",
            transport,
            span
        )
    };
    view! {
        <div class="track" role="img" aria-label=label>
            <div
                class="pushed"
                style:transform=move || format!("translateX(-{}%)", fixed(scroll.shift.get(), 3))
            >
            <svg
                viewBox=move || format!("0 0 {} {}", scroll.span().as_millis(), axis::HEIGHT)
                preserveAspectRatio="none"
                aria-hidden="true"
                focusable="false"
            >
                {path("open", |drawing| &drawing.open)}
                {path("holes", |drawing| &drawing.holes)}
                {path("stems", |drawing| &drawing.stems)}
                {path("due", |drawing| &drawing.due)}
                {path("ends", |drawing| &drawing.ends)}
                {path("replayed", |drawing| &drawing.replayed)}
                {path("live", |drawing| &drawing.live)}
                {path("late", |drawing| &drawing.late)}
            </svg>
            </div>
        </div>
    }
}

/// The axis' names, and what the marks mean.
#[component]
pub(super) fn Scale(scroll: Scroll) -> impl IntoView {
    let ago =
        move |thirds: u32| say!("{time} ago", time = format::duration(scroll.span() * thirds / 3));
    view! {
        <div class="scale">
            <ul class="legend">
                <li class="live">{words!("arrived")}</li>
                <li class="late">{words!("late")}</li>
                <li class="replayed">{words!("caught up")}</li>
                <li class="hole">{words!("missing")}</li>
            </ul>
            <ol class="times" aria-hidden="true" {..live()}>
                <li>{move || ago(3)}</li>
                <li>{move || ago(2)}</li>
                <li>{move || ago(1)}</li>
                <li>{words!("now")}</li>
            </ol>
        </div>
    }
}
