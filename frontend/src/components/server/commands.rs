//! The endpoints as lines for a terminal.

use std::time::Duration;

use leptos::html::Code;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::language::{live, verbatim};
use crate::browser::{Timer, clipboard};
use crate::format::{self, Command};
use crate::stores::use_stores;

/// The endpoints as lines for a terminal, each with a button that copies it.
#[component]
pub(super) fn Commands() -> impl IntoView {
    let stores = use_stores();
    let commands = Memo::new(move |_| {
        let period = stores.clock.period.get();
        stores.server.address.with(|address| match &address.base {
            Ok(base) => format::commands(base, period),
            Err(_) => Vec::new(),
        })
    });
    let is_empty = Memo::new(move |_| commands.with(Vec::is_empty));
    view! {
        <div class="commands">
            <h3>"From a terminal"</h3>
            <Show when=move || is_empty.get()>
                <p class="nothing">"There is no address to reach."</p>
            </Show>
            <ul>
                <For
                    each=move || commands.get()
                    key=|command| command.line.clone()
                    children=|command| view! { <CommandLine command/> }
                />
            </ul>
        </div>
    }
}

/// What became of copying.
#[derive(Clone, Copy, PartialEq)]
enum Copying {
    NotYet,
    Copied,
    /// The line is selected for the user to copy.
    Selected,
}

/// A line for a terminal, with a button that copies it.
#[component]
pub(in crate::components) fn CommandLine(command: Command) -> impl IntoView {
    let line = NodeRef::<Code>::new();
    let copying = RwSignal::new(Copying::NotYet);
    let timer = StoredValue::new_local(None::<Timer>);
    let copy = move |_| {
        let Some(line) = line.get_untracked() else { return };
        spawn_local(async move {
            let copied = clipboard::copy(&line).await;
            let outcome = if copied { Copying::Copied } else { Copying::Selected };
            // The line may have gone in the meantime.
            if copying.try_set(outcome).is_none() {
                let back = move || {
                    copying.try_set(Copying::NotYet);
                };
                timer.try_set_value(Some(Timer::after(SHOWN_FOR, back)));
            }
        });
    };
    let word = move || match copying.get() {
        Copying::NotYet => "Copy",
        Copying::Copied => "Copied",
        Copying::Selected => "Selected",
    };
    view! {
        <li>
            <p class="what">{command.what}</p>
            <code class="line" {..verbatim()} node_ref=line>
                {command.line}
            </code>
            <button
                type="button"
                class="quiet copy"
                {..live()}
                aria-label=move || format!("{}: {}", word(), command.what)
                on:click=copy
            >
                {word}
            </button>
            <span class="unseen" role="status" {..live()}>
                {move || (copying.get() == Copying::Copied).then_some("Copied")}
            </span>
        </li>
    }
}

/// How long a button says what it has done.
const SHOWN_FOR: Duration = Duration::from_secs(2);
