//! The server: what it says of itself and of us, where it is, and how else to reach it.

mod address;
use address::AddressForm;

mod commands;
pub(super) use commands::CommandLine;
use commands::Commands;

mod facts;
use facts::Facts;

use echoclock_shared::words;
use leptos::prelude::*;

/// The server.
#[component]
pub(super) fn Server() -> impl IntoView {
    view! {
        <section class="card server" id="server" data-testid="server" aria-labelledby="server-title">
            <header class="card-head">
                <h2 id="server-title">{words!("Server")}</h2>
            </header>
            <div class="server-parts">
                <AddressForm/>
                <Facts/>
                <Commands/>
            </div>
        </section>
    }
}
