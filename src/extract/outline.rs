//! Where a page of HTML leads: its links, and what it says of being found.

use aihio_actors::ports::{Following, Indexing, Outline};
use dom_smoothie::Readability;

/// The most links of one page that are followed: whoever has more wants to keep us busy.
const LINKS_MAX: usize = 2_000;
/// The longest address, in bytes.
const ADDRESS_BYTES_MAX: usize = 2_000;

/// Reads where a page leads. Addresses stay as they are written.
pub(super) fn read(html: &str) -> Outline {
    let page = Readability::from(html);
    let attribute = |selector: &str, name: &str| {
        page.doc.select_single(selector).attr(name).map(|value| value.trim().to_owned())
    };
    let robots: Vec<String> = ["meta[name=robots i]", "meta[name=aihio i]"]
        .iter()
        .filter_map(|selector| attribute(selector, "content"))
        .flat_map(|content| {
            content.split(',').map(|word| word.trim().to_ascii_lowercase()).collect::<Vec<_>>()
        })
        .collect();
    let says = |word: &str| robots.iter().any(|said| said == word || said == "none");
    Outline {
        base: attribute("base[href]", "href").filter(|address| is_short(address)),
        links: links(&page),
        sitemaps: Vec::new(),
        canonical: attribute("link[rel=canonical i]", "href").filter(|address| is_short(address)),
        indexing: if says("noindex") { Indexing::Forbidden } else { Indexing::Allowed },
        following: if says("nofollow") { Following::Forbidden } else { Following::Allowed },
    }
}

fn links(page: &Readability) -> Vec<String> {
    let anchors = page.doc.select("a[href], area[href]");
    let wanted = anchors.iter().filter(|anchor| {
        let rel = anchor.attr("rel").map(|rel| rel.to_ascii_lowercase()).unwrap_or_default();
        !rel.split_whitespace().any(|word| word == "nofollow")
    });
    let addresses = wanted.filter_map(|anchor| anchor.attr("href").map(|href| href.trim().to_owned()));
    addresses.filter(|address| !address.starts_with('#') && is_short(address)).take(LINKS_MAX).collect()
}

fn is_short(address: &str) -> bool {
    !address.is_empty() && address.len() <= ADDRESS_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_canonical_and_base_are_found_as_they_are_written() {
        let outline = read(
            "<head><base href=/docs/><link rel=Canonical href='https://a.example/x'></head>\
             <nav><a href=' one '>1</a></nav><map><area href=/two></map><a rel='ugc NoFollow' href=/no>n</a>\
             <a href='#top'>t</a><a>none</a>",
        );
        assert_eq!(outline.links, ["one", "/two"]);
        assert_eq!(outline.base.as_deref(), Some("/docs/"));
        assert_eq!(outline.canonical.as_deref(), Some("https://a.example/x"));
        assert_eq!((outline.indexing, outline.following), (Indexing::Allowed, Following::Allowed));
    }

    #[test]
    fn a_page_may_forbid_to_be_found_or_followed() {
        let outline = read("<meta name=ROBOTS content='NoIndex, follow'>");
        assert_eq!((outline.indexing, outline.following), (Indexing::Forbidden, Following::Allowed));
        let outline = read("<meta name=aihio content=none>");
        assert_eq!((outline.indexing, outline.following), (Indexing::Forbidden, Following::Forbidden));
    }

    #[test]
    fn a_page_of_links_alone_ends_at_the_most_that_are_followed() {
        let html: String = (0..3_000).map(|n| format!("<a href=/{n}>{n}</a>")).collect();
        assert_eq!(read(&html).links.len(), LINKS_MAX);
        let long = format!("<a href='/{}'>x</a>", "a".repeat(ADDRESS_BYTES_MAX));
        assert_eq!(read(&long).links, Vec::<String>::new());
    }
}
