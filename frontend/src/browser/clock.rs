//! What time it is.

use std::time::Duration;

use echoclock_shared::time::UnixMillis;
use js_sys::Date;
use wasm_bindgen::JsValue;

use super::window;
use crate::numerals::LocalTime;

/// Returns the time since the page was opened, which never goes back.
pub fn mono() -> Duration {
    let millis = window().performance().map_or(0.0, |performance| performance.now());
    Duration::try_from_secs_f64(millis / 1_000.0).unwrap_or_default()
}

/// Returns the local wall clock's time.
pub fn wall() -> UnixMillis {
    // A float turns into a whole number by cutting, and what is below zero becomes zero.
    UnixMillis::new(Date::now() as u64)
}

/// Returns an instant in the local time zone.
pub fn local(instant: UnixMillis) -> LocalTime {
    let date = Date::new(&JsValue::from_f64(instant.get() as f64));
    LocalTime {
        instant,
        year: date.get_full_year(),
        month: date.get_month() + 1,
        day: date.get_date(),
        hour: date.get_hours(),
        minute: date.get_minutes(),
        second: date.get_seconds(),
        offset_minutes: -(date.get_timezone_offset() as i32),
    }
}
