//! PowerPoint presentations to text (ECMA-376 part 1, section 19): a heading for each slide, with its number.

use aihio_actors::ports::{ExtractError, Extracted};

use super::super::archive::Archive;
use super::super::composition::{Composition, Mark, one_line};
use super::super::limits::ExtractLimits;
use super::super::package::main_part_name;
use super::super::table::{Heads, Table};
use super::super::text::{tidy, title_of};
use super::super::xml::{Element, Node, Xml};
use super::relationships;

/// Placeholders that say the same on every slide (section 19.7.10).
const FURNITURE: [&str; 4] = ["dt", "ftr", "hdr", "sldNum"];

/// Reads a presentation: each shown slide with its title, texts, tables and the speaker's notes.
///
/// # Errors
/// [`ExtractError::Malformed`] for a damaged or locked presentation, [`ExtractError::TooLarge`] for too many slides,
/// and what its archive's limits yield.
pub(in crate::extract) fn read(bytes: &[u8], limits: &ExtractLimits) -> Result<Extracted, ExtractError> {
    let mut archive = Archive::open(bytes, limits)?;
    let main = main_part_name(&mut archive)?;
    let slides = slides(&main, &mut archive)?;
    if slides.len() > limits.pages_max {
        return Err(ExtractError::TooLarge(format!("it has more than {} slides", limits.pages_max)));
    }
    let mut text = Composition::new(limits);
    let mut first_title = None;
    for (index, part) in slides.iter().enumerate() {
        let Some(slide) = Slide::read(&archive.required(part)?)? else { continue };
        let title = slide.title();
        text.heading(2, &heading(index + 1, title.as_deref()))?;
        slide.put_down(&mut text)?;
        let related = relationships::from(part, &mut archive)?;
        if let Some(notes) = related.iter().find(|relationship| relationship.kind == "notesSlide") {
            let notes = archive.text(&notes.target)?.map(|notes| Slide::read(&notes)).transpose()?.flatten();
            put_down_notes(notes, &mut text)?;
        }
        first_title = first_title.or(title);
    }
    let title = super::title(&mut archive)?.or_else(|| title_of(&first_title.unwrap_or_default()));
    Ok(Extracted { title, text: tidy(&text.finish(), limits)? })
}

fn heading(number: usize, title: Option<&str>) -> String {
    title.map_or_else(|| format!("Slide {number}"), |title| format!("Slide {number}: {title}"))
}

/// The names of the slides' parts, in the order of the show.
fn slides(main: &str, archive: &mut Archive<'_>) -> Result<Vec<String>, ExtractError> {
    let related = relationships::from(main, archive)?;
    let presentation = archive.required(main)?;
    let mut found = Vec::new();
    let mut xml = Xml::new(&presentation);
    while let Some(node) = xml.next()? {
        let Node::Open(element) = node else { continue };
        if element.name == "sldId" {
            let target = related.iter().find(|known| Some(known.id.as_str()) == element.relationship());
            found.extend(target.map(|relationship| relationship.target.clone()));
        }
    }
    Ok(found)
}

fn put_down_notes(notes: Option<Slide>, text: &mut Composition<'_>) -> Result<(), ExtractError> {
    let notes = notes.into_iter().flat_map(|notes| notes.blocks).filter_map(|block| match block {
        Block::Text(Shape::Body, paragraph) => Some(paragraph.words),
        Block::Text(..) | Block::Row(..) | Block::TableEnd => None,
    });
    let notes = notes.collect::<Vec<_>>().join("\n");
    if notes.trim().is_empty() { Ok(()) } else { text.paragraph(&format!("Notes: {}", notes.trim())) }
}

/// What a slide shows, in the order of its file.
#[derive(Default)]
struct Slide {
    blocks: Vec<Block>,
}

enum Block {
    Text(Shape, Paragraph),
    Row(Vec<String>),
    TableEnd,
}

/// What a shape is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Title,
    /// A placeholder for lists.
    Body,
    Furniture,
    Free,
}

#[derive(Default)]
struct Paragraph {
    words: String,
    level: usize,
    /// Whether the paragraph itself says that it is an item.
    mark: Option<Mark>,
}

