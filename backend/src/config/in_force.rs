//! What is in force, as a file of settings that says where each value comes from.

use clap::Arg;
use toml::Value;

use super::merged::Merged;
use super::setting::{self, Kind};

/// Writes all settings, each with where it comes from.
pub(super) fn written(merged: &Merged<'_>) -> String {
    setting::settings(merged.command).map(|setting| line(setting, merged)).collect()
}

fn line(setting: &Arg, merged: &Merged<'_>) -> String {
    let name = setting::name(setting);
    let values = values(setting, merged);
    let value = match (setting::is_list(setting), &values[..]) {
        (true, values) => Value::Array(values.to_vec()),
        (false, [value]) => value.clone(),
        (false, _) => return format!("# {name} is not set\n"),
    };
    match merged.source(setting) {
        Some(source) => format!("{name} = {value} # {}\n", comment(&source.to_string())),
        // A list that nobody has set.
        None => format!("{name} = {value} # by default\n"),
    }
}

/// Writes what a comment may hold: the path of a file may have signs that would end it (TOML, Comment).
fn comment(text: &str) -> String {
    let sign = |sign: char| match sign.is_control() {
        true => sign.escape_default().to_string(),
        false => sign.to_string(),
    };
    text.chars().map(sign).collect()
}

/// Writes a setting's value as the file has it.
pub(super) fn value(setting: &Arg, merged: &Merged<'_>) -> String {
    values(setting, merged).first().map(ToString::to_string).unwrap_or_default()
}

fn values(setting: &Arg, merged: &Merged<'_>) -> Vec<Value> {
    let id = setting.get_id().as_str();
    if setting::kind(setting) == Kind::Switch {
        return merged.matches.get_one(id).copied().map(Value::Boolean).into_iter().collect();
    }
    let is_number = setting::kind(setting) == Kind::Number;
    let written = merged.matches.get_raw(id).into_iter().flatten().map(|value| {
        let text = value.to_string_lossy();
        match text.parse() {
            Ok(number) if is_number => Value::Integer(number),
            Ok(_) | Err(_) => Value::String(text.into_owned()),
        }
    });
    written.collect()
}
