//! Word documents to text (ECMA-376 part 1, section 17).

use aihio_actors::ports::{ExtractError, Extracted};

use super::super::archive::Archive;
use super::super::composition::Composition;
use super::super::limits::ExtractLimits;
use super::super::package::main_part_name;
use super::super::table::{Heads, Table};
use super::super::text::{markdown, tidy};
use super::super::xml::{Element, Node, Xml};
use super::numbering::Numbering;
use super::relationships;
use super::styles::Styles;

/// Reads a Word document: headings, paragraphs, lists, tables, and its notes at the end. Headers and footers,
/// comments, hidden text and what was deleted are no part of what it says.
///
/// # Errors
/// [`ExtractError::Malformed`] for a damaged or locked document, and what its archive's limits yield.
pub(in crate::extract) fn read(bytes: &[u8], limits: &ExtractLimits) -> Result<Extracted, ExtractError> {
    let mut archive = Archive::open(bytes, limits)?;
    let main = main_part_name(&mut archive)?;
    let related = relationships::from(&main, &mut archive)?;
    let mut part = |kind: &str| {
        let found = related.iter().find(|relationship| relationship.kind == kind);
        found.map(|relationship| archive.text(&relationship.target)).transpose().map(Option::flatten)
    };
    let styles = part("styles")?.map(|text| Styles::read(&text)).transpose()?.unwrap_or_default();
    let numbering = part("numbering")?.map(|text| Numbering::read(&text)).transpose()?.unwrap_or_default();
    let notes = [part("footnotes")?, part("endnotes")?];
    let mut writer =
        Writer { text: Composition::new(limits), styles, numbering, open: Vec::new(), tables: Vec::new() };
    writer.write(&archive.required(&main)?)?;
    for part in notes.into_iter().flatten() {
        writer.write(&part)?;
    }
    let title = super::title(&mut archive)?;
    let read = markdown(tidy(&writer.text.finish(), limits)?);
    Ok(Extracted { title: title.or(read.title), ..read })
}

/// Puts down what it is shown.
struct Writer<'a> {
    text: Composition<'a>,
    styles: Styles,
    numbering: Numbering,
    /// Paragraphs that have begun: a text box lies within one.
    open: Vec<Paragraph>,
    /// Tables that have begun, the innermost last.
    tables: Vec<OpenTable>,
}

#[derive(Default)]
struct Paragraph {
    words: String,
    style: String,
    outline: Option<usize>,
    list: Option<String>,
    level: usize,
    visibility: Visibility,
}

/// Whether a run's text is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Visibility {
    #[default]
    Shown,
    Hidden,
}

struct OpenTable {
    table: Table,
    cells: Vec<String>,
}

