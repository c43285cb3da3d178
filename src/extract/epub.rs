//! EPUB books to text: the chapters in the order of reading (EPUB 3.3, sections 5.7 and 6).

use aihio_actors::ports::{ExtractError, Extracted};
use url::Url;

use super::archive::{Archive, locked};
use super::composition::Composition;
use super::html;
use super::limits::ExtractLimits;
use super::text::{tidy, title_of};
use super::xml::{Node, Xml};

/// Where a book says where it begins (EPUB OCF 3.3, section 4.2.6.3.1).
const CONTAINER: &str = "META-INF/container.xml";
/// Lists the parts that only some may read, or whose letters are scrambled, which hinders nobody.
const ENCRYPTION: &str = "META-INF/encryption.xml";
const CHAPTER: &str = "application/xhtml+xml";

/// Reads a book: its chapters one after the other, without its table of contents.
///
/// # Errors
/// [`ExtractError::Malformed`] for a damaged or protected book, [`ExtractError::TooLarge`] for too many chapters, and
/// what its archive's limits yield.
pub(super) fn read(bytes: &[u8], limits: &ExtractLimits) -> Result<Extracted, ExtractError> {
    let mut archive = Archive::open(bytes, limits)?;
    let place = package_place(&archive.required(CONTAINER)?)?;
    let book = Book::read(&archive.required(&place)?, &place)?;
    let encrypted = archive.text(ENCRYPTION)?.unwrap_or_default();
    if book.chapters.len() > limits.pages_max {
        return Err(ExtractError::TooLarge(format!("it has more than {} chapters", limits.pages_max)));
    }
    let mut text = Composition::new(limits);
    for chapter in &book.chapters {
        if encrypted.contains(&format!("URI=\"{chapter}\"")) {
            return Err(locked());
        }
        // A book with a page missing is still a book.
        if let Some(page) = archive.text(chapter)? {
            text.paragraph(&html::chapter(&page, limits)?)?;
        }
    }
    Ok(Extracted { title: book.title, text: tidy(&text.finish(), limits)? })
}

fn package_place(container: &str) -> Result<String, ExtractError> {
    let mut xml = Xml::new(container);
    while let Some(node) = xml.next()? {
        if let Node::Open(element) = node
            && let Some(place) = element.attribute("full-path")
        {
            return Ok(place.to_owned());
        }
    }
    Err(ExtractError::Malformed("the book names no contents".into()))
}

/// What a book's package says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Book {
    title: Option<String>,
    /// Names in the archive, in the order of reading.
    chapters: Vec<String>,
}

impl Book {
    fn read(package: &str, place: &str) -> Result<Self, ExtractError> {
        let mut book = Self::default();
        let mut items: Vec<(String, String)> = Vec::new();
        let mut in_title = false;
        let mut xml = Xml::new(package);
        while let Some(node) = xml.next()? {
            match node {
                Node::Open(element) => {
                    let value = |name| element.attribute(name).unwrap_or_default();
                    in_title = element.name == "title" && book.title.is_none();
                    let contents = value("properties").split_whitespace().any(|property| property == "nav");
                    match element.name.as_str() {
                        "item" if value("media-type") == CHAPTER && !contents => {
                            items.extend(
                                within(place, value("href")).map(|name| (value("id").to_owned(), name)),
                            );
                        }
                        "itemref" => {
                            let item = items.iter().find(|(id, _)| id == value("idref"));
                            book.chapters.extend(item.map(|(_, name)| name.clone()));
                        }
                        _ => {}
                    }
                }
                Node::Text(words) if in_title => book.title = title_of(&words),
                Node::Text(_) => {}
                Node::Close(_) => in_title = false,
            }
        }
        Ok(book)
    }
}

/// The name in the archive of what `href`, an address with its escapes, names as seen from the package.
fn within(package: &str, href: &str) -> Option<String> {
    let root = Url::parse("epub:/").ok()?;
    let address = root.join(package).ok()?.join(href).ok()?;
    let path = address.path().trim_start_matches('/');
    let bytes: Vec<u8> = unescaped(path.as_bytes());
    String::from_utf8(bytes).ok()
}

/// Percent-encoding undone (RFC 3986, section 2.1).
fn unescaped(mut text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    while let Some((first, rest)) = text.split_first() {
        let escaped = rest.get(..2).filter(|_| *first == b'%');
        let byte = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        text = if byte.is_some() { rest.get(2..).unwrap_or_default() } else { rest };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::super::testing::zip_of;
    use super::*;

    const CONTAINER_XML: &str =
        "<container><rootfiles><rootfile full-path='OEBPS/book.opf'/></rootfiles></container>";
    const PACKAGE: &str = "<package><metadata><dc:title>Pumps</dc:title></metadata><manifest>\
        <item id='n' href='nav.xhtml' media-type='application/xhtml+xml' properties='nav'/>\
        <item id='b' href='text/b%20two.xhtml' media-type='application/xhtml+xml'/>\
        <item id='a' href='text/a.xhtml' media-type='application/xhtml+xml'/>\
        <item id='i' href='a.png' media-type='image/png'/></manifest>\
        <spine><itemref idref='n'/><itemref idref='a'/><itemref idref='b'/><itemref idref='gone'/></spine></package>";

    fn book(files: &[(&str, &str)]) -> Result<Extracted, ExtractError> {
        let fixed = [
            (CONTAINER, CONTAINER_XML),
            ("OEBPS/book.opf", PACKAGE),
            ("OEBPS/nav.xhtml", "<html><body><p>Contents</p></body></html>"),
            ("OEBPS/text/a.xhtml", "<html><body><h1>First</h1><p>Oil it.</p></body></html>"),
            ("OEBPS/text/b two.xhtml", "<html><body><h1>Second</h1><ul><li>Twice</li></ul></body></html>"),
        ];
        read(&zip_of(&[&fixed, files].concat()), &ExtractLimits::default())
    }

    #[test]
    fn chapters_come_in_the_order_of_reading() {
        let read = book(&[]).unwrap();
        assert_eq!(read.title.as_deref(), Some("Pumps"));
        assert_eq!(read.text, "# First\n\nOil it.\n\n# Second\n\n- Twice");
    }

    #[test]
    fn protected_chapters_lock_the_book_and_scrambled_letters_do_not() {
        let listed = |name: &str| format!("<encryption><CipherReference URI=\"{name}\"/></encryption>");
        assert_eq!(book(&[(ENCRYPTION, &listed("OEBPS/text/a.xhtml"))]), Err(locked()));
        assert!(book(&[(ENCRYPTION, &listed("OEBPS/fonts/a.otf"))]).is_ok());
    }

    #[test]
    fn addresses_stay_within_the_book() {
        assert_eq!(within("OEBPS/book.opf", "../a.xhtml").as_deref(), Some("a.xhtml"));
        assert_eq!(within("book.opf", "../../../etc/passwd").as_deref(), Some("etc/passwd"));
        assert_eq!(within("a/b.opf", "c%C3%A4.xhtml#part").as_deref(), Some("a/cä.xhtml"));
    }
}
