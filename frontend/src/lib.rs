//! Echoclock's page: components over stores over one driver over thin browser adapters.

pub mod address;

pub mod browser;

pub mod pass;

pub mod wire;

pub mod driver;

pub mod check;

pub mod check_program;

pub mod stores;

pub mod format;

pub mod lesson;

pub mod numerals;

pub mod few;

pub mod language;

pub mod place;

pub mod between;

pub mod axis;

pub mod keys;

pub mod components;

mod now;

mod wiring;

pub mod app;

pub mod check_app;
