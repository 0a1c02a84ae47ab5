//! The runs of a benchmark over numbers of links: sorted by number and by server.

use std::time::Duration;

use anyhow::{Error, Result};

use super::contenders::Contender;
use super::report;
use crate::stats::Spread;
use crate::table::{grouped, table};

/// Runs and failures, by the number of links and the server.
#[derive(Debug)]
pub(super) struct Crowd<R> {
    cells: Vec<Cell<R>>,
}

#[derive(Debug)]
struct Cell<R> {
    links: usize,
    contender: Contender,
    runs: Vec<R>,
    failure: Option<String>,
}

impl<R> Crowd<R> {
    pub(super) fn new(sizes: &[usize], contenders: &[Contender]) -> Self {
        let all = sizes.iter().flat_map(|&links| contenders.iter().map(move |who| (links, *who)));
        let cell = |(links, contender)| Cell { links, contender, runs: Vec::new(), failure: None };
        Self { cells: all.map(cell).collect() }
    }

    /// Keeps what a run came to; a failure is shown and stops nobody else.
    pub(super) fn push(&mut self, links: usize, contender: Contender, run: Result<R>) {
        let here = |cell: &&mut Cell<R>| cell.links == links && cell.contender == contender;
        let Some(cell) = self.cells.iter_mut().find(here) else { return };
        match run {
            Ok(run) => cell.runs.push(run),
            Err(error) => cell.failure = Some(first_line(&error)),
        }
    }

    pub(super) fn spread(
        &self,
        links: usize,
        contender: Contender,
        of: fn(&R) -> f64,
    ) -> Option<Spread> {
        Spread::of(self.cell(links, contender)?.runs.iter().map(of))
    }

    pub(super) fn failure(&self, links: usize, contender: Contender) -> Option<String> {
        self.cell(links, contender)?.failure.clone()
    }

    fn cell(&self, links: usize, contender: Contender) -> Option<&Cell<R>> {
        self.cells.iter().find(|cell| cell.links == links && cell.contender == contender)
    }

    /// A table that shows whether a figure grows with the number of links: a column per number.
    pub(super) fn growth(&self, what: &str, of: fn(&R) -> f64) -> String {
        let mut sizes: Vec<_> = self.cells.iter().map(|cell| cell.links).collect();
        sizes.sort_unstable();
        sizes.dedup();
        let names = sizes.iter().map(|size| grouped(*size as f64));
        let mut rows = vec![std::iter::once(what.to_owned()).chain(names).collect::<Vec<_>>()];
        for cell in self.cells.iter().filter(|cell| Some(&cell.links) == sizes.first()) {
            let figures = sizes.iter().map(|&size| {
                report::cell(
                    self.spread(size, cell.contender, of).map(|spread| Spread {
                        least: spread.median,
                        most: spread.median,
                        ..spread
                    }),
                    |figure| format!("{figure:.1}"),
                )
            });
            rows.push(std::iter::once(cell.contender.name().to_owned()).chain(figures).collect());
        }
        format!("\nlinear is what stays the same from left to right\n{}", table(&rows))
    }
}

fn first_line(error: &Error) -> String {
    format!("{error:#}").lines().next().unwrap_or_default().to_owned()
}

/// How long a server that has just started needs to come to rest.
pub(super) const SETTLES: Duration = Duration::from_millis(300);
