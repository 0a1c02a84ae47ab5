//! The confusion table: what it was, downwards, and what it was taken for, across (pure).

use std::collections::{BTreeMap, BTreeSet};

use super::judge::Verdict;
use crate::table;

/// How often what was taken for what.
#[derive(Clone, Debug, Default)]
pub(super) struct Confusion(BTreeMap<(String, String), u32>);

impl Confusion {
    pub(super) fn add(&mut self, verdict: &Verdict) {
        for pair in &verdict.taken {
            *self.0.entry(pair.clone()).or_default() += 1;
        }
    }

    /// Rows and columns bear the same numbers, so that what is right stands on the diagonal.
    pub(super) fn table(&self) -> String {
        let names: BTreeSet<_> = self.0.keys().flat_map(|(was, taken)| [was, taken]).collect();
        let mut rows = vec![vec!["it was, and was taken for".to_owned()]];
        rows[0].extend((1..=names.len()).map(|number| number.to_string()));
        for (number, was) in names.iter().enumerate() {
            let cells = names.iter().map(|taken| {
                let pair = ((*was).clone(), (*taken).clone());
                self.0.get(&pair).map_or(".".to_owned(), u32::to_string)
            });
            let name = format!("{:>2} {was}", number + 1);
            rows.push(std::iter::once(name).chain(cells).collect());
        }
        table::table(&rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_right_stands_on_the_diagonal() {
        let taken = |pairs: &[(&str, &str)]| Verdict {
            taken: pairs.iter().map(|(was, taken)| ((*was).into(), (*taken).into())).collect(),
            ..Verdict::default()
        };
        let mut confusion = Confusion::default();
        confusion.add(&taken(&[("a", "a"), ("b", "a")]));
        confusion.add(&taken(&[("a", "a")]));
        let expected = "it was, and was taken for  1  2\n\
                        \x201 a                       2  .\n\
                        \x202 b                       1  .\n";
        assert_eq!(confusion.table(), expected);
    }
}
