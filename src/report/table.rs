//! Rows with aligned columns. Pure.

use super::{Colour, harmless};

/// A table in the making.
pub(super) struct Table<const N: usize> {
    header: [&'static str; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    pub(super) fn new(header: [&'static str; N]) -> Self {
        Self { header, rows: Vec::new() }
    }

    pub(super) fn row(&mut self, row: [String; N]) {
        self.rows.push(row.map(|cell| harmless(&cell)));
    }

    /// The header, then a line for each row; a column that is empty in all of them is left out.
    pub(super) fn render(&self, colour: Colour) -> String {
        let columns: Vec<usize> = (0..N).filter(|&at| self.rows.iter().any(|row| !row[at].is_empty())).collect();
        let width = |text: &str| text.chars().count();
        let widths = columns.iter().map(|&at| {
            let cells = self.rows.iter().map(|row| width(&row[at]));
            cells.chain([width(self.header[at])]).max().unwrap_or(0)
        });
        let widths: Vec<usize> = widths.collect();
        let line = |cell: &dyn Fn(usize) -> String| {
            let cells = columns.iter().zip(&widths).map(|(&at, &width)| format!("{:width$}", cell(at)));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let header = line(&|at| self.header[at].to_owned());
        let mut out = match colour {
            Colour::Never => header,
            Colour::Always => format!("\u{1b}[1m{header}\u{1b}[0m"),
        };
        out.push('\n');
        for row in &self.rows {
            out.push_str(&line(&|at| row[at].clone()));
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table<3> {
        let mut table = Table::new(["NAME", "EMPTY", "LAST"]);
        table.row(["a".into(), String::new(), "x\u{1b}y".into()]);
        table.row(["länger".into(), String::new(), String::new()]);
        table
    }

    #[test]
    fn columns_are_aligned_and_empty_ones_left_out() {
        assert_eq!(table().render(Colour::Never), "NAME    LAST\na       x\\u{1b}y\nlänger\n");
    }

    #[test]
    fn on_a_terminal_the_header_stands_out() {
        assert!(table().render(Colour::Always).starts_with("\u{1b}[1mNAME    LAST\u{1b}[0m\na "));
    }
}
