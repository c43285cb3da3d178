//! Excel workbooks to text: a heading for each sheet, a line for each row.

use std::io::Cursor;

use aihio_actors::ports::{ExtractError, Extracted};
use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::archive::Archive;
use super::composition::Composition;
use super::limits::ExtractLimits;
use super::office;
use super::table::{Heads, Table};
use super::text::tidy;

/// The parts that the library unpacks, which counts nothing itself.
const PARTS: [&str; 2] = [".xml", ".rels"];
/// Cells further right are left out: a sheet has 16,384 columns, and rows that wide are no rows to read.
const COLUMNS_MAX: usize = 512;

/// Reads a workbook. Its cells come one by one, so a sheet that claims a billion of them takes no more room than those
/// that are there.
///
/// # Errors
/// [`ExtractError::Malformed`] for a damaged or locked workbook, and what its archive's limits yield.
pub(super) fn read(bytes: &[u8], limits: &ExtractLimits) -> Result<Extracted, ExtractError> {
    let mut archive = Archive::open(bytes, limits)?;
    archive.audit(&PARTS)?;
    let title = office::title(&mut Archive::open(bytes, limits)?)?;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let sheets: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut text = Composition::new(limits);
    for sheet in sheets {
        text.heading(2, &sheet)?;
        put_down(&mut workbook, &sheet, &mut text)?;
    }
    Ok(Extracted { title, text: tidy(&text.finish(), limits)? })
}

fn put_down(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    text: &mut Composition<'_>,
) -> Result<(), ExtractError> {
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(damaged)?;
    let mut table = Table::new(Heads::First);
    let (mut row, mut at) = (Vec::new(), 0);
    while let Some(cell) = cells.next_cell().map_err(damaged)? {
        let (row_of_cell, column) = cell.get_position();
        if row_of_cell != at {
            table.row(&std::mem::take(&mut row), text)?;
            at = row_of_cell;
        }
        place(&mut row, usize::try_from(column).unwrap_or(usize::MAX), words(cell.get_value()));
    }
    table.row(&row, text)?;
    table.end(text)
}

fn place(row: &mut Vec<String>, column: usize, words: String) {
    if column >= COLUMNS_MAX || words.is_empty() {
        return;
    }
    if row.len() <= column {
        row.resize(column + 1, String::new());
    }
    if let Some(cell) = row.get_mut(column) {
        *cell = words;
    }
}

fn words(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(words) | DataRef::DateTimeIso(words) | DataRef::DurationIso(words) => words.clone(),
        DataRef::SharedString(words) => (*words).to_owned(),
        DataRef::Bool(truth) => if *truth { "yes" } else { "no" }.to_owned(),
        DataRef::DateTime(moment) => moment_words(*moment),
        // What a formula could not work out says nothing.
        DataRef::Error(_) => String::new(),
    }
}

/// A date, a time of day, both, or a duration: whatever the number stands for.
fn moment_words(moment: ExcelDateTime) -> String {
    if moment.is_duration() {
        let minutes = moment.as_f64() * 24.0 * 60.0;
        return format!("{} h {} min", (minutes / 60.0).trunc(), (minutes % 60.0).round());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let time = if second == 0 {
        format!("{hour:02}:{minute:02}")
    } else {
        format!("{hour:02}:{minute:02}:{second:02}")
    };
    let date = format!("{year:04}-{month:02}-{day:02}");
    match moment.as_f64() {
        days if days < 1.0 => time,
        days if days.fract() == 0.0 => date,
        _ => format!("{date} {time}"),
    }
}

fn damaged(fault: XlsxError) -> ExtractError {
    match fault {
        XlsxError::Password => super::archive::locked(),
        // What the library says names its own inner workings, which help no owner of a document.
        _ => ExtractError::Malformed("the workbook is damaged".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::zip_of;
    use super::*;

    fn workbook(sheet: &str) -> Result<Extracted, ExtractError> {
        const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let way = |kind: &str, target: &str| {
            format!(
                "<Relationships><Relationship Id='r1' Type='{TYPES}/{kind}' Target='{target}'/></Relationships>"
            )
        };
        let files = [
            ("_rels/.rels", way("officeDocument", "xl/workbook.xml")),
            (
                "xl/workbook.xml",
                "<workbook><sheets><sheet name='Prices' r:id='r1'/></sheets></workbook>".into(),
            ),
            ("xl/_rels/workbook.xml.rels", way("worksheet", "worksheets/s.xml")),
            ("xl/worksheets/s.xml", sheet.to_owned()),
        ];
        let files = files.map(|(name, text)| (name, text.replace('\'', "\"")));
        let zip = zip_of(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
        read(&zip, &ExtractLimits::default())
    }

    #[test]
    fn rows_name_their_columns() {
        let cell = |at: &str, words: &str| format!("<c r='{at}' t='inlineStr'><is><t>{words}</t></is></c>");
        let sheet = format!(
            "<worksheet><sheetData><row r='1'>{}{}</row><row r='3'>{}<c r='C3'><v>0.5</v></c></row></sheetData></worksheet>",
            cell("A1", "Product"),
            cell("C1", "Price"),
            cell("A3", "Pump")
        );
        assert_eq!(workbook(&sheet).unwrap().text, "## Prices\n\n- Product: Pump; Price: 0.5");
    }

    #[test]
    fn a_lie_about_a_sheets_size_takes_no_room() {
        let sheet = "<worksheet><dimension ref='A1:XFD1048576'/><sheetData><row r='1'><c r='A1'><v>1</v></c></row>\
            <row r='1048576'><c r='XFD1048576'><v>2</v></c><c r='B1048576'><v>3</v></c></row></sheetData></worksheet>";
        assert_eq!(workbook(sheet).unwrap().text, "## Prices\n\n1\n\n3");
    }

    #[test]
    fn moments_are_said_as_people_say_them() {
        let moment = |days| ExcelDateTime::new(days, calamine::ExcelDateTimeType::DateTime, false);
        assert_eq!(moment_words(moment(46_023.0)), "2026-01-01");
        assert_eq!(moment_words(moment(46_023.5)), "2026-01-01 12:00");
        assert_eq!(moment_words(moment(0.75)), "18:00");
        let duration = ExcelDateTime::new(1.0625, calamine::ExcelDateTimeType::TimeDelta, false);
        assert_eq!(moment_words(duration), "25 h 30 min");
    }

    #[test]
    fn a_workbook_without_its_sheet_is_malformed() {
        assert!(matches!(workbook("<worksheet><sheetData><row r='1'>"), Err(ExtractError::Malformed(_))));
    }
}
