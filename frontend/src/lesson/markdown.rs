//! The lesson as a document.

use std::fmt::Write;

use echoclock_shared::path::CLOCK;
use echoclock_shared::transport::Transport;

use super::{Lesson, Step, lesson};
use crate::format::capitalised;

/// Writes all lessons as Markdown.
pub fn markdown() -> String {
    let mut text = String::from(HEAD);
    for transport in Transport::ALL {
        let compared = &lesson(transport).compared;
        row(
            &mut text,
            [
                &format!("[{}](#{})", capitalised(&transport.to_string()), anchor(transport)),
                compared.delay.words(),
                compared.holds.words(),
                compared.resumes.words(),
                compared.proxies.words(),
            ],
        );
    }
    text.push_str(SIX);
    for transport in Transport::ALL {
        section(&mut text, transport, lesson(transport));
    }
    text
}

const HEAD: &str = "\
# The six transports

A server can talk to a browser in six ways. Echoclock follows one clock over all of them, side by side, so that what they
cost can be seen instead of believed. On the page each lane carries this lesson with the exchange of the run at hand.

| transport | delay of news | holds open | goes on after a loss | a proxy in between |
|---|---|---|---|---|
";

const SIX: &str = "
Every lane resumes from a cursor: the number of the last tick that it has. A tick that is missing would leave a hole in the
numbers, and what is past the server's memory is told as a gap.

**Six connections.** Browsers open at most six HTTP/1.1 connections to one origin, over all tabs together, and keep further
requests waiting without a word. Long polls, streams, frames and event streams hold one each; sockets are counted apart. Over
HTTP/2 all requests share one connection.
";

fn section(text: &mut String, transport: Transport, lesson: &Lesson) {
    let name = capitalised(&transport.to_string());
    let Lesson { how, steps, cost, when, rules, .. } = lesson;
    write(text, format_args!("\n## {name}\n\n`{}`\n\n", transport.of(CLOCK)));
    write(text, format_args!("**How it works.** {how}\n\n```\n"));
    diagram(text, steps);
    write(text, format_args!("```\n\n**What it costs.** {cost}\n\n"));
    write(text, format_args!("**When to use it.** {when}\n\n**What rules it.**\n\n"));
    for rule in *rules {
        write(text, format_args!("- [{}]({})\n", rule.text, rule.url));
    }
}

/// Draws two lifelines and what passes between them.
fn diagram(text: &mut String, steps: &[Step]) {
    write(text, format_args!("browser{:>width$}\n", "server", width = WIDTH));
    for step in steps {
        match step {
            Step::Up(said) => {
                let said = said.words();
                let shaft = "─".repeat(WIDTH - 5 - said.chars().count());
                write(text, format_args!("   │ {said} {shaft}▶ │\n"));
            }
            Step::Down(said) => {
                let said = said.words();
                let shaft = "─".repeat(WIDTH - 5 - said.chars().count());
                write(text, format_args!("   │ ◀{shaft} {said} │\n"));
            }
            Step::Wait(what) => {
                write(text, format_args!("   ┊ {what:^width$} ┊\n", width = WIDTH - 3));
            }
        }
    }
}

/// How many columns lie between the lifelines.
const WIDTH: usize = 56;

fn anchor(transport: Transport) -> String {
    transport.to_string().to_lowercase().replace(' ', "-")
}

fn row(text: &mut String, cells: [&str; 5]) {
    write(text, format_args!("| {} |\n", cells.join(" | ")));
}

fn write(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what).expect("a string takes all that is written");
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;

    const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/TRANSPORTS.md");

    #[test]
    fn the_document_says_what_the_page_says() {
        if env::var_os("ECHOCLOCK_WRITE_DOCS").is_some() {
            fs::write(DOCUMENT, markdown()).expect("the document can be written");
        }
        let written = fs::read_to_string(DOCUMENT).expect("there is a document");
        assert!(
            written == markdown(),
            "docs/TRANSPORTS.md is not what frontend/src/lesson says; ECHOCLOCK_WRITE_DOCS=1 cargo \
             test --package echoclock-frontend writes it"
        );
    }

    #[test]
    fn diagrams_are_straight() {
        for transport in Transport::ALL {
            let mut text = String::new();
            diagram(&mut text, lesson(transport).steps);
            let widths = text.lines().skip(1).map(|line| line.chars().count());
            assert!(widths.clone().all(|width| width == WIDTH + 4), "{text}");
        }
    }
}
