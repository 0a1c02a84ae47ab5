//! How many connections the browser has for what the lanes ask, and whether something waits for one.

use echoclock_shared::transport::Transport;
use echoclock_shared::{path, say, words};
use leptos::prelude::*;

use crate::browser::protocol_of;
use crate::components::language::live;
use crate::format;
use crate::stores::use_stores;

/// What is said where all requests share one connection, and where they queue in the browser.
#[component]
pub(super) fn Connections() -> impl IntoView {
    let stores = use_stores();
    let queue = Memo::new(move |_| {
        let queues =
            |transport: &Transport| stores.lanes.of(*transport).clock.link.with(format::queues);
        let queue = Transport::ALL.into_iter().filter(queues).map(|it| it.to_string());
        queue.reduce(|rest, next| say!("{rest}, {next}", rest, next)).unwrap_or_default()
    });
    let is_empty = Memo::new(move |_| queue.with(String::is_empty));
    // The browser knows once the server has answered.
    let version = Memo::new(move |_| {
        stores.server.info.track();
        let info = stores.server.address.with(|api| api.below(path::below_api(path::INFO)));
        info.ok().and_then(|info| format::shares_a_connection(&protocol_of(&info)?))
    });
    view! {
        <div role="status">
            <Show when=move || !is_empty.get()>
                <div class="crowded" data-testid="crowded">
                    <h3>{words!("Six connections, and all of them taken")}</h3>
                    <p>
                        {words!("Browsers open at most six HTTP/1.1 connections to one server, over all tabs and windows together, and keep further requests waiting without a word.")}
                        " "
                        <strong {..live()}>
                            {move || say!("Waiting: {queue}.", queue = queue.get())}
                        </strong>
                    </p>
                    <p>
                        {words!("The chat and the WebSocket lane are not counted and go on. To let the others through, stop a lane here or in another tab; tabs out of sight let theirs go by themselves. Over HTTP/2 all requests share one connection, and nothing waits.")}
                    </p>
                </div>
            </Show>
        </div>
        <Show when=move || version.get().is_some() && is_empty.get()>
            <p class="footnote" data-testid="shared-connection" {..live()}>
                {move || {
                    version.get().map(|version| {
                        say!("This page has {version} here: all requests of all its tabs share one connection, so that nothing waits for one of six, as it would over HTTP/1.1.", version)
                    })
                }}
            </p>
        </Show>
    }
}
