//! The lesson of a transport.

use echoclock_shared::transport::Transport;
use leptos::prelude::*;

use crate::components::language::live;
use crate::lesson::{Rule, Step, lesson};

/// How a transport works, what it costs, when to use it, and what rules it.
#[component]
pub(super) fn Lesson(
    transport: Transport,
    /// What this run has shown, in a sentence.
    run: Memo<Option<String>>,
) -> impl IntoView {
    let lesson = lesson(transport);
    let rule = |rule: &Rule| {
        view! {
            <li>
                <a href=rule.url rel="noreferrer">
                    {rule.text}
                </a>
            </li>
        }
    };
    view! {
        <div class="lesson" data-testid="lesson">
            <h4>"How it works"</h4>
            <p>{lesson.how}</p>
            <div class="sequence">
                <p class="ends" aria-hidden="true">
                    <span>"browser"</span>
                    <span>"server"</span>
                </p>
                <ol>{lesson.steps.iter().map(step).collect_view()}</ol>
            </div>
            <h4>"What it costs"</h4>
            <p>{lesson.cost}</p>
            <p class="run" data-testid="run" {..live()}>{run}</p>
            <h4>"When to use it"</h4>
            <p>{lesson.when}</p>
            <h4>"What rules it"</h4>
            <ul class="rules">{lesson.rules.iter().map(rule).collect_view()}</ul>
        </div>
    }
}

fn step(step: &Step) -> impl IntoView + use<> {
    let (class, who, said) = match *step {
        Step::Up(said) => ("up", "Browser: ", said),
        Step::Down(said) => ("down", "Server: ", said),
        Step::Wait(what) => ("wait", "", what),
    };
    view! {
        <li class=class>
            <span class="unseen">{who}</span>
            <span class="said">{said}</span>
        </li>
    }
}
