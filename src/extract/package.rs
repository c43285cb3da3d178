//! What kind of document an archive is: OpenDocument and EPUB name it in a file of their own (ODF 1.3 part 2, section
//! 3.3; EPUB OCF 3.3, section 4.3), Office Open XML in the types of its parts (ECMA-376 part 2, section 10.1).

use aihio_actors::ports::ExtractError;

use super::archive::Archive;
use super::format::Format;
use super::xml::{Node, Xml};

const TYPES: &str = "[Content_Types].xml";

/// The format of the document that the archive is.
///
/// # Errors
/// [`ExtractError::UnsupportedType`] for other archives, and what opening its files yields.
pub(super) fn format(archive: &mut Archive<'_>) -> Result<Format, ExtractError> {
    if let Some(named) = archive.bytes("mimetype")? {
        let named = String::from_utf8_lossy(&named);
        // Templates are documents that others begin as.
        let named = named.trim().trim_end_matches("-template");
        return Format::of_media_type(named).ok_or_else(archive_of_something);
    }
    let found = archive.text(TYPES)?.map(|types| main_part(&types)).transpose()?.flatten();
    found.map(|main| main.format).ok_or_else(archive_of_something)
}

/// The name of the part that an Office Open XML document begins with.
///
/// # Errors
/// When it names none.
pub(super) fn main_part_name(archive: &mut Archive<'_>) -> Result<String, ExtractError> {
    let main = main_part(&archive.required(TYPES)?)?;
    main.map(|main| main.name).ok_or_else(|| ExtractError::Malformed("it names no main part".into()))
}

fn archive_of_something() -> ExtractError {
    ExtractError::UnsupportedType("ZIP archive".into())
}

struct MainPart {
    format: Format,
    name: String,
}

fn main_part(types: &str) -> Result<Option<MainPart>, ExtractError> {
    let mut xml = Xml::new(types);
    while let Some(node) = xml.next()? {
        let Node::Open(element) = node else { continue };
        if element.name != "Override" {
            continue;
        }
        let content_type = element.attribute("ContentType").unwrap_or_default();
        if let (Some(format), Some(name)) = (main_format(content_type), element.attribute("PartName")) {
            return Ok(Some(MainPart { format, name: name.trim_start_matches('/').to_owned() }));
        }
    }
    Ok(None)
}

/// Documents, templates, slide shows and those with macros differ in their types, and in nothing that is read.
fn main_format(content_type: &str) -> Option<Format> {
    let kind = content_type.strip_prefix("application/vnd.")?.strip_suffix(".main+xml")?;
    let kind = kind.strip_prefix("openxmlformats-officedocument.").unwrap_or(kind);
    if kind.starts_with("wordprocessingml.") || kind.starts_with("ms-word.") {
        Some(Format::Word)
    } else if kind.starts_with("presentationml.") || kind.starts_with("ms-powerpoint.") {
        Some(Format::PowerPoint)
    } else if kind.starts_with("spreadsheetml.") || kind.starts_with("ms-excel.") {
        Some(Format::Excel)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::limits::ExtractLimits;
    use super::super::testing::zip_of;
    use super::*;

    fn kind(files: &[(&str, &str)]) -> Result<Format, ExtractError> {
        let (zip, limits) = (zip_of(files), ExtractLimits::default());
        format(&mut Archive::open(&zip, &limits).unwrap())
    }

    #[test]
    fn documents_name_their_kind() {
        let odt = "application/vnd.oasis.opendocument.text";
        assert_eq!(kind(&[("mimetype", odt)]), Ok(Format::OpenText));
        assert_eq!(kind(&[("mimetype", &format!("{odt}-template\n"))]), Ok(Format::OpenText));
        let types = |kind: &str| {
            format!(
                "<Types><Default Extension='xml' ContentType='application/xml'/>\
                     <Override PartName='/x/y.xml' ContentType='application/vnd.{kind}.main+xml'/></Types>"
            )
        };
        let office = |kind_of_part: &str| kind(&[(TYPES, &types(kind_of_part))]);
        let open = "openxmlformats-officedocument";
        assert_eq!(office(&format!("{open}.wordprocessingml.document")), Ok(Format::Word));
        assert_eq!(office("ms-word.document.macroEnabled"), Ok(Format::Word));
        assert_eq!(office(&format!("{open}.presentationml.slideshow")), Ok(Format::PowerPoint));
        assert_eq!(office(&format!("{open}.spreadsheetml.sheet")), Ok(Format::Excel));
    }

    #[test]
    fn other_archives_are_only_that() {
        for files in
            [&[("a.txt", "x")][..], &[("mimetype", "application/java-archive")], &[(TYPES, "<Types/>")]]
        {
            assert_eq!(kind(files), Err(archive_of_something()));
        }
    }
}