impl Slide {
    /// The slide, or none where it is not shown.
    fn read(part: &str) -> Result<Option<Self>, ExtractError> {
        let mut slide = Self::default();
        let (mut shape, mut paragraph, mut cells) = (Shape::Free, Paragraph::default(), Vec::new());
        let (mut in_text, mut in_cell) = (false, false);
        let mut xml = Xml::new(part);
        while let Some(node) = xml.next()? {
            match node {
                Node::Open(element) => match element.name.as_str() {
                    "sld" if matches!(element.attribute("show"), Some("0" | "false")) => return Ok(None),
                    "Fallback" => xml.skip()?,
                    "sp" | "graphicFrame" => shape = Shape::Free,
                    "ph" => shape = Shape::of(&element),
                    "tc" => {
                        cells.push(String::new());
                        in_cell = true;
                    }
                    "p" => paragraph = Paragraph::default(),
                    "t" => in_text = true,
                    _ => paragraph.learn(&element),
                },
                Node::Text(words) if in_text => paragraph.words.push_str(&words),
                Node::Text(_) => {}
                Node::Close(name) => match name.as_str() {
                    "t" => in_text = false,
                    "p" if in_cell => {
                        let words = std::mem::take(&mut paragraph).words;
                        cells.iter_mut().last().into_iter().for_each(|cell| *cell += &format!(" {words}"));
                    }
                    "p" => slide.blocks.push(Block::Text(shape, std::mem::take(&mut paragraph))),
                    "tc" => in_cell = false,
                    "tr" => slide.blocks.push(Block::Row(std::mem::take(&mut cells))),
                    "tbl" => slide.blocks.push(Block::TableEnd),
                    _ => {}
                },
            }
        }
        Ok(Some(slide))
    }

    fn title(&self) -> Option<String> {
        let lines = self.blocks.iter().filter_map(|block| match block {
            Block::Text(Shape::Title, paragraph) => Some(paragraph.words.as_str()),
            Block::Text(..) | Block::Row(..) | Block::TableEnd => None,
        });
        let title = one_line(&lines.collect::<Vec<_>>().join(" "));
        (!title.is_empty()).then_some(title)
    }

    fn put_down(self, text: &mut Composition<'_>) -> Result<(), ExtractError> {
        let mut table = Table::new(Heads::Perhaps);
        for block in self.blocks {
            match block {
                Block::Text(Shape::Title | Shape::Furniture, _) => {}
                Block::Text(shape, Paragraph { words, level, mark }) => {
                    let listed = mark.or((shape == Shape::Body || level > 0).then_some(Mark::Bullet));
                    match listed {
                        Some(mark) => text.item(level, mark, &words)?,
                        None => text.paragraph(&words)?,
                    }
                }
                Block::Row(cells) => table.row(&cells, text)?,
                Block::TableEnd => std::mem::replace(&mut table, Table::new(Heads::Perhaps)).end(text)?,
            }
        }
        Ok(())
    }
}

impl Shape {
    fn of(placeholder: &Element) -> Self {
        match placeholder.attribute("type") {
            Some("title" | "ctrTitle") => Self::Title,
            Some(kind) if FURNITURE.contains(&kind) => Self::Furniture,
            None | Some("body" | "obj") => Self::Body,
            Some(_) => Self::Free,
        }
    }
}

impl Paragraph {
    fn learn(&mut self, element: &Element) {
        match element.name.as_str() {
            "pPr" => self.level = element.number("lvl").unwrap_or_default(),
            "buChar" => self.mark = Some(Mark::Bullet),
            "br" | "tab" => self.words.push(' '),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::zip_of;
    use super::*;

    const TYPES: &str = "<Types><Override PartName='/ppt/presentation.xml' ContentType='application/\
        vnd.openxmlformats-officedocument.presentationml.presentation.main+xml'/></Types>";

    fn shape(placeholder: &str, words: &str) -> String {
        format!("<p:sp><p:nvPr>{placeholder}</p:nvPr><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:sp>")
    }

    #[test]
    fn slides_come_in_the_order_of_the_show_without_the_hidden_ones() {
        let slides = [
            format!(
                "<p:sld>{}{}</p:sld>",
                shape("<p:ph type='title'/>", "Last"),
                shape("<p:ph idx='1'/>", "Point")
            ),
            format!("<p:sld show='0'>{}</p:sld>", shape("", "Secret")),
            format!("<p:sld>{}{}</p:sld>", shape("", "Free words"), shape("<p:ph type='sldNum'/>", "7")),
        ];
        let ways =
            (0..3).map(|n| format!("<Relationship Id='r{n}' Type='x/slide' Target='slides/{n}.xml'/>"));
        let zip = zip_of(&[
            ("[Content_Types].xml", TYPES),
            (
                "ppt/presentation.xml",
                "<p><sldIdLst><sldId id='1' r:id='r2'/><sldId id='2' r:id='r1'/>\
                <sldId id='3' r:id='r0'/></sldIdLst></p>",
            ),
            (
                "ppt/_rels/presentation.xml.rels",
                &format!("<Relationships>{}</Relationships>", ways.collect::<String>()),
            ),
            ("ppt/slides/0.xml", &slides[0]),
            ("ppt/slides/1.xml", &slides[1]),
            ("ppt/slides/2.xml", &slides[2]),
        ]);
        let read = read(&zip, &ExtractLimits::default()).unwrap();
        assert_eq!(read.text, "## Slide 1\n\nFree words\n\n## Slide 3: Last\n\n- Point");
        assert_eq!(read.title.as_deref(), Some("Last"));
    }
}
