//! Which addresses belong to a site, and the one way in which each is written.

use url::{Position, Url};

use super::pattern::path_matches;
use crate::model::SiteRules;
use crate::ports::Outline;

/// The longest address that is kept, in bytes: databases index it.
const ADDRESS_BYTES_MAX: usize = 2_000;
/// How often a path may repeat a part: `/a/b/a/b/a/b` is how relative links go round in circles.
const REPEATS_MAX: usize = 3;
/// Parameters that say where a visitor came from or who is signed in, and nothing about the page.
const IDLE_PARAMETERS: [&str; 9] =
    ["fbclid", "gclid", "jsessionid", "mc_cid", "mc_eid", "msclkid", "phpsessid", "sessionid", "sid"];
/// What is no text, by the ends of its names.
const MEDIA: [&str; 32] = [
    "7z", "apk", "avi", "avif", "bmp", "bz2", "css", "dmg", "doc", "eot", "exe", "gif", "gz", "ico", "iso",
    "jpeg", "jpg", "js", "mov", "mp3", "mp4", "mpg", "ogg", "png", "rar", "svg", "tar", "tiff", "wav",
    "webm", "webp", "woff2",
];

/// A site: one host with or without `www.`, over http or https alike.
#[derive(Debug, Clone)]
pub struct Scope {
    host: String,
    port: Option<u16>,
    rules: SiteRules,
}

impl Scope {
    /// The site that an address is of.
    #[must_use]
    pub fn of(address: &str, rules: &SiteRules) -> Option<Self> {
        let url = Url::parse(address).ok()?;
        Some(Self { host: bare_host(&url)?, port: url.port(), rules: rules.clone() })
    }

    /// How far to go.
    #[must_use]
    pub const fn rules(&self) -> &SiteRules {
        &self.rules
    }

    /// Whether an address is of this site, whatever is wanted of it.
    #[must_use]
    pub fn holds(&self, url: &Url) -> bool {
        matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.port() == self.port
            && bare_host(url).is_some_and(|host| host == self.host)
    }

    /// Whether an address is to be read.
    fn admits(&self, url: &Url) -> bool {
        let path = &url[Position::BeforePath..Position::AfterQuery];
        let any = |patterns: &[String]| patterns.iter().any(|pattern| path_matches(pattern, path));
        self.holds(url)
            && url.as_str().len() <= ADDRESS_BYTES_MAX
            && !is_media(url)
            && !goes_in_circles(url)
            && (self.rules.include.is_empty() || any(&self.rules.include))
            && !any(&self.rules.exclude)
    }

    /// The addresses to read among those that a page at `at` leads to, each once, in order.
    #[must_use]
    pub fn pages(&self, at: &str, outline: &Outline) -> Vec<String> {
        self.resolved(at, outline, &outline.links, |url| self.admits(url))
    }

    /// The sitemaps of this site among those that one at `at` lists.
    #[must_use]
    pub fn sitemaps(&self, at: &str, outline: &Outline) -> Vec<String> {
        self.resolved(at, outline, &outline.sitemaps, |url| self.holds(url))
    }

    fn resolved(
        &self,
        at: &str,
        outline: &Outline,
        addresses: &[String],
        wanted: impl Fn(&Url) -> bool,
    ) -> Vec<String> {
        let Some(base) = base(at, outline) else { return Vec::new() };
        let mut seen = std::collections::HashSet::new();
        let urls = addresses.iter().filter_map(|address| base.join(address).ok());
        let urls = urls.map(tidied).filter(wanted).map(String::from);
        urls.filter(|url| seen.insert(url.clone())).collect()
    }

    /// The address that a page at `at` goes by: the one that it names itself, if that is of this site. A deeper page that
    /// names the front page is mistaken more often than not, and is not believed.
    #[must_use]
    pub fn identity(&self, at: &str, outline: &Outline) -> String {
        let own = Url::parse(at).map(tidied).ok();
        let named = outline.canonical.as_ref().and_then(|named| base(at, outline)?.join(named).ok());
        let named =
            named.map(tidied).filter(|url| self.holds(url) && url.as_str().len() <= ADDRESS_BYTES_MAX);
        let is_front = |url: &Url| url.path() == "/" && url.query().is_none();
        let named = named.filter(|url| !is_front(url) || own.as_ref().is_some_and(is_front));
        named.or(own).map_or_else(|| at.to_owned(), String::from)
    }
}

/// An address in the one way that it is written: without fragment, and without parameters that say nothing.
#[must_use]
pub fn spelled(address: &str) -> Option<String> {
    Url::parse(address).ok().map(tidied).map(String::from)
}

fn tidied(mut url: Url) -> Url {
    url.set_fragment(None);
    if url.query().is_some() {
        let kept: Vec<(String, String)> =
            url.query_pairs().filter(|(name, _)| !is_idle(name)).map(|(n, v)| (n.into(), v.into())).collect();
        let all = url.query_pairs().count();
        if kept.is_empty() {
            url.set_query(None);
        } else if kept.len() < all {
            url.query_pairs_mut().clear().extend_pairs(kept);
        }
    }
    url
}