impl Writer<'_> {
    fn write(&mut self, part: &str) -> Result<(), ExtractError> {
        let mut xml = Xml::new(part);
        let mut in_text = false;
        while let Some(node) = xml.next()? {
            match node {
                Node::Open(element) => match element.name.as_str() {
                    // A drawing's second form for old readers, the past of a tracked change, notes that are lines.
                    "Fallback" | "pPrChange" | "rPrChange" | "moveFrom" => xml.skip()?,
                    "footnote" | "endnote" if element.attribute("type").is_some() => xml.skip()?,
                    "t" => in_text = true,
                    _ => self.open(&element),
                },
                Node::Text(words) if in_text => self.say(&words),
                Node::Text(_) => {}
                Node::Close(name) => {
                    in_text &= name != "t";
                    self.close(&name)?;
                }
            }
        }
        Ok(())
    }

    fn open(&mut self, element: &Element) {
        let value = || element.attribute("val").unwrap_or_default();
        match element.name.as_str() {
            "tbl" => self.tables.push(OpenTable { table: Table::new(Heads::Perhaps), cells: Vec::new() }),
            "tc" => {
                self.tables.iter_mut().last().into_iter().for_each(|table| table.cells.push(String::new()));
            }
            "tblHeader" => {
                if let Some(open) = self.tables.last_mut() {
                    open.table.first_row_names();
                }
            }
            "p" => self.open.push(Paragraph::default()),
            "tab" | "br" | "cr" => self.say(" "),
            "noBreakHyphen" => self.say("-"),
            name => {
                let Some(paragraph) = self.open.last_mut() else { return };
                match name {
                    "pStyle" => paragraph.style = value().to_owned(),
                    "outlineLvl" => paragraph.outline = element.number("val").filter(|level| *level < 9),
                    "numId" => paragraph.list = Some(value().to_owned()),
                    "ilvl" => paragraph.level = element.number("val").unwrap_or_default(),
                    "r" => paragraph.visibility = Visibility::Shown,
                    "vanish" if !matches!(value(), "0" | "false") => {
                        paragraph.visibility = Visibility::Hidden;
                    }
                    _ => {}
                }
            }
        }
    }

    fn say(&mut self, words: &str) {
        if let Some(paragraph) = self.open.last_mut().filter(|open| open.visibility == Visibility::Shown) {
            paragraph.words.push_str(words);
        }
    }

    fn close(&mut self, name: &str) -> Result<(), ExtractError> {
        match name {
            "p" => self.end_paragraph(),
            "tr" => match self.tables.last_mut() {
                Some(open) => open.table.row(&std::mem::take(&mut open.cells), &mut self.text),
                None => Ok(()),
            },
            "tbl" => match self.tables.pop() {
                Some(open) => open.table.end(&mut self.text),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn end_paragraph(&mut self) -> Result<(), ExtractError> {
        let Some(paragraph) = self.open.pop() else { return Ok(()) };
        if let Some(cell) = self.tables.last_mut().and_then(|open| open.cells.last_mut()) {
            cell.push(' ');
            cell.push_str(&paragraph.words);
            return Ok(());
        }
        let heading =
            paragraph.outline.map(|level| level + 1).or_else(|| self.styles.heading(&paragraph.style));
        if let Some(level) = heading {
            return self.text.heading(level, &paragraph.words);
        }
        // List 0 takes a paragraph out of the list that its style brings (section 17.9.18).
        let list =
            paragraph.list.or_else(|| self.styles.numbering(&paragraph.style)).filter(|list| list != "0");
        match list {
            Some(list) if !paragraph.words.trim().is_empty() => {
                let mark = self.numbering.next(&list, paragraph.level);
                self.text.item(paragraph.level, mark, &paragraph.words)
            }
            _ => self.text.paragraph(&paragraph.words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::zip_of;
    use super::*;

    const TYPES: &str = "<Types><Override PartName='/word/document.xml' ContentType='application/\
        vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'/></Types>";

    fn body(xml: &str) -> Result<Extracted, ExtractError> {
        let document = format!("<w:document><w:body>{xml}</w:body></w:document>");
        let zip = zip_of(&[("[Content_Types].xml", TYPES), ("word/document.xml", &document)]);
        read(&zip, &ExtractLimits::default())
    }

    fn paragraph(words: &str) -> String {
        format!("<w:p><w:r><w:t>{words}</w:t></w:r></w:p>")
    }

    #[test]
    fn what_is_hidden_deleted_or_said_twice_is_left_out() {
        let read = body(
            "<w:p><w:r><w:t>One</w:t><w:tab/><w:t>line.</w:t></w:r>\
             <w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>\
             <w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom>\
             <w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>Box.</w:t></w:r></w:p></w:txbxContent>\
             </mc:Choice><mc:Fallback><w:p><w:r><w:t>Box.</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>\
             <w:instrText>PAGE</w:instrText><w:t> Shown.</w:t></w:r></w:p>",
        );
        assert_eq!(read.unwrap().text, "Box.\n\nOne line. Shown.");
    }

    #[test]
    fn tables_may_lie_in_tables() {
        let cell = |inner: &str| format!("<w:tc>{inner}</w:tc>");
        let inner =
            format!("<w:tbl><w:tr>{}{}</w:tr></w:tbl>", cell(&paragraph("in")), cell(&paragraph("deep")));
        let row = format!("<w:tr>{}{}</w:tr>", cell(&paragraph("out")), cell(&(inner + &paragraph("side"))));
        assert_eq!(body(&format!("<w:tbl>{row}</w:tbl>")).unwrap().text, "- in: deep\n- out: side");
    }

    #[test]
    fn a_document_without_words_is_empty_and_without_its_part_malformed() {
        assert_eq!(body("<w:p/>"), Err(ExtractError::Empty));
        let zip = zip_of(&[("[Content_Types].xml", TYPES)]);
        assert!(matches!(read(&zip, &ExtractLimits::default()), Err(ExtractError::Malformed(_))));
    }

    #[test]
    fn tables_without_end_are_too_deep() {
        let deep = "<w:tbl><w:tr><w:tc>".repeat(50_000);
        assert!(matches!(body(&deep), Err(ExtractError::TooLarge(_))));
    }
}
