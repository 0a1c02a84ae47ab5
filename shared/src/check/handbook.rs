//! All that is known of what paths do, as a page: `docs/PATHS.md`.

use std::fmt::Write;

use super::rule::{Remedy, Rule};
use super::rules;

mod opening;
mod symptoms;

pub use symptoms::SYMPTOMS;

/// Writes the page, in Markdown.
pub fn page() -> String {
    let mut page = opening::TEXT.to_owned();
    page.push_str("\n## Symptoms\n\n| symptom | what is seen | causes |\n|---|---|---|\n");
    for (name, says) in SYMPTOMS {
        let causes = rules::ALL.iter().filter(|rule| rule.symptoms.contains(name));
        let causes: Vec<_> = causes.map(|rule| format!("[{0}](#{0})", rule.id)).collect();
        let causes = if causes.is_empty() { "–".to_owned() } else { causes.join(", ") };
        line(&mut page, format_args!("| `{name}` | {says} | {causes} |"));
    }
    page.push_str("\n## Causes\n");
    for rule in rules::ALL {
        write_rule(&mut page, rule);
    }
    page
}

fn write_rule(page: &mut String, rule: &Rule) {
    let symptoms: Vec<_> = rule.symptoms.iter().map(|name| format!("`{name}`")).collect();
    line(page, format_args!("\n### {}\n", rule.id));
    line(page, format_args!("**{}.** ({})\n", rule.title, symptoms.join(", ")));
    line(page, format_args!("*How to recognise it:* {}\n", rule.symptom));
    line(page, format_args!("*Cause:* {}\n", rule.cause));
    line(page, format_args!("*What looks like it:* {}", rule.look_alikes));
    for remedy in rule.remedies {
        write_remedy(page, remedy);
    }
    page.push_str("\n*Rests on:*\n\n");
    for address in rule.rests_on {
        line(page, format_args!("- <{address}>"));
    }
}

fn write_remedy(page: &mut String, remedy: &Remedy) {
    let tried = match remedy.tried_on {
        Some(path) => format!(" Tried on [{path}](../e2e/paths/{path}.toml)."),
        None => String::new(),
    };
    let whom = remedy.hop.heading();
    line(page, format_args!("\n**{whom}.** {}{tried} Before:\n", remedy.note));
    line(page, format_args!("```text\n{}\n```\n", remedy.before));
    line(page, format_args!("After:\n\n```text\n{}\n```", remedy.after));
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = writeln!(page, "{text}");
}
