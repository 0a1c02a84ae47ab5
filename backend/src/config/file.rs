//! The file of settings: TOML, whose keys are the options' names.

use std::path::Path;

use clap::{Arg, Command};
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::fault::Fault;
use super::setting::{self, Heeded, Kind};
use super::source::Source;

/// One setting as the file has it.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Entry {
    /// The id of its argument.
    pub(super) id: String,
    /// Where it stands.
    pub(super) source: Source,
    /// Its values, as an option would have them.
    pub(super) values: Vec<String>,
    /// The same as the file has it.
    pub(super) written: String,
}

/// Reads what is heeded of a file's text. What the values mean is for the options to say.
pub(super) fn entries(
    path: &Path,
    text: &str,
    serve: &Command,
    heeded: Heeded,
) -> Result<Vec<Entry>, Fault> {
    let line_of = |at: usize| text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1;
    let table = DeTable::parse(text).map_err(|error| Fault::NotToml {
        path: path.to_owned(),
        line: line_of(error.span().map_or(0, |span| span.start)),
        fault: match error.span().and_then(|span| text.get(span)) {
            Some(place) if !place.trim().is_empty() && !place.contains('\n') => {
                format!("{}: {place}", error.message())
            }
            Some(_) | None => error.message().to_owned(),
        },
    })?;
    let mut found: Vec<_> = table.get_ref().iter().collect();
    // In the file's order, so that its first fault is told.
    found.sort_by_key(|(key, _)| key.span().start);
    let read = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let (key, line) = (AsRef::<str>::as_ref(key.get_ref()), line_of(key.span().start));
        let written = text.get(value.span()).unwrap_or_default().to_owned();
        let unknown = |key: String| Fault::Unknown {
            path: path.to_owned(),
            line,
            nearest: nearest(&key, serve),
            key,
        };
        let Some(argument) = setting::settings(serve).find(|it| setting::name(it) == key) else {
            return (heeded == Heeded::All).then(|| Err(unknown(key.to_owned())));
        };
        if !heeded.heeds(argument) {
            return None;
        }
        if let Some(key) = in_a_table(key, value.get_ref(), &written) {
            return Some(Err(unknown(key)));
        }
        let source = Source::File { path: path.to_owned(), line };
        Some(match values(argument, value.get_ref()) {
            Ok(values) => Ok(Entry { id: argument.get_id().to_string(), source, values, written }),
            Err(fault) => {
                Err(Fault::Value { name: key.to_owned(), value: written, from: source, fault })
            }
        })
    };
    found.into_iter().filter_map(read).collect()
}

/// Returns the key that the file has in place of a setting's, where that is a table by a key with dots or by
/// a heading: there is no value then that could be told.
fn in_a_table(key: &str, value: &DeValue<'_>, written: &str) -> Option<String> {
    let is_table = |value: &Spanned<DeValue<'_>>| value.get_ref().is_table();
    if let DeValue::Table(table) = value
        && !written.starts_with('{')
    {
        let inner = table.keys().next();
        return Some(
            inner.map_or(written.to_owned(), |inner| format!("{key}.{}", inner.get_ref())),
        );
    }
    let has_heading = written.starts_with("[[") && value.as_array()?.iter().all(is_table);
    has_heading.then(|| written.to_owned())
}

/// Returns a setting's values, or what they have to be.
fn values(setting: &Arg, value: &DeValue<'_>) -> Result<Vec<String>, String> {
    let written = setting::kind(setting).written();
    if !setting::is_list(setting) {
        let value = one(setting, value).ok_or_else(|| format!("not {written}"))?;
        return Ok(vec![value]);
    }
    let Some(values) = value.as_array() else {
        return Err(format!("not a list in square brackets, of values each {written}"));
    };
    // Nothing would be taken for no word of it.
    if values.is_empty() && !setting.get_default_values().is_empty() {
        return Err("not a list of one or more".to_owned());
    }
    let all: Option<_> = values.iter().map(|value| one(setting, value.get_ref())).collect();
    all.ok_or_else(|| format!("not a list of values, each {written}"))
}

fn one(setting: &Arg, value: &DeValue<'_>) -> Option<String> {
    match (setting::kind(setting), value) {
        (Kind::Switch, DeValue::Boolean(is_on)) => Some(is_on.to_string()),
        (Kind::Number, DeValue::Integer(number)) => Some(decimal(number)),
        (Kind::Text, DeValue::String(text)) => Some(text.to_string()),
        (Kind::Switch | Kind::Number | Kind::Text, _) => None,
    }
}

/// Writes a number as options take it; one that is larger than any of them stays as it is.
fn decimal(number: &DeInteger<'_>) -> String {
    let read = i128::from_str_radix(number.as_str(), number.radix());
    read.map_or_else(|_| number.to_string(), |number| number.to_string())
}

/// Returns the setting whose name takes the fewest changes to be this one.
fn nearest(key: &str, serve: &Command) -> String {
    let names = setting::settings(serve).map(setting::name);
    let changes = |name: &&str| strsim::osa_distance(key, name);
    names.min_by_key(changes).unwrap_or_default().to_owned()
}
