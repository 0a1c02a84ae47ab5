//! The root component: it makes the stores, starts the driver, and hands both down.

use leptos::prelude::*;

use crate::components::Shell;
use crate::stores::Stores;
use crate::wiring;

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let stores = Stores::default();
    provide_context(stores);
    provide_context(wiring::start(stores));
    view! { <Shell/> }
}
