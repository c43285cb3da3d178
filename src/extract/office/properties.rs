//! What a document says of itself (ECMA-376 part 2, section 11).

use aihio_actors::ports::ExtractError;

use super::super::archive::Archive;
use super::super::text::title_of;
use super::super::xml::{Node, Xml};

/// Where every known writer puts it.
const CORE: &str = "docProps/core.xml";
/// Titles that programs give to documents nobody named.
const NO_TITLES: [&str; 4] =
    ["PowerPoint Presentation", "Word Document", "Microsoft Word Document", "Untitled"];

/// The title that the document gives itself.
///
/// # Errors
/// What unpacking yields.
pub(in crate::extract) fn title(archive: &mut Archive<'_>) -> Result<Option<String>, ExtractError> {
    let Some(core) = archive.text(CORE)? else { return Ok(None) };
    let mut xml = Xml::new(&core);
    while let Some(node) = xml.next()? {
        if matches!(&node, Node::Open(element) if element.name == "title") {
            let Some(Node::Text(words)) = xml.next()? else { return Ok(None) };
            return Ok(title_of(&words).filter(|title| !NO_TITLES.contains(&title.as_str())));
        }
    }
    Ok(None)
}
