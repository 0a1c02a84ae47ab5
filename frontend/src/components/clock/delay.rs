//! How late the ticks are.

use echoclock_shared::{say, words};
use leptos::prelude::*;

use super::super::language::live;
use crate::format;
use crate::numerals::fixed;
use crate::stores::{DELAYS_MAX, use_stores};

/// The last tick's delay, and a line through those before it.
#[component]
pub(super) fn Delay() -> impl IntoView {
    let clock = use_stores().clock;
    let delay = move || {
        let delay = clock.last.get().and_then(|seen| seen.delay);
        delay.map_or("–".to_owned(), format::delay)
    };
    let error = Memo::new(move |_| clock.offset_error.get().map(format::delay));
    let spark = Memo::new(move |_| {
        let (width, height) = (f64::from(WIDTH), f64::from(HEIGHT));
        clock.delays.with(|delays| format::spark(delays.iter().copied(), DELAYS_MAX, width, height))
    });
    let points = move || spark.with(|spark| spark.points.clone());
    let zero = Memo::new(move |_| spark.with(|spark| fixed(spark.zero, 1)));
    let top = Memo::new(move |_| format::delay(spark.with(|spark| spark.top)));
    let bottom = Memo::new(move |_| format::delay(spark.with(|spark| spark.bottom)));
    view! {
        <div class="delay">
            <dl>
                <dt>{words!("Delay")}</dt>
                <dd data-testid="clock-delay" {..live()}>
                    <span class="value">{delay}</span>
                    " "
                    <span class="error">
                        {move || error.get().map(|error| format!("± {error}"))}
                    </span>
                </dd>
            </dl>
            <figure class="spark">
                <svg
                    data-testid="clock-sparkline"
                    role="img"
                    aria-label=say!("The delays of the last {number} ticks", number = DELAYS_MAX)
                    viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                    preserveAspectRatio="none"
                >
                    <line class="zero" x1="0" x2=WIDTH y1=zero y2=zero></line>
                    <polyline points=points></polyline>
                </svg>
                <figcaption {..live()}>
                    <span class="top">{top}</span>
                    <span class="bottom">{bottom}</span>
                </figcaption>
            </figure>
        </div>
    }
}

const WIDTH: u32 = 240;

const HEIGHT: u32 = 48;