fn is_idle(parameter: &str) -> bool {
    let name = parameter.to_ascii_lowercase();
    name.starts_with("utm_") || IDLE_PARAMETERS.contains(&name.as_str())
}

fn base(at: &str, outline: &Outline) -> Option<Url> {
    let own = Url::parse(at).ok()?;
    let base = outline.base.as_ref().and_then(|base| own.join(base).ok());
    Some(base.filter(|base| matches!(base.scheme(), "http" | "https")).unwrap_or(own))
}

fn bare_host(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    let host = host.strip_suffix('.').unwrap_or(host);
    Some(host.strip_prefix("www.").unwrap_or(host).to_owned())
}

fn is_media(url: &Url) -> bool {
    let name = url.path().rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').is_some_and(|(_, end)| MEDIA.contains(&end.to_ascii_lowercase().as_str()))
}

fn goes_in_circles(url: &Url) -> bool {
    let parts: Vec<&str> = url.path().split('/').filter(|part| !part.is_empty()).collect();
    parts.iter().any(|part| parts.iter().filter(|other| *other == part).count() > REPEATS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(include: &[&str], exclude: &[&str]) -> Scope {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let rules = SiteRules { max_pages: 9, depth: 9, include: words(include), exclude: words(exclude) };
        Scope::of("https://www.shop.example/start", &rules).unwrap()
    }

    fn outline(links: &[&str]) -> Outline {
        Outline { links: links.iter().map(|link| (*link).to_owned()).collect(), ..Outline::default() }
    }

    fn pages(scope: &Scope, links: &[&str]) -> Vec<String> {
        scope.pages("https://shop.example/docs/", &outline(links))
    }

    #[test]
    fn addresses_are_resolved_and_written_in_one_way() {
        let found = pages(
            &scope(&[], &[]),
            &[
                "a",
                "a#x",
                "/b?utm_source=mail",
                "/b",
                "/c?x=1&PHPSESSID=9",
                "http://www.shop.example/d",
                "//shop.example/e",
            ],
        );
        assert_eq!(
            found,
            [
                "https://shop.example/docs/a",
                "https://shop.example/b",
                "https://shop.example/c?x=1",
                "http://www.shop.example/d",
                "https://shop.example/e"
            ]
        );
    }

    #[test]
    fn what_is_elsewhere_or_no_text_or_a_circle_is_left() {
        let links = [
            "https://other.example/",
            "https://shop.example.evil.example/",
            "https://shop.example:8443/",
            "https://me@shop.example/",
            "ftp://shop.example/",
            "javascript:void(0)",
            "mailto:a@shop.example",
            "/logo.PNG",
            "/x/y/x/y/x/y/x/y",
            "http://127.0.0.1/",
            "http://[::1",
        ];
        assert_eq!(pages(&scope(&[], &[]), &links), Vec::<String>::new());
        let long = format!("/{}", "a".repeat(ADDRESS_BYTES_MAX));
        assert_eq!(pages(&scope(&[], &[]), &[&long]), Vec::<String>::new());
    }

    #[test]
    fn patterns_choose_among_the_pages() {
        let scope = scope(&["/docs/", "/help$"], &["/docs/old", "*print="]);
        let links = ["a", "old/b", "a?print=1", "/help", "/help/me", "/shop"];
        assert_eq!(pages(&scope, &links), ["https://shop.example/docs/a", "https://shop.example/help"]);
    }

    #[test]
    fn a_base_moves_relative_links_and_nothing_else() {
        let based = Outline { base: Some("/v2/".into()), ..outline(&["a", "/b"]) };
        assert_eq!(
            scope(&[], &[]).pages("https://shop.example/docs/", &based),
            ["https://shop.example/v2/a", "https://shop.example/b"]
        );
        let hostile = Outline { base: Some("http://169.254.169.254/".into()), ..outline(&["latest"]) };
        assert_eq!(scope(&[], &[]).pages("https://shop.example/", &hostile), Vec::<String>::new());
    }

    #[test]
    fn a_page_goes_by_the_address_that_it_names_on_its_own_site() {
        let scope = scope(&[], &[]);
        let named = |at: &str, canonical: &str| {
            scope.identity(at, &Outline { canonical: Some(canonical.into()), ..Outline::default() })
        };
        assert_eq!(named("https://shop.example/a?b=1", "/a"), "https://shop.example/a");
        for elsewhere in
            ["https://other.example/a", "http://10.0.0.1/", "https://shop.example/", "file:///etc/passwd"]
        {
            assert_eq!(named("https://shop.example/a#x", elsewhere), "https://shop.example/a", "{elsewhere}");
        }
    }
}
