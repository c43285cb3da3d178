//! Tables of separated values to text (RFC 4180 and what programs make of it).

use aihio_actors::ports::{ExtractError, Extracted};
use csv::{ReaderBuilder, StringRecord};

use super::composition::Composition;
use super::limits::ExtractLimits;
use super::table::{Heads, Table};
use super::text::tidy;

/// What may stand between values; the first wins where two fit.
const SEPARATORS: [u8; 4] = *b",;\t|";
/// How many lines are looked at to find the separator.
const SAMPLE_RECORDS: usize = 20;

/// Reads a table: a line for each row, each value with its column's name.
///
/// # Errors
/// [`ExtractError::Empty`] without a value, [`ExtractError::TooLarge`] for too much text.
pub(super) fn read(text: &str, limits: &ExtractLimits) -> Result<Extracted, ExtractError> {
    let mut records = reader(text, separator(text));
    let mut composition = Composition::new(limits);
    let mut table = Table::new(Heads::First);
    let mut record = StringRecord::new();
    // Text in memory is read without fault, and rows may differ in length.
    while records.read_record(&mut record).unwrap_or_default() {
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        table.row(&cells, &mut composition)?;
    }
    table.end(&mut composition)?;
    Ok(Extracted { title: None, text: tidy(&composition.finish(), limits)? })
}

fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

/// The separator that cuts most lines alike, and into most values.
fn separator(text: &str) -> u8 {
    let fits = |separator: u8| {
        let widths: Vec<usize> = reader(text, separator)
            .into_records()
            .map_while(Result::ok)
            .take(SAMPLE_RECORDS)
            .map(|record| record.len())
            .collect();
        let first = widths.first().copied().unwrap_or_default();
        let alike = widths.iter().filter(|width| **width == first && first > 1).count();
        (alike, first)
    };
    SEPARATORS.into_iter().rev().max_by_key(|separator| fits(*separator)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_table(text: &str) -> Result<String, ExtractError> {
        read(text, &ExtractLimits::default()).map(|read| read.text)
    }

    #[test]
    fn the_separator_is_found() {
        for table in
            ["Product,Price\nPump,\"1,5 €\"\n", "Product;Price\nPump;1,5 €", "Product\tPrice\r\nPump\t1,5 €"]
        {
            assert_eq!(read_table(table), Ok("- Product: Pump; Price: 1,5 €".into()), "{table}");
        }
        assert_eq!(read_table("Name\nAda\nBob"), Ok("Name\n\nAda\n\nBob".into()));
    }

    #[test]
    fn values_may_hold_line_ends_and_rows_may_be_ragged() {
        let table = "Question,Answer\n\"Why,\nreally?\",\"Because \"\"so\"\".\"\nAlone\nA,B,C\n";
        assert_eq!(
            read_table(table),
            Ok("- Question: Why, really?; Answer: Because \"so\".\n- Question: Alone\n- Question: A; Answer: B; C".into())
        );
    }

    #[test]
    fn a_quote_that_never_ends_is_one_value() {
        assert!(read_table("a,b\n\"never,\nends").is_ok());
        assert_eq!(read_table(",,\n,,"), Err(ExtractError::Empty));
    }
}
