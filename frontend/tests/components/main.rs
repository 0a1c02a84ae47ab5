//! The components over stores that the tests fill: what is shown in each state, and what is asked
//! for when something is pressed.

#![cfg(target_arch = "wasm32")]

#[path = "../support/mod.rs"]
mod support;

mod translator;

mod bench;

mod links;

mod chat;

mod composer;

mod input_method;

mod clock;

mod server;

mod transports;

mod check;

mod check_view;

mod wire;

mod translated;

mod before;

mod language;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
