//! Where the parts of a document are, as seen from one of them (ECMA-376 part 2, section 9.3).

use aihio_actors::ports::ExtractError;

use super::super::archive::Archive;
use super::super::xml::{Node, Xml};

/// One part's way to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Relationship {
    pub(super) id: String,
    /// The last word of its type, such as `slide`.
    pub(super) kind: String,
    /// The other part's name in the archive.
    pub(super) target: String,
}

/// The ways from a part, in the order of the file; none where there is no such file.
///
/// # Errors
/// What unpacking and reading it yields.
pub(super) fn from(part: &str, archive: &mut Archive<'_>) -> Result<Vec<Relationship>, ExtractError> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let file = match folder {
        "" => format!("_rels/{name}.rels"),
        folder => format!("{folder}/_rels/{name}.rels"),
    };
    let Some(listed) = archive.text(&file)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let mut xml = Xml::new(&listed);
    while let Some(node) = xml.next()? {
        let Node::Open(element) = node else { continue };
        if element.name != "Relationship" || element.attribute("TargetMode") == Some("External") {
            continue;
        }
        let value = |name| element.attribute(name).unwrap_or_default();
        found.push(Relationship {
            id: value("Id").to_owned(),
            kind: value("Type").rsplit('/').next().unwrap_or_default().to_owned(),
            target: within(folder, value("Target")),
        });
    }
    Ok(found)
}

/// The name in the archive of what `target` names as seen from `folder`.
fn within(folder: &str, target: &str) -> String {
    let (base, path) = match target.strip_prefix('/') {
        Some(path) => ("", path),
        None => (folder, target),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_seen_from_their_part() {
        assert_eq!(within("ppt", "slides/slide1.xml"), "ppt/slides/slide1.xml");
        assert_eq!(within("ppt/slides", "../notesSlides/n1.xml"), "ppt/notesSlides/n1.xml");
        assert_eq!(within("ppt", "/docProps/app.xml"), "docProps/app.xml");
        assert_eq!(within("", "../../../etc/passwd"), "etc/passwd");
    }
}
