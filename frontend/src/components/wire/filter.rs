//! Which rows are shown.

use echoclock_shared::session::Part;
use echoclock_shared::transport::Transport;
use echoclock_shared::{say, words};

use crate::browser::lower;
use crate::wire::Row;

/// Which rows are shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Filter {
    /// Of this part; of all where there is none.
    pub(super) part: Option<Part>,
    /// With this text.
    pub(super) text: String,
}

impl Filter {
    /// Returns the rows that are shown.
    pub(super) fn of(&self, rows: &[Row]) -> Vec<Row> {
        let text = lower(self.text.trim());
        let fits = |row: &&Row| {
            self.part.is_none_or(|part| part == row.part)
                && (text.is_empty() || row.holds(&text, lower))
        };
        rows.iter().filter(fits).cloned().collect()
    }
}

/// Returns all parts, in the order in which they are offered.
pub(super) fn parts() -> impl Iterator<Item = Part> {
    [Part::Chat, Part::Clock].into_iter().chain(Transport::ALL.map(Part::Lane))
}

/// Returns what a part is called here.
pub(super) fn name(part: Part) -> String {
    match part {
        Part::Chat => words!("Chat").to_owned(),
        Part::Clock => words!("Clock").to_owned(),
        Part::Lane(transport) => say!("Lane: {transport}", transport),
    }
}
