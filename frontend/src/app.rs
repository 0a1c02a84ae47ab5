//! The root component: it makes the stores and hands them down.

use leptos::prelude::*;

use crate::stores::{Dispatch, Stores};

/// The page.
#[component]
pub fn App() -> impl IntoView {
    provide_context(Stores::default());
    provide_context(Dispatch::new(|_| {}, |_| {}));
    view! { <h1>"Echoclock"</h1> }
}
