//! OpenDocument texts, presentations and spreadsheets to text (ODF 1.3 part 3): one grammar serves all three.

use aihio_actors::ports::{ExtractError, Extracted};

use super::archive::{Archive, locked};
use super::composition::{Composition, Mark};
use super::limits::ExtractLimits;
use super::table::{Heads, Table};
use super::text::{markdown, tidy, title_of};
use super::xml::{Element, Node, Xml};

/// A cell or a blank that is repeated more often fills the rest of a line, and says nothing.
const REPEATED_MAX: usize = 512;

/// Parts that are about the document and not of it.
const ASIDE: [&str; 7] =
    ["annotation", "tracked-changes", "title", "desc", "note-citation", "forms", "covered-table-cell"];

/// Reads a document: headings with sheets and slides among them, paragraphs, lists, tables, notes.
///
/// # Errors
/// [`ExtractError::Malformed`] for a damaged or locked document, and what its archive's limits yield.
pub(super) fn read(bytes: &[u8], limits: &ExtractLimits) -> Result<Extracted, ExtractError> {
    let mut archive = Archive::open(bytes, limits)?;
    let manifest = archive.text("META-INF/manifest.xml")?.unwrap_or_default();
    if manifest.contains("encryption-data") {
        return Err(locked());
    }
    let mut writer = Writer::new(limits);
    writer.write(&archive.required("content.xml")?)?;
    let title = archive.text("meta.xml")?.map(|meta| title(&meta)).transpose()?.flatten();
    let read = markdown(tidy(&writer.text.finish(), limits)?);
    Ok(Extracted { title: title.or(read.title), ..read })
}

fn title(meta: &str) -> Result<Option<String>, ExtractError> {
    let mut xml = Xml::new(meta);
    while let Some(node) = xml.next()? {
        if matches!(&node, Node::Open(element) if element.name == "title") {
            return Ok(match xml.next()? {
                Some(Node::Text(words)) => title_of(&words),
                _ => None,
            });
        }
    }
    Ok(None)
}

/// Puts down what it is shown.
struct Writer<'a> {
    text: Composition<'a>,
    /// Paragraphs that have begun: a note lies within one.
    open: Vec<Paragraph>,
    tables: Vec<OpenTable>,
    lists: usize,
    slides: usize,
    heads: Heads,
}

struct Paragraph {
    words: String,
    heading: Option<usize>,
}

struct OpenTable {
    table: Table,
    cells: Vec<String>,
    /// How often the cell that is open stands.
    repeated: usize,
}

impl<'a> Writer<'a> {
    const fn new(limits: &'a ExtractLimits) -> Self {
        let text = Composition::new(limits);
        Self { text, open: Vec::new(), tables: Vec::new(), lists: 0, slides: 0, heads: Heads::Perhaps }
    }

    fn write(&mut self, content: &str) -> Result<(), ExtractError> {
        let mut xml = Xml::new(content);
        while let Some(node) = xml.next()? {
            match node {
                Node::Open(element) if ASIDE.contains(&element.name.as_str()) => {
                    if element.name == "covered-table-cell" {
                        self.cell(&element);
                    }
                    xml.skip()?;
                }
                Node::Open(element) => self.open(&element)?,
                Node::Text(words) => self.say(&words),
                Node::Close(name) => self.close(&name)?,
            }
        }
        Ok(())
    }

    fn open(&mut self, element: &Element) -> Result<(), ExtractError> {
        match element.name.as_str() {
            "spreadsheet" => self.heads = Heads::First,
            "page" => {
                self.slides += 1;
                let named = element.attribute("name").filter(|name| !is_numbered(name));
                let number = format!("Slide {}", self.slides);
                let heading = named.map_or(number.clone(), |name| format!("{number}: {name}"));
                return self.text.heading(2, &heading);
            }
            "table" => {
                if let (Heads::First, Some(sheet)) = (self.heads, element.attribute("name")) {
                    self.text.heading(2, sheet)?;
                }
                let table = Table::new(self.heads);
                self.tables.push(OpenTable { table, cells: Vec::new(), repeated: 1 });
            }
            "table-header-rows" => {
                self.tables.iter_mut().last().into_iter().for_each(|open| open.table.first_row_names());
            }
            "table-cell" => self.cell(element),
            "list" => self.lists += 1,
            "h" => {
                let level = element.number("outline-level").unwrap_or(1);
                self.open.push(Paragraph { words: String::new(), heading: Some(level) });
            }
            "p" => self.open.push(Paragraph { words: String::new(), heading: None }),
            "s" => self.say(&" ".repeat(element.number("c").unwrap_or(1).min(REPEATED_MAX))),
            "tab" | "line-break" => self.say(" "),
            _ => {}
        }
        Ok(())
    }

    fn cell(&mut self, element: &Element) {
        if let Some(open) = self.tables.last_mut() {
            open.cells.push(String::new());
            open.repeated = element.number("number-columns-repeated").unwrap_or(1).clamp(1, REPEATED_MAX);
            if element.name == "covered-table-cell" {
                open.repeat();
            }
        }
    }

