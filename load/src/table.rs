//! A table for the terminal (pure): the first column to the left, figures to the right.

/// Rows of cells, the first of which holds the columns' names.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

/// A number as people read it: `12,345`.
pub(crate) fn grouped(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number <= -0.5 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["server", "µs"], ["a", "1.25"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(table(&rows), "server    µs\na       1.25\n");
    }

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in
            [(0.4, "0"), (999.0, "999"), (1000.0, "1,000"), (-1_234_567.0, "-1,234,567")]
        {
            assert_eq!(grouped(number), text);
        }
    }
}
