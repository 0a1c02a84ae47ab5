//! What is told, with what the server said behind it.

use leptos::prelude::*;

use super::language::of_server;
use crate::format::Told;

/// Words of ours, and the server's behind them, marked as what they are.
pub(super) fn told(Told { words, quoted }: Told) -> impl IntoView {
    let quoted = quoted.map(|quoted| view! { <span {..of_server()}>{quoted}</span> });
    view! { {words}{quoted} }
}
