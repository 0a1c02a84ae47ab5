//! What can be done about a connection.

use echoclock_shared::close::CloseCode;
use echoclock_shared::session::{Intent, LinkState, Part};
use echoclock_shared::words;
use leptos::html::Button;
use leptos::prelude::*;

use crate::components::held_enter::ignore_held_enter;
use crate::components::language::live;
use crate::stores::{LinkView, use_dispatch};

/// The code and the reason to close with, or nothing while the fields hold what can't be sent.
pub(in crate::components) type CloseFrame = Option<(CloseCode, String)>;

/// The buttons of a connection, behind the fields that go with them.
///
/// Connecting and disconnecting share one button, so that it keeps the focus.
#[component]
pub(in crate::components) fn Actions(
    part: Part,
    link: RwSignal<LinkView>,
    /// What an open connection is closed with.
    #[prop(into)]
    close_with: Signal<CloseFrame>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let dispatch = use_dispatch();
    let toggle = NodeRef::<Button>::new();
    let is_wanted = Memo::new(move |_| link.with(|link| is_wanted(&link.state)));
    let waits = Memo::new(move |_| link.with(|l| matches!(l.state, LinkState::Waiting { .. })));
    let is_stuck = Memo::new(move |_| {
        let is_open = link.with(|link| matches!(link.state, LinkState::Open { .. }));
        is_open && close_with.with(Option::is_none)
    });
    let act = move || {
        if !is_wanted.get_untracked() {
            dispatch.send(Intent::Connect(part));
        } else if !is_stuck.get_untracked() {
            let (code, reason) =
                close_with.get_untracked().unwrap_or((CloseCode::NORMAL, String::new()));
            dispatch.send(Intent::Disconnect { part, code, reason });
        }
    };
    let retry = move |_| {
        dispatch.send(Intent::Connect(part));
        // The button that was pressed goes away with the wait.
        if let Some(toggle) = toggle.get_untracked() {
            let _ = toggle.focus();
        }
    };
    view! {
        <form
            class="actions"
            novalidate
            on:keydown=ignore_held_enter
            on:submit=move |event| {
                event.prevent_default();
                act();
            }
        >
            {children.map(|children| children())}
            <div class="buttons">
                <Show when=move || waits.get()>
                    <button type="button" class="quiet" on:click=retry>
                        {words!("Retry now")}
                    </button>
                </Show>
                <button
                    type="submit"
                    class="toggle"
                    class:primary=move || !is_wanted.get()
                    {..live()}
                    node_ref=toggle
                    disabled=is_stuck
                >
                    {move || if is_wanted.get() { words!("Disconnect") } else { words!("Connect") }}
                </button>
            </div>
        </form>
    }
}

/// Whether the button offers to disconnect.
const fn is_wanted(state: &LinkState) -> bool {
    match state {
        LinkState::Connecting { .. }
        | LinkState::Open { .. }
        | LinkState::Waiting { .. }
        | LinkState::Resting => true,
        LinkState::Idle { .. } | LinkState::Closing { .. } => false,
    }
}
