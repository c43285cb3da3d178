//! What the styles of a Word document mean: which are headings, which make lists (ECMA-376 part 1, section 17.7).

use std::collections::HashMap;

use aihio_actors::ports::ExtractError;

use super::super::xml::{Node, Xml};

/// Styles are based on others; a chain that is longer is a circle.
const BASES_MAX: usize = 20;

/// What a style says of its paragraphs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Style {
    based_on: Option<String>,
    heading: Option<usize>,
    numbering: Option<String>,
}

/// The styles by their id.
#[derive(Debug, Default)]
pub(super) struct Styles(HashMap<String, Style>);

impl Styles {
    /// Reads the part `styles`.
    ///
    /// # Errors
    /// What reading it yields.
    pub(super) fn read(part: &str) -> Result<Self, ExtractError> {
        let mut styles = Self::default();
        let mut current: Option<(String, Style)> = None;
        let mut xml = Xml::new(part);
        while let Some(node) = xml.next()? {
            match node {
                Node::Open(element) if element.name == "style" => {
                    let id = element.attribute("styleId").unwrap_or_default().to_owned();
                    current = Some((id, Style::default()));
                }
                Node::Open(element) => {
                    if let Some((_, style)) = &mut current {
                        style.learn(&element.name, element.attribute("val").unwrap_or_default());
                    }
                }
                Node::Close(name) if name == "style" => styles.0.extend(current.take()),
                Node::Close(_) | Node::Text(_) => {}
            }
        }
        Ok(styles)
    }

    /// The level of the headings that a style makes, from 1.
    pub(super) fn heading(&self, id: &str) -> Option<usize> {
        self.first(id, |style| style.heading)
    }

    /// The numbering that a style brings.
    pub(super) fn numbering(&self, id: &str) -> Option<String> {
        self.first(id, |style| style.numbering.clone())
    }

    fn first<T>(&self, id: &str, wanted: impl Fn(&Style) -> Option<T>) -> Option<T> {
        let next = |style: &&Style| self.0.get(style.based_on.as_ref()?);
        std::iter::successors(self.0.get(id), next).take(BASES_MAX).find_map(wanted)
    }
}

impl Style {
    fn learn(&mut self, name: &str, value: &str) {
        match name {
            "basedOn" => self.based_on = Some(value.to_owned()),
            "name" => self.heading = heading_of_name(value).or(self.heading),
            // Level 9 is the body's (section 17.3.1.20).
            "outlineLvl" => {
                self.heading = value.parse().ok().filter(|level| *level < 9).map(|level: usize| level + 1);
            }
            "numId" => self.numbering = Some(value.to_owned()),
            _ => {}
        }
    }
}

/// Names of built-in styles are English whatever the language of the program.
fn heading_of_name(name: &str) -> Option<usize> {
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "title" => Some(1),
        name => name.strip_prefix("heading ")?.parse().ok().filter(|level| (1..=9).contains(level)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_by_name_by_outline_and_by_what_they_are_based_on() {
        let styles = Styles::read(
            "<w:styles><w:style w:styleId='berschrift2'><w:name w:val='heading 2'/></w:style>\
             <w:style w:styleId='Mine'><w:basedOn w:val='berschrift2'/></w:style>\
             <w:style w:styleId='Own'><w:pPr><w:outlineLvl w:val='2'/></w:pPr></w:style>\
             <w:style w:styleId='List'><w:pPr><w:numPr><w:numId w:val='7'/></w:numPr></w:pPr></w:style>\
             <w:style w:styleId='A'><w:basedOn w:val='B'/></w:style>\
             <w:style w:styleId='B'><w:basedOn w:val='A'/></w:style></w:styles>",
        )
        .unwrap();
        assert_eq!(styles.heading("Mine"), Some(2));
        assert_eq!(styles.heading("Own"), Some(3));
        assert_eq!(styles.numbering("List").as_deref(), Some("7"));
        assert_eq!((styles.heading("A"), styles.heading("none")), (None, None));
    }
}
