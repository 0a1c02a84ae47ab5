//! What is printed of the arguments' definition for those who install the program: completions for
//! shells, and manual pages.

use clap::{Command, ValueEnum};
use clap_complete::{Shell, generate};
use clap_mangen::Man;

use super::setting;

/// A manual page (section 1).
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Page {
    /// Of the program, `echoclock(1)`
    Echoclock,
    /// Of `echoclock serve`, `echoclock-serve(1)`
    Serve,
    /// Of `echoclock check`, `echoclock-check(1)`
    Check,
    /// Of `echoclock health`, `echoclock-health(1)`
    Health,
    /// Of `echoclock completions`, `echoclock-completions(1)`
    Completions,
    /// Of `echoclock manual`, `echoclock-manual(1)`
    Manual,
}

/// Returns what has a shell complete the arguments.
pub(super) fn completions(shell: Shell) -> String {
    let mut written = Vec::new();
    generate(shell, &mut setting::command(), PROGRAM, &mut written);
    text(written)
}

/// Returns a manual page, as roff.
pub(super) fn manual(page: Page) -> String {
    let mut program = setting::command();
    // The parts take their full names, such as echoclock-serve.
    program.build();
    let command: Command = match page {
        Page::Echoclock => program,
        Page::Serve | Page::Check | Page::Health | Page::Completions | Page::Manual => {
            let command = program.find_subcommand(name(page));
            command.expect("the pages are of parts of the definition").clone()
        }
    };
    let mut written = Vec::new();
    Man::new(command).render(&mut written).expect("a vector takes all that is written");
    text(written)
}

fn name(page: Page) -> String {
    page.to_possible_value().expect("no page is hidden").get_name().to_owned()
}

fn text(written: Vec<u8>) -> String {
    String::from_utf8(written).expect("what is written of a definition in UTF-8 is UTF-8")
}

const PROGRAM: &str = "echoclock";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_part_has_a_page_that_tells_all_its_options() {
        let program = setting::command();
        let pages: BTreeSet<_> = Page::value_variants().iter().copied().map(name).collect();
        let parts = program.get_subcommands().map(Command::get_name);
        assert_eq!(pages, parts.chain([PROGRAM]).map(str::to_owned).collect());
        for page in Page::value_variants() {
            let written = manual(*page);
            assert!(written.contains(".SH NAME"), "{page:?}");
            let command = program.find_subcommand(name(*page));
            for option in command.into_iter().flat_map(Command::get_opts) {
                let long = option.get_long().expect("all options are long ones");
                let roff = format!("\\-\\-{}", long.replace('-', "\\-"));
                assert!(written.contains(&roff), "{page:?} {roff}");
            }
        }
    }

    #[test]
    fn shells_complete_all_settings() {
        let program = setting::command();
        for shell in Shell::value_variants() {
            let written = completions(*shell);
            for setting in setting::settings(setting::serve(&program)) {
                assert!(written.contains(setting::name(setting)), "{shell} {setting}");
            }
        }
    }
}
