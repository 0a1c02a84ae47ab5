//! The lesson of a transport.

use echoclock_shared::transport::Transport;
use echoclock_shared::words;
use leptos::prelude::*;

use crate::components::language::{live, verbatim};
use crate::lesson::{Rule, Said, Step, lesson};

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
                    {rule.text.words()}
                </a>
            </li>
        }
    };
    view! {
        <div class="lesson" data-testid="lesson">
            <h4>{words!("How it works")}</h4>
            <p>{lesson.how.words()}</p>
            <div class="sequence">
                <p class="ends" aria-hidden="true">
                    <span>{words!("browser")}</span>
                    <span>{words!("server")}</span>
                </p>
                <ol>{lesson.steps.iter().map(step).collect_view()}</ol>
            </div>
            <h4>{words!("What it costs")}</h4>
            <p>{lesson.cost.words()}</p>
            <p class="run" data-testid="run" {..live()}>{run}</p>
            <h4>{words!("When to use it")}</h4>
            <p>{lesson.when.words()}</p>
            <h4>{words!("What rules it")}</h4>
            <ul class="rules">{lesson.rules.iter().map(rule).collect_view()}</ul>
        </div>
    }
}

fn step(step: &Step) -> impl IntoView + use<> {
    let (class, who, said) = match *step {
        Step::Up(said) => ("up", words!("Browser: "), said),
        Step::Down(said) => ("down", words!("Server: "), said),
        Step::Wait(what) => ("wait", "", Said::Words(what)),
    };
    let shown = match said {
        Said::Raw(raw) => view! { <span class="said" {..verbatim()}>{raw}</span> }.into_any(),
        Said::Words(text) => view! { <span class="said">{text.words()}</span> }.into_any(),
    };
    view! {
        <li class=class>
            <span class="unseen">{who}</span>
            {shown}
        </li>
    }
}
