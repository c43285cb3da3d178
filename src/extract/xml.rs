//! XML in document order, without what makes it dangerous: no entity but the five of XML itself, no deep nesting.

use aihio_actors::ports::ExtractError;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

/// Office documents nest about thirty deep; a hundred tables within one another are no document.
const NESTING_MAX: usize = 512;

/// An element as it opens. Names come without their prefix: the formats that are read give no two meanings to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    /// Its name.
    pub(super) name: String,
    /// With their prefix.
    attributes: Vec<(String, String)>,
}

impl Element {
    /// The value of an attribute, whatever its prefix.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let local = |known: &str| known.rsplit(':').next() == Some(name);
        self.attributes.iter().find(|(known, _)| local(known)).map(|(_, value)| value.as_str())
    }

    /// The id of a relationship: the `id` with a prefix, beside which stands one without.
    pub(super) fn relationship(&self) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known.ends_with(":id")).map(|(_, value)| value.as_str())
    }

    /// The value of an attribute that is a number.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.attribute(name)?.trim().parse().ok()
    }
}

/// What comes next in a document. An element without content opens and closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Open(Element),
    Text(String),
    /// With the name of what closes.
    Close(String),
}

/// Reads a document node by node.
pub(super) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
}

impl<'a> Xml<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        Self { reader, depth: 0 }
    }

    /// The next node, or none at the end.
    ///
    /// # Errors
    /// [`ExtractError::Malformed`] for what is no XML, [`ExtractError::Suspicious`] for entities of its own and
    /// [`ExtractError::TooLarge`] for deep nesting.
    pub(super) fn next(&mut self) -> Result<Option<Node>, ExtractError> {
        loop {
            match self.reader.read_event().map_err(|_| broken())? {
                Event::Start(start) => return self.open(&start).map(Some),
                Event::End(end) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Some(Node::Close(end.local_name().as_ref().to_owned())));
                }
                Event::Text(text) => return Ok(Some(Node::Text(text.xml10_content().into_owned()))),
                Event::CData(text) => return Ok(Some(Node::Text(text.xml10_content().into_owned()))),
                Event::GeneralRef(reference) => {
                    if let Some(text) = resolve(&reference) {
                        return Ok(Some(Node::Text(text)));
                    }
                }
                Event::DocType(doctype) if doctype.as_ref().contains("<!ENTITY") => {
                    return Err(ExtractError::Suspicious("it declares entities of its own".into()));
                }
                Event::Eof if self.depth > 0 => return Err(broken()),
                Event::Eof => return Ok(None),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }

    /// Leaves out everything up to the end of the element that has just opened.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub(super) fn skip(&mut self) -> Result<(), ExtractError> {
        let around = self.depth.saturating_sub(1);
        while self.depth > around && self.next()?.is_some() {}
        Ok(())
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<Node, ExtractError> {
        self.depth += 1;
        if self.depth > NESTING_MAX {
            return Err(ExtractError::TooLarge("its parts are nested too deeply".into()));
        }
        let attributes = start.attributes().filter_map(Result::ok).map(|attribute| {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap_or_default().into_owned();
            (attribute.key.as_ref().to_owned(), value)
        });
        Ok(Node::Open(Element {
            name: start.local_name().as_ref().to_owned(),
            attributes: attributes.collect(),
        }))
    }
}

fn broken() -> ExtractError {
    ExtractError::Malformed("a part of it is no well-formed XML".into())
}

/// The character that a reference stands for (XML 1.0, sections 4.1 and 4.6); others stand for nothing.
fn resolve(reference: &BytesRef<'_>) -> Option<String> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character.to_string());
    }
    let known = match reference.xml10_content().as_ref() {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "quot" => "\"",
        "apos" => "'",
        _ => return None,
    };
    Some(known.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(xml: &str) -> Result<String, ExtractError> {
        let mut reader = Xml::new(xml);
        let mut found = String::new();
        while let Some(node) = reader.next()? {
            match node {
                Node::Open(element) => found.push_str(&format!("<{}", element.name)),
                Node::Text(text) => found.push_str(&text),
                Node::Close(_) => found.push('>'),
            }
        }
        Ok(found)
    }

    #[test]
    fn names_come_without_prefix_and_text_with_its_references() {
        let read = text(
            "<?xml version='1.0'?><w:p><w:t>a &lt;b&gt; &#228;&#x20AC; &amp;c &unknown;d</w:t><x/></w:p>",
        );
        assert_eq!(read, Ok("<p<ta <b> ä€ &c d><x>>".into()));
    }

    #[test]
    fn attributes_are_found_by_name() {
        let Ok(Some(Node::Open(element))) = Xml::new("<a w:val='x &amp; y' n='3'/>").next() else { panic!() };
        assert_eq!((element.attribute("val"), element.number("n")), (Some("x & y"), Some(3)));
        assert_eq!(element.attribute("absent"), None);
        let Ok(Some(Node::Open(slide))) = Xml::new("<sldId id='256' r:id='rId2'/>").next() else { panic!() };
        assert_eq!((slide.attribute("id"), slide.relationship()), (Some("256"), Some("rId2")));
    }

    #[test]
    fn billion_laughs_are_not_laughed() {
        let laughs = "<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><l>&b;</l>";
        assert!(matches!(text(laughs), Err(ExtractError::Suspicious(_))));
        let external = "<!DOCTYPE l [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><l>&a;</l>";
        assert!(matches!(text(external), Err(ExtractError::Suspicious(_))));
        assert_eq!(text("<!DOCTYPE html><l/>"), Ok("<l>".into()));
    }

    #[test]
    fn what_is_nested_deeply_or_broken_off_is_refused() {
        assert!(matches!(text(&"<a>".repeat(100_000)), Err(ExtractError::TooLarge(_))));
        assert!(matches!(text("<a><b></b>"), Err(ExtractError::Malformed(_))));
        assert!(matches!(text("<a></b>"), Err(ExtractError::Malformed(_))));
    }

    #[test]
    fn a_skipped_element_is_gone_with_all_in_it() {
        let mut xml = Xml::new("<a><b><c>x</c></b><d/></a>");
        xml.next().unwrap();
        xml.next().unwrap();
        xml.skip().unwrap();
        assert!(matches!(xml.next(), Ok(Some(Node::Open(element))) if element.name == "d"));
    }
}
