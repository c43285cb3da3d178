//! The lists of a Word document: which have bullets, which count (ECMA-376 part 1, section 17.9).

use std::collections::HashMap;

use aihio_actors::ports::ExtractError;

use super::super::composition::Mark;
use super::super::xml::{Node, Xml};

/// How the items of a list's levels are marked.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    /// Whether a level counts, by abstract list and level.
    counting: HashMap<(String, usize), bool>,
    /// The abstract list of each list.
    lists: HashMap<String, String>,
    /// How far each level of each list has counted.
    counts: HashMap<(String, usize), usize>,
}

impl Numbering {
    /// Reads the part `numbering`.
    ///
    /// # Errors
    /// What reading it yields.
    pub(super) fn read(part: &str) -> Result<Self, ExtractError> {
        let mut numbering = Self::default();
        let (mut owner, mut level) = (String::new(), 0);
        let mut xml = Xml::new(part);
        while let Some(node) = xml.next()? {
            let Node::Open(element) = node else { continue };
            let value = |name| element.attribute(name).unwrap_or_default().to_owned();
            match element.name.as_str() {
                "abstractNum" => owner = value("abstractNumId"),
                "num" => owner = value("numId"),
                "lvl" => level = element.number("ilvl").unwrap_or_default(),
                "numFmt" => {
                    let counts = !matches!(value("val").as_str(), "bullet" | "none");
                    numbering.counting.insert((owner.clone(), level), counts);
                }
                "abstractNumId" => drop(numbering.lists.insert(owner.clone(), value("val"))),
                _ => {}
            }
        }
        Ok(numbering)
    }

    /// The mark of the next item of a list; deeper levels begin anew below it.
    pub(super) fn next(&mut self, list: &str, level: usize) -> Mark {
        let kind = self.lists.get(list).cloned().unwrap_or_default();
        self.counts.retain(|(counted, deeper), _| counted != list || *deeper <= level);
        if !self.counting.get(&(kind, level)).copied().unwrap_or_default() {
            return Mark::Bullet;
        }
        let count = self.counts.entry((list.to_owned(), level)).or_default();
        *count += 1;
        Mark::Number(*count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_count_by_level_and_begin_anew_below() {
        let mut numbering = Numbering::read(
            "<w:numbering><w:abstractNum w:abstractNumId='0'><w:lvl w:ilvl='0'><w:numFmt w:val='decimal'/></w:lvl>\
             <w:lvl w:ilvl='1'><w:numFmt w:val='lowerLetter'/></w:lvl></w:abstractNum>\
             <w:abstractNum w:abstractNumId='1'><w:lvl w:ilvl='0'><w:numFmt w:val='bullet'/></w:lvl></w:abstractNum>\
             <w:num w:numId='5'><w:abstractNumId w:val='0'/></w:num>\
             <w:num w:numId='6'><w:abstractNumId w:val='1'/></w:num></w:numbering>",
        )
        .unwrap();
        let marks = [("5", 0), ("5", 1), ("5", 1), ("5", 0), ("5", 1), ("6", 0), ("9", 0)]
            .map(|(list, level)| numbering.next(list, level));
        let number = Mark::Number;
        assert_eq!(
            marks,
            [number(1), number(1), number(2), number(2), number(1), Mark::Bullet, Mark::Bullet]
        );
    }
}
