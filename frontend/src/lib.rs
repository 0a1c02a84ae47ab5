//! Echoclock's page: components over stores over one driver over thin browser adapters.

pub mod address;

pub mod stores;

pub mod app;
