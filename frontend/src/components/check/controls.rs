//! What is done: run, cancel, open.

use echoclock_shared::{say, words};
use leptos::prelude::*;

use super::files::{OpenFile, REPORT_MAX};
use crate::browser::file::NoText;
use crate::components::language::live;
use crate::components::lede::CheckLede;
use crate::format;
use crate::stores::{CheckEnd, CheckIntent, CheckPhase, Unreadable, use_check, use_check_dispatch};

/// What the check does, how deep, and its one button.
#[component]
pub(super) fn Controls(is_running: Memo<bool>) -> impl IntoView {
    let (check, dispatch) = (use_check(), use_check_dispatch());
    let is_deep = check.is_deep;
    let press = move |_| {
        dispatch.send(if is_running.get_untracked() {
            CheckIntent::Cancel
        } else {
            CheckIntent::Start { is_deep: is_deep.get_untracked() }
        });
    };
    let depth = move |deep: bool, name: &'static str, time: &'static str| {
        view! {
            <label>
                <input
                    type="radio"
                    name="depth"
                    prop:checked=move || is_deep.get() == deep
                    disabled=is_running
                    on:change=move |_| is_deep.set(deep)
                />
                <span>{name}</span>
                <small>{time}</small>
            </label>
        }
    };
    view! {
        <section class="card controls" aria-labelledby="check-title" data-testid="check">
            <CheckLede/>
            <div class="settings">
                <fieldset class="depth">
                    <legend class="unseen">{words!("How thorough")}</legend>
                    {depth(false, words!("Quick"), words!("up to a minute"))}
                    {depth(true, words!("Deep"), words!("7 minutes: idle cuts too"))}
                </fieldset>
                <div class="buttons">
                    <OpenFile compares=false is_off=is_running/>
                    <button
                        type="button"
                        id=RUN
                        class="primary run-check"
                        {..live()}
                        on:click=press
                    >
                        {move || if is_running.get() { words!("Cancel") } else { words!("Check this path") }}
                    </button>
                </div>
            </div>
            <div class="told" role="status">
                <For each=move || told(check.phase.get()) key=Clone::clone children=told_one/>
                <Show when=move || check.runs_elsewhere.get()>
                    <p class="hint" data-testid="elsewhere">
                        {words!("Another tab runs a check. Both may go on, but they share the browser’s connections, and times suffer.")}
                    </p>
                </Show>
                <For
                    each=move || check.unreadable.get()
                    key=Clone::clone
                    children=|(name, why)| {
                        view! {
                            <p class="complaint" data-testid="unreadable">
                                {say!("{name} can’t be shown: {why}.", name, why = unreadable(&why))}
                            </p>
                        }
                    }
                />
            </div>
        </section>
    }
}

/// Says how a run ended, where that needs a word.
fn told(phase: CheckPhase) -> Option<(&'static str, String)> {
    let (class, words) = match phase {
        CheckPhase::Never | CheckPhase::Running { .. } | CheckPhase::Over(CheckEnd::Done) => {
            return None;
        }
        CheckPhase::Over(CheckEnd::Cancelled) => {
            ("hint", words!("Cancelled. What was known by then is below.").to_owned())
        }
        CheckPhase::Over(CheckEnd::CancelledAtOnce) => ("hint", words!("Cancelled.").to_owned()),
        CheckPhase::Over(CheckEnd::Gone) => (
            "complaint",
            words!("The server could no longer be reached, and the run was stopped. What was known by then is below.").to_owned(),
        ),
        CheckPhase::Over(CheckEnd::Refused(why)) => ("complaint", format::refusal(&why)),
    };
    Some((class, words))
}

/// Says why a file can't be shown, as the end of a sentence about it.
fn unreadable(why: &Unreadable) -> String {
    match why {
        Unreadable::NoText(NoText::TooLarge) => {
            let most = format::size(REPORT_MAX.into());
            say!("no report is larger than {most}", most)
        }
        Unreadable::NoText(NoText::Unreadable) => words!("the browser can’t read it").to_owned(),
        Unreadable::NotAReport(why) => why.to_string(),
    }
}

fn told_one((class, words): (&'static str, String)) -> impl IntoView {
    view! { <p class=class data-testid="check-end">{words}</p> }
}

/// The id of the button that runs a check.
pub(super) const RUN: &str = "run-check";
