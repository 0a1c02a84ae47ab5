//! The endpoints as lines for a terminal.

use echoclock_shared::words;
use leptos::html::Code;
use leptos::prelude::*;

use super::super::copy::CopyButton;
use super::super::language::verbatim;
use crate::format::{self, Command};
use crate::stores::use_stores;

/// The endpoints as lines for a terminal, each with a button that copies it.
#[component]
pub(super) fn Commands() -> impl IntoView {
    let stores = use_stores();
    let has_raw = stores.server.has(|info| info.raw);
    let commands = Memo::new(move |_| {
        let period = stores.clock.period.get();
        stores.server.address.with(|address| match &address.base {
            Ok(base) => format::commands(base, period, has_raw.get()),
            Err(_) => Vec::new(),
        })
    });
    let is_empty = Memo::new(move |_| commands.with(Vec::is_empty));
    view! {
        <div class="commands">
            <h3>{words!("From a terminal")}</h3>
            <Show when=move || is_empty.get()>
                <p class="nothing">{words!("There is no address to reach.")}</p>
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

/// A line for a terminal, with a button that copies it.
#[component]
pub(in crate::components) fn CommandLine(command: Command) -> impl IntoView {
    let line = NodeRef::<Code>::new();
    view! {
        <li>
            <p class="what">{command.what.words()}</p>
            <code class="line" {..verbatim()} node_ref=line>
                {command.line}
            </code>
            <CopyButton of=line what=command.what.words()/>
        </li>
    }
}
