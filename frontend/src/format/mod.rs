//! What is known, as text: numbers, times, and what became of a connection.
//!
//! Plain values in, text out. Nothing here knows a signal or an element, so all of it is tested
//! natively.

pub use crate::numerals::{count, local_date};

mod quantity;
pub use quantity::{bytes, countdown, delay, duration, interval, octets, round_trip, size};

mod instant;
pub use instant::{
    Angles, angles, exact_time, local_minute, local_time, no_time, offset, time_of_day, utc_date,
    utc_time,
};

mod told;
pub use told::Told;

mod ended;
pub use ended::ended;

mod link;
pub use link::{
    POSTING_BEGUN, Words, posting_ended, queues, state_name, trouble_name, way_name, words,
};

mod transport;
pub use transport::{capitalised, shares_a_connection, transport_name};

mod spark;
pub use spark::{Spark, spark};

mod command;
pub use command::{Command, commands, follow_command};

mod check;
pub use check::{
    confidence_words, file_name, lane_name, refusal, step_mark, took, verdict_mark, verdict_name,
    verdict_words,
};

mod code;
pub use code::{Stretch, stretches};

mod plot;
pub use plot::{Plot, plot};

mod run;
pub use run::{Run, run};

mod exchange;
pub use exchange::exchange;
