//! What is made of several figures for one thing (pure).

/// The middle of some figures, and between which they lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// Returns nothing where there are no figures.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = if sorted.len().is_multiple_of(2) {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        } else {
            sorted[middle]
        };
        Some(Self { median, least, most })
    }
}

/// The figure below which `share` of them lie, such as 0.99.
pub(crate) fn quantile(figures: &[f64], share: f64) -> Option<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied()
}

/// A line through points, by least squares.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) slope: f64,
    /// The slope's standard error.
    pub(crate) error: f64,
    pub(crate) start: f64,
}

impl Line {
    /// Returns nothing for fewer than three points, or where all have the same place.
    pub(crate) fn through(points: &[(f64, f64)]) -> Option<Self> {
        if points.len() < 3 {
            return None;
        }
        let count = points.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
        let (x, y) = (mean(|point| point.0), mean(|point| point.1));
        let across = points.iter().map(|point| (point.0 - x).powi(2)).sum::<f64>();
        if across == 0.0 {
            return None;
        }
        let along = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum::<f64>();
        let slope = along / across;
        let start = y - slope * x;
        let off = points.iter().map(|point| (point.1 - start - slope * point.0).powi(2));
        let error = (off.sum::<f64>() / (count - 2.0) / across).sqrt();
        Some(Self { slope, error, start })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_in_the_middle() {
        for (figures, expected) in [
            (vec![], None),
            (vec![3.0], Some((3.0, 3.0, 3.0))),
            (vec![9.0, 1.0, 2.0], Some((2.0, 1.0, 9.0))),
            (vec![4.0, 1.0, 2.0, 9.0], Some((3.0, 1.0, 9.0))),
        ] {
            let spread = Spread::of(figures).map(|found| (found.median, found.least, found.most));
            assert_eq!(spread, expected);
        }
    }

    #[test]
    fn a_quantile_is_one_of_the_figures() {
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        for (share, expected) in [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0)] {
            assert_eq!(quantile(&hundred, share), Some(expected));
        }
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[7.0], 0.01), Some(7.0));
    }

    #[test]
    fn a_line_tells_its_slope_and_how_sure_it_is() {
        let exact: Vec<_> = (0..10).map(|x| (f64::from(x), 5.0 + 2.0 * f64::from(x))).collect();
        let line = Line::through(&exact).unwrap();
        assert!((line.slope - 2.0).abs() < 1e-9 && line.error < 1e-9, "{line:?}");
        assert!((line.start - 5.0).abs() < 1e-9, "{line:?}");
        // Off by one to either side in turn: flat, within its error.
        let noisy: Vec<_> = (0..10).map(|x| (f64::from(x), f64::from(x % 2))).collect();
        let line = Line::through(&noisy).unwrap();
        assert!(line.slope.abs() < 2.0 * line.error, "{line:?}");
        assert!(Line::through(&exact[..2]).is_none());
        assert!(Line::through(&[(1.0, 1.0); 5]).is_none());
    }
}
