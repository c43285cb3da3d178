//! HTML to Markdown: the main text where there is one, else all of the page that is no furniture.

use aihio_actors::ports::{ExtractError, Extracted};
use dom_smoothie::Readability;
use htmd::element_handler::{HandlerResult, Handlers};
use htmd::options::{BulletListMarker, Options};
use htmd::{Element, HtmlToMarkdown};

use super::limits::ExtractLimits;
use super::text::{tidy, title_of};

/// Elements that are never part of what a page says.
const FURNITURE: &[&str] = &[
    "head", "script", "style", "noscript", "template", "nav", "footer", "form", "button", "select", "iframe",
    "svg", "canvas", "img", "picture", "video", "audio", "dialog",
];

/// The main text must hold at least this share of the page's words: one in `MAIN_SHARE`. Finders of articles drop
/// price lists and questions with answers, which are what visitors ask about.
const MAIN_SHARE: usize = 2;

/// Reads a page.
///
/// # Errors
/// [`ExtractError::Empty`] for a page without words, [`ExtractError::TooLarge`] for one that is nested too deeply or
/// holds too many elements or too much text.
pub(super) fn read(html: &str, limits: &ExtractLimits) -> Result<Extracted, ExtractError> {
    let mut page = Readability::from(html);
    check_shape(&page, limits)?;
    let title = title(&page);
    let whole = to_markdown(html)?;
    // `parse` takes the page apart, so it comes last.
    let main = page.parse().ok().map(|article| to_markdown(&article.content)).transpose()?;
    let text = match main {
        Some(main) if words(&main) * MAIN_SHARE >= words(&whole) => main,
        _ => whole,
    };
    Ok(Extracted { title, text: tidy(&text, limits)? })
}

/// The text of a page that is all text, such as a chapter of a book; it may be empty.
///
/// # Errors
/// [`ExtractError::TooLarge`] for one that is nested too deeply or holds too many elements.
pub(super) fn chapter(html: &str, limits: &ExtractLimits) -> Result<String, ExtractError> {
    check_shape(&Readability::from(html), limits)?;
    to_markdown(html)
}

/// The converter walks the tree by recursion: what is nested deeper than its stack would end the process.
fn check_shape(page: &Readability, limits: &ExtractLimits) -> Result<(), ExtractError> {
    let mut open = vec![(page.doc.root(), 0_usize)];
    let mut elements = 0_usize;
    while let Some((node, depth)) = open.pop() {
        elements += usize::from(node.is_element());
        if elements > limits.elements_max {
            return Err(ExtractError::TooLarge("the page has too many elements".into()));
        }
        if depth > limits.nesting_max {
            return Err(ExtractError::TooLarge("the page's elements are nested too deeply".into()));
        }
        open.extend(node.children_it(false).map(|child| (child, depth + 1)));
    }
    Ok(())
}

fn title(page: &Readability) -> Option<String> {
    let named = |selector| title_of(&page.doc.select_single(selector).text());
    named("head > title").or_else(|| named("h1"))
}

fn to_markdown(html: &str) -> Result<String, ExtractError> {
    let options =
        Options { bullet_list_marker: BulletListMarker::Dash, ul_bullet_spacing: 1, ..Options::default() };
    HtmlToMarkdown::builder()
        .options(Options { ol_number_spacing: 1, ..options })
        .skip_tags(FURNITURE.to_vec())
        .add_handler(vec!["a"], link)
        .build()
        .convert(html)
        .map_err(|_| ExtractError::Malformed("its HTML can't be understood".into()))
}

/// Keeps the target of links that lead somewhere outside of their page; of others the words alone.
fn link(handlers: &dyn Handlers, element: Element<'_>) -> Option<HandlerResult> {
    let leads_somewhere = element.attrs.iter().any(|attribute| {
        &*attribute.name.local == "href"
            && ["https://", "http://", "mailto:", "tel:"]
                .iter()
                .any(|scheme| attribute.value.starts_with(scheme))
    });
    if leads_somewhere { handlers.fallback(element) } else { Some(handlers.walk_children(element.node)) }
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_page(html: &str) -> Result<Extracted, ExtractError> {
        read(html, &ExtractLimits::default())
    }

    #[test]
    fn the_main_text_comes_out_as_markdown() {
        let paragraph =
            "Parcels are sent within two working days, and the tracking number comes by mail. ".repeat(8);
        let html = format!(
            "<!doctype html><html><head><title> Shipping \n terms </title><style>p{{}}</style></head><body>\
             <nav><a href=/a>Home</a><a href=/b>Shop</a></nav><article><h2>Times</h2><p>{paragraph}</p>\
             <ul><li>Finland: 2 days<li>Sweden: 3 days</ul></article><script>alert('no')</script>\
             <footer>Imprint</footer></body></html>"
        );
        let page = read_page(&html).unwrap();
        assert_eq!(page.title.as_deref(), Some("Shipping terms"));
        assert!(page.text.contains("## Times"), "{}", page.text);
        assert!(page.text.contains("- Finland: 2 days"), "{}", page.text);
        for absent in ["alert", "Shop", "Imprint", "p{}"] {
            assert!(!page.text.contains(absent), "{absent} in {}", page.text);
        }
    }

    #[test]
    fn a_page_without_an_article_is_read_whole() {
        let page = read_page("<h1>Prices</h1><table><tr><td>Tea</td><td>3 €</td></tr></table>").unwrap();
        assert_eq!(page.title.as_deref(), Some("Prices"));
        assert!(page.text.contains("Tea") && page.text.contains("3 €"), "{}", page.text);
    }

    #[test]
    fn only_links_that_lead_somewhere_keep_their_target() {
        let page = read_page(
            "<p>See <a href='/terms'>the terms</a>, <a href='javascript:x()'>this</a> or \
             <a href='https://example.com/a'>that</a>.</p>",
        )
        .unwrap();
        assert_eq!(page.text, "See the terms, this or [that](https://example.com/a).");
    }

    #[test]
    fn a_page_without_words_is_empty() {
        let html =
            "<html><head><title>App</title></head><body><div id=root></div><script>x()</script></body>";
        assert_eq!(read_page(html), Err(ExtractError::Empty));
    }

    #[test]
    fn deep_and_wide_pages_are_refused() {
        let deep = "<div>".repeat(1_000);
        assert!(matches!(read_page(&deep), Err(ExtractError::TooLarge(_))));
        let limits = ExtractLimits { elements_max: 100, ..ExtractLimits::default() };
        assert!(matches!(read(&"<br>".repeat(101), &limits), Err(ExtractError::TooLarge(_))));
    }
}
