//! Lines as JSON: an object each, with `time`, `level`, `target` and `message` first, and then what the
//! line tells besides, a name and a value each.

use std::fmt::{self, Debug};

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::line::{self, FIELD_MAX, MESSAGE};

/// Writes lines as JSON.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json;

impl<S, N> FormatEvent<S, N> for Json
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut told = Told::default();
        event.record(&mut told);
        let Told { target, message, rest } = told;
        let metadata = event.metadata();
        let target = target.as_deref().unwrap_or(metadata.target());
        writer.write_str(&object(*metadata.level(), target, &message, &rest))
    }
}

/// Returns a line; `rest` is what follows within the object, each with a comma before it.
pub(super) fn object(level: Level, target: &str, message: &str, rest: &str) -> String {
    let mut time = String::new();
    // A line without its time is better than none.
    let _ = SystemTime.format_time(&mut Writer::new(&mut time));
    let [time, target, message] = [&time, target, message].map(Value::from);
    format!(
        "{{\"time\":{time},\"level\":\"{level}\",\"target\":{target},\"message\":{message}{rest}}}\n"
    )
}

/// Returns a name and a value, with a comma before them.
pub(super) fn entry(name: &str, value: impl Into<Value>) -> String {
    format!(",{}:{}", Value::from(name), value.into())
}

/// What a line tells.
#[derive(Default)]
struct Told {
    /// Of what has come by way of `log`, which has its target among its fields.
    target: Option<String>,
    message: String,
    rest: String,
}

impl Told {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        match field.name() {
            // What the bridge from `log` has told already.
            name if name.starts_with("log.") => {}
            name => self.rest += &entry(name.trim_start_matches("r#"), value),
        }
    }

    fn put_text(&mut self, field: &Field, text: &dyn Debug) {
        let mut bounded = String::new();
        // A string takes all.
        let _ = line::bounded(&mut bounded, text, FIELD_MAX);
        match field.name() {
            MESSAGE => self.message = bounded,
            "log.target" => self.target = Some(bounded),
            _ => self.put(field, bounded),
        }
    }
}

impl Visit for Told {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put_text(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put_text(field, value);
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::{fmt, registry};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no test panics here").extend_from_slice(line);
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_an_object_whatever_it_tells() {
        let written = Written::default();
        let writer = written.clone();
        let lines = fmt::layer().event_format(Json).with_writer(move || writer.clone());
        let logs = tracing::subscriber::set_default(registry().with(lines));
        let (link, reason) = ("00c0ffee00c0ffee", "a \"quoted\"\nline\u{202e}");
        tracing::info!(target: "echoclock", link, messages = 3, late = true, "closed: {reason}");
        tracing::warn!(target: "echoclock", reason, r#type = -1, part = 0.5, "x");
        tracing::error!(target: "echoclock", long = "y".repeat(2_000));
        drop(logs);
        let written = written.0.lock().expect("no test panics here");
        let lines = str::from_utf8(&written).expect("text");
        let without_time = lines.lines().map(|line| {
            let object: serde_json::Map<String, Value> = serde_json::from_str(line).expect(line);
            assert!(object["time"].as_str().expect("a text").ends_with('Z'), "{line}");
            let (_, rest) = line.split_once("Z\",").expect("it comes first");
            rest.to_owned()
        });
        let without_time: Vec<_> = without_time.collect();
        assert_eq!(
            without_time[0],
            r#""level":"INFO","target":"echoclock","message":"closed: a \"quoted\"\\u{a}line\\u{202e}","link":"00c0ffee00c0ffee","messages":3,"late":true}"#
        );
        assert_eq!(
            without_time[1],
            r#""level":"WARN","target":"echoclock","message":"x","reason":"a \"quoted\"\\u{a}line\\u{202e}","type":-1,"part":0.5}"#
        );
        assert!(without_time[2].len() < 1_200 && without_time[2].contains("bytes more"));
        assert_eq!(without_time.len(), 3);
    }
}
