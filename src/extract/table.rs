//! Tables row by row, each row readable for itself: a passage may hold a few rows and not their heading.

use aihio_actors::ports::ExtractError;

use super::composition::{Composition, Mark, one_line};

/// The widest table; cells beyond are left out.
const COLUMNS_MAX: usize = 512;
/// A column's name is short; a row of sentences is no row of names.
const COLUMN_NAME_CHARS_MAX: usize = 80;

/// Whether a table's first row names its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heads {
    /// The document says so, or tables of its kind are made so.
    First,
    /// Nobody says: where it has three columns or more and looks like names.
    Perhaps,
}

/// A table on its way into a composition.
#[derive(Debug)]
pub(super) struct Table {
    heads: Heads,
    columns: Columns,
}

#[derive(Debug, PartialEq, Eq)]
enum Columns {
    /// No row of several cells has come.
    Unknown,
    /// One has come that may name the columns, if others follow.
    Candidate(Vec<String>),
    Named(Vec<String>),
    Nameless,
}

impl Table {
    pub(super) const fn new(heads: Heads) -> Self {
        Self { heads, columns: Columns::Unknown }
    }

    /// The document says that the first row names the columns.
    pub(super) fn first_row_names(&mut self) {
        self.heads = Heads::First;
    }

    /// Puts down a row, in the order of its cells; an empty cell holds its place.
    ///
    /// # Errors
    /// [`ExtractError::TooLarge`] once the text is longer than is kept.
    pub(super) fn row(&mut self, cells: &[String], text: &mut Composition<'_>) -> Result<(), ExtractError> {
        let cells: Vec<String> = cells.iter().take(COLUMNS_MAX).map(|cell| one_line(cell)).collect();
        let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
        if filled == 0 {
            return Ok(());
        }
        match std::mem::replace(&mut self.columns, Columns::Nameless) {
            // One cell above a table is its caption.
            Columns::Unknown if filled == 1 => {
                self.columns = Columns::Unknown;
                text.paragraph(&cells.concat())
            }
            Columns::Unknown if names_columns(&cells, self.heads) => {
                self.columns = Columns::Candidate(cells);
                Ok(())
            }
            Columns::Unknown | Columns::Nameless => text.item(0, Mark::Bullet, &nameless(&cells)),
            Columns::Candidate(names) | Columns::Named(names) => {
                let row = named(&names, &cells);
                self.columns = Columns::Named(names);
                text.item(0, Mark::Bullet, &row)
            }
        }
    }

    /// The table ends. Names of columns without rows are all there is to say.
    ///
    /// # Errors
    /// As with [`row`](Self::row).
    pub(super) fn end(self, text: &mut Composition<'_>) -> Result<(), ExtractError> {
        match self.columns {
            Columns::Candidate(cells) => text.item(0, Mark::Bullet, &nameless(&cells)),
            Columns::Unknown | Columns::Named(_) | Columns::Nameless => Ok(()),
        }
    }
}

fn names_columns(cells: &[String], heads: Heads) -> bool {
    let names: Vec<&String> = cells.iter().filter(|cell| !cell.is_empty()).collect();
    let like_names = names.iter().enumerate().all(|(n, name)| {
        let repeated = names.iter().take(n).any(|earlier| earlier == name);
        !repeated && name.chars().count() <= COLUMN_NAME_CHARS_MAX && name.chars().any(char::is_alphabetic)
    });
    match heads {
        // Years and sizes name columns too, but a row of numbers alone is a row.
        Heads::First => names.iter().any(|name| name.chars().any(char::is_alphabetic)),
        Heads::Perhaps => like_names && cells.len() > 2 && names.len() == cells.len(),
    }
}

fn named(names: &[String], cells: &[String]) -> String {
    let name = |n: usize| names.get(n).map(String::as_str).filter(|name| !name.is_empty());
    let filled = cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
    let parts = filled.map(|(n, cell)| match name(n) {
        Some(name) => format!("{}: {cell}", name.trim_end_matches(':')),
        None => cell.clone(),
    });
    parts.collect::<Vec<_>>().join("; ")
}

fn nameless(cells: &[String]) -> String {
    let filled: Vec<&str> = cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    match filled.as_slice() {
        // Two columns are a thing and what is said of it.
        [thing, said] if cells.len() == 2 => format!("{}: {said}", thing.trim_end_matches(':')),
        cells => cells.join(" | "),
    }
}

#[cfg(test)]
mod tests {
    use super::super::limits::ExtractLimits;
    use super::*;

    fn put_down(heads: Heads, rows: &[&[&str]]) -> String {
        let limits = ExtractLimits::default();
        let mut text = Composition::new(&limits);
        let mut table = Table::new(heads);
        for row in rows {
            let cells: Vec<String> = row.iter().map(|cell| (*cell).to_owned()).collect();
            table.row(&cells, &mut text).unwrap();
        }
        table.end(&mut text).unwrap();
        text.finish()
    }

    #[test]
    fn each_row_names_its_columns() {
        let rows: &[&[&str]] = &[
            &["Prices 2026", "", ""],
            &["Product", "Price:", "2027"],
            &["Tea\nbag", "3 €", ""],
            &["", "", "4 €"],
        ];
        assert_eq!(
            put_down(Heads::First, rows),
            "Prices 2026\n\n- Product: Tea bag; Price: 3 €\n- 2027: 4 €"
        );
    }

    #[test]
    fn without_names_the_cells_stand_side_by_side() {
        assert_eq!(
            put_down(Heads::Perhaps, &[&["Opens", "9"], &["Closes:", "17"]]),
            "- Opens: 9\n- Closes: 17"
        );
        assert_eq!(
            put_down(Heads::Perhaps, &[&["1", "2", "3"], &["4", "5", "6"]]),
            "- 1 | 2 | 3\n- 4 | 5 | 6"
        );
        assert_eq!(put_down(Heads::First, &[&["1", "2"], &["3", "4"]]), "- 1: 2\n- 3: 4");
    }

    #[test]
    fn three_columns_that_look_named_are() {
        let rows: &[&[&str]] = &[&["Day", "From", "To"], &["Monday", "9", "17"]];
        assert_eq!(put_down(Heads::Perhaps, rows), "- Day: Monday; From: 9; To: 17");
    }

    #[test]
    fn a_table_of_names_alone_is_not_lost() {
        assert_eq!(put_down(Heads::First, &[&["Product", "Price"]]), "- Product: Price");
        assert_eq!(put_down(Heads::First, &[]), "");
    }
}
