//! The browser's adapters in a real browser, without a server of ours.

#![cfg(target_arch = "wasm32")]

#[path = "../support/mod.rs"]
mod support;

mod heard;

mod mounted;

mod links;

mod agreement;

mod page;

mod numerals;

mod edge;

mod app;

mod check_app;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
