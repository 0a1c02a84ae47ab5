//! The digits.

use echoclock_shared::{say, words};
use leptos::prelude::*;

use super::super::language::live;
use super::Reading;
use crate::browser::clock;
use crate::format;
use crate::stores::use_stores;

/// The time of the last tick as digits, here and in UTC, and since when the stream is open.
#[component]
pub(super) fn Readout(reading: Memo<Option<Reading>>) -> impl IntoView {
    let connected = use_stores().clock.connected;
    let utc = move || {
        reading
            .get()
            .map_or(NO_UTC_TIME.to_owned(), |now| format::utc_time(now.tick.due, now.period))
    };
    let utc_date = Memo::new(move |_| {
        reading.get().map_or(NOTHING.to_owned(), |now| format::utc_date(now.tick.due))
    });
    let local = Memo::new(move |_| {
        reading.get().map_or_else(format::no_time, |now| format::local_time(&now.local, now.period))
    });
    // By how long the local time is, both are made to fit.
    let characters = Memo::new(move |_| local.with(|local| local.chars().count().to_string()));
    let local_date = Memo::new(move |_| {
        reading.get().map_or(NOTHING.to_owned(), |Reading { local, .. }| {
            say!(
                "{date}, {offset}",
                date = format::local_date(&local),
                offset = format::offset(local.offset_minutes)
            )
        })
    });
    let since = move || {
        connected.with(|hello| {
            hello
                .as_ref()
                .map_or(NOTHING.to_owned(), |hello| format::time_of_day(&clock::local(hello.now)))
        })
    };
    let instance = move || {
        connected.with(|hello| hello.as_ref().map_or(NOTHING.to_owned(), |h| h.instance.clone()))
    };
    view! {
        <dl class="readout" style:--characters=characters>
            <div class="time">
                <dt>{words!("Local")}</dt>
                <dd class="digits" data-testid="clock-local" {..live()}>
                    {local}
                </dd>
                <dd class="date" {..live()}>{local_date}</dd>
            </div>
            <div class="time">
                <dt>{words!("UTC")}</dt>
                <dd class="digits" data-testid="clock-utc" {..live()}>
                    {utc}
                </dd>
                <dd class="date" {..live()}>{utc_date}</dd>
            </div>
            <div class="fact">
                <dt>{words!("Connected since")}</dt>
                <dd data-testid="clock-since" {..live()}>{since}</dd>
            </div>
            <div class="fact">
                <dt>{words!("Instance")}</dt>
                <dd {..live()}>{instance}</dd>
            </div>
        </dl>
    }
}

const NOTHING: &str = "–";

/// As wide as a time.
const NO_UTC_TIME: &str = "--:--:--";