    fn say(&mut self, words: &str) {
        if let Some(paragraph) = self.open.last_mut() {
            paragraph.words.push_str(words);
        }
    }

    fn close(&mut self, name: &str) -> Result<(), ExtractError> {
        match (name, self.tables.last_mut()) {
            ("h" | "p", _) => self.end_paragraph(),
            ("table-cell", Some(open)) => {
                open.repeat();
                Ok(())
            }
            ("table-row", Some(open)) => open.table.row(&std::mem::take(&mut open.cells), &mut self.text),
            ("table", Some(_)) => self.tables.pop().map_or(Ok(()), |open| open.table.end(&mut self.text)),
            ("list", _) => {
                self.lists = self.lists.saturating_sub(1);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn end_paragraph(&mut self) -> Result<(), ExtractError> {
        let Some(Paragraph { words, heading }) = self.open.pop() else { return Ok(()) };
        if let Some(cell) = self.tables.last_mut().and_then(|open| open.cells.last_mut()) {
            cell.push(' ');
            cell.push_str(&words);
            return Ok(());
        }
        match (heading, self.lists) {
            (Some(level), _) => self.text.heading(level, &words),
            (None, 0) => self.text.paragraph(&words),
            (None, depth) => self.text.item(depth - 1, Mark::Bullet, &words),
        }
    }
}

impl OpenTable {
    fn repeat(&mut self) {
        let more = self.repeated.saturating_sub(1);
        if let Some(cell) = self.cells.last().cloned().filter(|_| self.cells.len() + more <= REPEATED_MAX) {
            self.cells.extend(std::iter::repeat_n(cell, more));
        }
        self.repeated = 1;
    }
}

/// Programs call a slide by its number where nobody has named it: `page3`, `Slide 3`.
fn is_numbered(name: &str) -> bool {
    name.ends_with(|last: char| last.is_ascii_digit()) && name.split_whitespace().count() <= 2
}

#[cfg(test)]
mod tests {
    use super::super::testing::zip_of;
    use super::*;

    fn document(body: &str) -> Result<Extracted, ExtractError> {
        let content =
            format!("<office:document-content><office:body>{body}</office:body></office:document-content>");
        let zip =
            zip_of(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", &content)]);
        read(&zip, &ExtractLimits::default())
    }

    #[test]
    fn texts_keep_headings_lists_and_notes() {
        let read = document(
            "<office:text><text:h text:outline-level='1'>Pumps</text:h>\
             <text:p>Oil<text:s text:c='2'/>them<text:note><text:note-citation>1</text:note-citation><text:note-body>\
             <text:p>With oil.</text:p></text:note-body></text:note>.</text:p>\
             <office:annotation><text:p>Really?</text:p></office:annotation>\
             <text:list><text:list-item><text:p>One</text:p><text:list><text:list-item><text:p>Deep</text:p>\
             </text:list-item></text:list></text:list-item></text:list></office:text>",
        )
        .unwrap();
        assert_eq!(read.text, "# Pumps\n\nWith oil.\n\nOil  them.\n\n- One\n  - Deep");
        assert_eq!(read.title.as_deref(), Some("Pumps"));
    }

    #[test]
    fn sheets_say_their_columns_and_repeat_what_is_repeated() {
        let cell = |repeated: usize, words: &str| {
            format!(
                "<table:table-cell table:number-columns-repeated='{repeated}'><text:p>{words}</text:p></table:table-cell>"
            )
        };
        let row = |cells: &str| format!("<table:table-row>{cells}</table:table-row>");
        let endless = "<table:table-cell table:number-columns-repeated='99999999999'/>";
        let empty_rows =
            "<table:table-row table:number-rows-repeated='1048576'><table:table-cell/></table:table-row>";
        let rows = [
            row(&(cell(1, "Product") + &cell(1, "In") + &cell(1, "Out") + endless)),
            row(&(cell(1, "Pump") + &cell(2, "yes") + endless)),
            empty_rows.to_owned(),
        ];
        let sheet = format!(
            "<office:spreadsheet><table:table table:name='Stock'>{}</table:table></office:spreadsheet>",
            rows.concat()
        );
        assert_eq!(document(&sheet).unwrap().text, "## Stock\n\n- Product: Pump; In: yes; Out: yes");
    }

    #[test]
    fn slides_are_counted() {
        let slides = "<office:presentation><draw:page draw:name='page1'><text:p>Hello</text:p></draw:page>\
                      <draw:page draw:name='Prices'><text:p>Low</text:p></draw:page></office:presentation>";
        assert_eq!(document(slides).unwrap().text, "## Slide 1\n\nHello\n\n## Slide 2: Prices\n\nLow");
    }

    #[test]
    fn a_locked_document_is_malformed() {
        let zip =
            zip_of(&[("META-INF/manifest.xml", "<manifest:encryption-data/>"), ("content.xml", "\u{1}")]);
        assert_eq!(read(&zip, &ExtractLimits::default()), Err(locked()));
    }
}
