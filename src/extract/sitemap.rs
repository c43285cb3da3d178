//! Sitemaps (sitemaps.org, protocol 0.9): XML or a line for each address, plain or compressed by gzip.

use std::io::Read as _;

use aihio_actors::ports::{ExtractError, Outline};
use flate2::read::MultiGzDecoder;

use super::limits::ExtractLimits;
use super::xml::{Node, Xml};

/// The most addresses of one sitemap that are taken, as many as the protocol allows.
const ADDRESSES_MAX: usize = 50_000;
/// The longest address, in bytes.
const ADDRESS_BYTES_MAX: usize = 2_000;
/// How gzip begins (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads the addresses in a sitemap, up to the most that are taken.
///
/// # Errors
/// [`ExtractError::TooLarge`] for one that unpacks to too much, [`ExtractError::Malformed`] for what is none.
pub(super) fn read(bytes: &[u8], limits: &ExtractLimits) -> Result<Outline, ExtractError> {
    let unpacked = if bytes.starts_with(&GZIP) { Some(unpack(bytes, limits)?) } else { None };
    let text = String::from_utf8_lossy(unpacked.as_deref().unwrap_or(bytes));
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('<') { read_xml(text) } else { Ok(read_lines(text)) }
}

fn unpack(bytes: &[u8], limits: &ExtractLimits) -> Result<Vec<u8>, ExtractError> {
    let ratio = usize::try_from(limits.unpacked_ratio_max).unwrap_or(usize::MAX);
    let bytes_max = limits.unpacked_bytes_max.min(bytes.len().saturating_mul(ratio));
    let mut unpacked = Vec::new();
    let mut decoder = MultiGzDecoder::new(bytes).take(bytes_max as u64 + 1);
    decoder.read_to_end(&mut unpacked).map_err(|_| malformed())?;
    if unpacked.len() > bytes_max {
        return Err(ExtractError::TooLarge("it unpacks to too much".into()));
    }
    Ok(unpacked)
}

/// What is inside of an element `loc`, and of which list it is.
fn read_xml(text: &str) -> Result<Outline, ExtractError> {
    let mut xml = Xml::new(text);
    let mut outline = Outline::default();
    let (mut list, mut address) = (List::Unknown, None::<String>);
    while outline.links.len() + outline.sitemaps.len() < ADDRESSES_MAX {
        match xml.next() {
            Ok(Some(Node::Open(element))) => match element.name.as_str() {
                "urlset" => list = List::Pages,
                "sitemapindex" => list = List::Sitemaps,
                "loc" => address = Some(String::new()),
                "image" | "video" | "news" => xml.skip().unwrap_or_default(),
                _ => {}
            },
            Ok(Some(Node::Text(part))) => extend(&mut address, &part),
            Ok(Some(Node::Close(name))) if name == "loc" => {
                list.add(&mut outline, address.take().unwrap_or_default().trim().to_owned());
            }
            Ok(Some(Node::Close(_))) => {}
            Ok(None) => break,
            Err(error @ ExtractError::Suspicious(_)) => return Err(error),
            // What was listed before the damage counts.
            Err(_) => break,
        }
    }
    if list == List::Unknown { Err(malformed()) } else { Ok(outline) }
}

/// What a sitemap lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    Unknown,
    Pages,
    Sitemaps,
}

impl List {
    fn add(self, outline: &mut Outline, address: String) {
        if address.is_empty() || address.len() > ADDRESS_BYTES_MAX {
            return;
        }
        match self {
            Self::Pages => outline.links.push(address),
            Self::Sitemaps => outline.sitemaps.push(address),
            Self::Unknown => {}
        }
    }
}

fn extend(address: &mut Option<String>, part: &str) {
    if let Some(address) = address.as_mut().filter(|address| address.len() <= ADDRESS_BYTES_MAX) {
        address.push_str(part);
    }
}

fn read_lines(text: &str) -> Outline {
    let addresses = text.lines().map(str::trim);
    let addresses = addresses.filter(|line| line.starts_with("http") && line.len() <= ADDRESS_BYTES_MAX);
    Outline { links: addresses.take(ADDRESSES_MAX).map(str::to_owned).collect(), ..Outline::default() }
}

fn malformed() -> ExtractError {
    ExtractError::Malformed("it is no sitemap".into())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    const PAGES: &str = "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' \
        xmlns:image='i'><url><loc> https://a.example/?a=1&amp;b=2 </loc><image:image><image:loc>https://a.example/i.png\
        </image:loc></image:image></url><url><loc><![CDATA[https://a.example/two]]></loc></url></urlset>";

    fn read_text(text: &str) -> Result<Outline, ExtractError> {
        read(text.as_bytes(), &ExtractLimits::default())
    }

    fn zipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn pages_are_listed_plain_and_zipped() {
        let plain = read_text(PAGES).unwrap();
        assert_eq!(plain.links, ["https://a.example/?a=1&b=2", "https://a.example/two"], "no pictures");
        assert_eq!(read(&zipped(PAGES.as_bytes()), &ExtractLimits::default()), Ok(plain));
    }

    #[test]
    fn an_index_lists_sitemaps() {
        let index = "<sitemapindex><sitemap><loc>https://a.example/1.xml.gz</loc></sitemap></sitemapindex>";
        assert_eq!(read_text(index).unwrap().sitemaps, ["https://a.example/1.xml.gz"]);
    }

    #[test]
    fn a_text_lists_an_address_a_line() {
        let outline = read_text("\u{feff}https://a.example/1\r\n# no\r\nhttps://a.example/2\n").unwrap();
        assert_eq!(outline.links, ["https://a.example/1", "https://a.example/2"]);
    }

    #[test]
    fn bombs_of_every_kind_end_early() {
        let bomb = zipped(&vec![b'\n'; 60 << 20]);
        assert!(matches!(read(&bomb, &ExtractLimits::default()), Err(ExtractError::TooLarge(_))));
        let many = format!("<urlset>{}</urlset>", "<loc>http://a/</loc>".repeat(ADDRESSES_MAX + 5));
        assert_eq!(read_text(&many).unwrap().links.len(), ADDRESSES_MAX);
        let entities = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><urlset><loc>http://a/&b;</loc></urlset>";
        assert!(matches!(read_text(entities), Err(ExtractError::Suspicious(_))));
        let long = format!("<urlset><loc>http://a/{}</loc></urlset>", "x".repeat(1 << 20));
        assert_eq!(read_text(&long).unwrap().links, Vec::<String>::new());
    }

    #[test]
    fn what_is_no_sitemap_is_refused_and_what_is_damaged_counts_as_far_as_it_goes() {
        for other in ["<html><body>404</body></html>", "<", "<a", "<urls><loc>x</loc></urls>"] {
            assert!(matches!(read_text(other), Err(ExtractError::Malformed(_))), "{other}");
        }
        assert_eq!(read_text("<urlset><loc>http://a/1</loc><loc>http").unwrap().links, ["http://a/1"]);
        assert_eq!(read_text("no addresses").unwrap(), Outline::default());
    }
}
