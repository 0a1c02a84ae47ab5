//! A run under way.

use std::time::Duration;

use echoclock_shared::check::probe::Lane;
use echoclock_shared::check::suite::Depth;
use echoclock_shared::{say, words};
use leptos::prelude::*;

use super::rows::Mark;
use crate::components::language::live;
use crate::format;
use crate::stores::{CheckPhase, StepState, use_check};

/// What is done, what is under way, and what is known so far.
#[component]
pub(super) fn Progress() -> impl IntoView {
    let check = use_check();
    let progress = check.progress;
    let elapsed = Memo::new(move |_| match check.phase.get() {
        CheckPhase::Running { began, .. } => check.now.get().saturating_sub(began),
        CheckPhase::Never | CheckPhase::Over(_) => Duration::ZERO,
    });
    let most = move || match check.phase.get() {
        CheckPhase::Running { is_deep: true, .. } => Depth::Deep.time(),
        CheckPhase::Running { .. } | CheckPhase::Never | CheckPhase::Over(_) => Depth::Quick.time(),
    };
    let counts = Memo::new(move |_| {
        progress.with(|progress| {
            let over = progress.steps.iter().filter(|step| step.state.is_over()).count();
            (over, progress.steps.len())
        })
    });
    view! {
        <section class="card progress" aria-label=words!("The run") data-testid="progress">
            <div class="bar">
                <progress
                    aria-label=words!("Probes done")
                    max=move || counts.get().1.max(1).to_string()
                    value=move || counts.get().0.to_string()
                ></progress>
                <p {..live()}>
                    {move || {
                        let (over, all) = counts.get();
                        let elapsed = format::duration(elapsed.get());
                        let most = format::duration(most());
                        say!("{over} of {all} probes, {elapsed} of {most} at most", over, all, elapsed, most)
                    }}
                </p>
            </div>
            <ol class="steps">{Lane::ALL.map(|lane| view! { <LaneSteps lane/> }).collect_view()}</ol>
            <p class="hint">
                {words!("Keep this tab in front and the machine awake: browsers slow down what nobody looks at, which would look like the path’s doing.")}
            </p>
        </section>
    }
}

/// The probes of a lane.
#[component]
fn LaneSteps(lane: Lane) -> impl IntoView {
    let progress = use_check().progress;
    let steps = Memo::new(move |_| {
        progress.with(|progress| {
            let own = progress.steps.iter().filter(|step| step.lane == lane);
            own.map(|step| step.state).collect::<Vec<_>>()
        })
    });
    let verdict = Memo::new(move |_| {
        progress.with(|progress| {
            progress.verdicts.iter().find(|(of, _)| *of == lane).map(|(_, verdict)| *verdict)
        })
    });
    let under_way = move || {
        let words = progress.with(|progress| {
            let own = progress.steps.iter().filter(|step| step.lane == lane);
            let under_way = own.filter(|step| step.state == StepState::UnderWay);
            let titles = under_way.map(|step| step.title.clone());
            titles.reduce(|rest, next| say!("{rest}; {next}", rest, next)).unwrap_or_default()
        });
        let is_over = steps.with(|steps| steps.iter().all(|state| state.is_over()));
        match (words.is_empty(), is_over) {
            (false, _) => words,
            (true, true) => words!("done").to_owned(),
            (true, false) => words!("waits").to_owned(),
        }
    };
    let done = move || {
        steps.with(|steps| {
            let over = steps.iter().filter(|state| state.is_over()).count();
            say!("{over} of {all}", over, all = steps.len())
        })
    };
    let squares = move || {
        steps
            .get()
            .into_iter()
            .map(|state| view! { <i class=format::step_mark(state)></i> })
            .collect_view()
    };
    view! {
        <li class="step">
            <h3>{format::lane_name(lane)}</h3>
            <span class="squares" aria-hidden="true" {..live()}>{squares}</span>
            <span class="done" {..live()}>{done}</span>
            <Mark verdict/>
            <p class="doing" {..live()}>{under_way}</p>
        </li>
    }
}
