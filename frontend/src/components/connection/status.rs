//! How a connection is, and why.

use std::time::Duration;

use echoclock_shared::session::{LinkState, Part};
use echoclock_shared::{say, words};
use leptos::prelude::*;

use super::super::language::{live, verbatim};
use super::super::told::told;
use crate::format;
use crate::stores::{LinkView, Stores, use_stores};

/// How a connection is, and why.
///
/// What counts seconds stands apart from the words: a screen reader says those when they change.
#[component]
pub(in crate::components) fn Status(
    part: Part,
    link: RwSignal<LinkView>,
    testid: &'static str,
) -> impl IntoView {
    let Stores { server, page, .. } = use_stores();
    let words = Memo::new(move |_| {
        server.address.with(|address| link.with(|link| format::words(link, part, &address.base)))
    });
    let headline = move || words.with(|words| words.headline);
    let detail = move || words.with(|words| words.detail.clone());
    let mend = Memo::new(move |_| words.with(|words| words.mend));
    let is_offline = move || page.seems_offline.get() && link.with(|link| is_sought(&link.state));
    let timed = Memo::new(move |_| {
        // What queues is not given up.
        link.with(|link| Timed::of(&link.state).filter(|_| !format::queues(link)))
    });
    let timer = Memo::new(move |_| timed.get().map(|timed| timed.words(page.now.get())));
    view! {
        <div class="status">
            <span class="lamp" aria-hidden="true"></span>
            <div class="status-words" role="status" data-testid=testid>
                <strong class="headline" {..live()}>{headline}</strong>
                <p class="detail" {..live()}>{move || told(detail())}</p>
                {move || {
                    mend.get()
                        .map(|lines| {
                            view! {
                                <p class="mend" data-testid="link-mend" {..live()}>
                                    {words!("In nginx, this mends it: ")}
                                    <code {..verbatim()}>{lines}</code>
                                </p>
                            }
                        })
                }}
                <Show when=is_offline>
                    <p class="offline" data-testid="offline-hint">
                        {words!(
                            "The browser believes that there is no network. It is tried all the same."
                        )}
                    </p>
                </Show>
            </div>
            <span class="timer" role="timer" data-testid="link-timer" {..live()}>{timer}</span>
        </div>
    }
}

/// What a state counts.
#[derive(Clone, Copy, PartialEq)]
enum Timed {
    /// Up, since then.
    Since(Duration),
    /// Down to the next attempt.
    Retry(Duration),
    /// Down to giving up.
    GiveUp(Duration),
}

impl Timed {
    fn of(state: &LinkState) -> Option<Self> {
        match state {
            LinkState::Open { since, .. } => Some(Self::Since(since.mono)),
            LinkState::Waiting { until, .. } => Some(Self::Retry(*until)),
            LinkState::Connecting { until, .. } | LinkState::Closing { until, .. } => {
                Some(Self::GiveUp(*until))
            }
            LinkState::Idle { .. } | LinkState::Resting => None,
        }
    }

    fn words(self, now: Duration) -> String {
        match self {
            Self::Since(since) => {
                say!("for {time}", time = format::duration(now.saturating_sub(since)))
            }
            Self::Retry(until) => {
                say!("next try in {time}", time = format::countdown(until.saturating_sub(now)))
            }
            Self::GiveUp(until) => {
                say!("up to {time}", time = format::countdown(until.saturating_sub(now)))
            }
        }
    }
}

/// Whether a connection is wanted and not there.
const fn is_sought(state: &LinkState) -> bool {
    matches!(state, LinkState::Connecting { .. } | LinkState::Waiting { .. })
}
