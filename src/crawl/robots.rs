//! The Robots Exclusion Protocol, RFC 9309: what a site lets crawlers read.

use std::borrow::Cow;
use std::time::Duration;

use aihio_actors::ingestion::state::path_matches;
use url::{Position, Url};

/// Rules that are kept of one file: each is held against each address.
const RULES_MAX: usize = 10_000;
/// Sitemaps that are kept of one file.
const SITEMAPS_MAX: usize = 50;

/// Which paths a site lets us read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rules {
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
    sitemaps: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    verdict: Verdict,
    /// With percent-encoding normalised; may hold `*` anywhere and `$` at its end.
    pattern: String,
}

/// Ordered, so that of two equally long matches the one that allows is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Disallow,
    Allow,
}

impl Rules {
    /// The rules of a site that has none.
    pub(super) fn allow_all() -> Self {
        Self::default()
    }

    /// The rules of a site that must not be read.
    pub(super) fn forbid_all() -> Self {
        let rules = vec![Rule { verdict: Verdict::Disallow, pattern: "/".into() }];
        Self { rules, ..Self::default() }
    }

    /// The rules that a file has for `product`: those of all groups that name it, or else of all groups for everybody.
    pub(super) fn parse(file: &[u8], product: &str) -> Self {
        let text = String::from_utf8_lossy(file);
        let (mut ours, mut everybodys) = (None, Named::default());
        let mut group = Group::default();
        let mut sitemaps = Vec::new();
        for (key, value) in text.trim_start_matches('\u{feff}').split(['\n', '\r']).filter_map(parse_line) {
            let line = match key.to_ascii_lowercase().as_str() {
                "user-agent" => {
                    group.add_agent(value, product);
                    continue;
                }
                "sitemap" => {
                    sitemaps.push(value.to_owned());
                    continue;
                }
                "allow" => Line::Rule(Verdict::Allow),
                "disallow" => Line::Rule(Verdict::Disallow),
                "crawl-delay" => Line::CrawlDelay,
                _ => continue,
            };
            group.in_rules = true;
            if group.is_ours {
                // A group without a usable rule still is ours, and then allows everything.
                ours.get_or_insert_with(Named::default).add(line, value);
            }
            if group.is_everybodys {
                everybodys.add(line, value);
            }
        }
        sitemaps.truncate(SITEMAPS_MAX);
        let Named { rules, crawl_delay } = ours.unwrap_or(everybodys);
        Self { rules, crawl_delay, sitemaps }
    }

    /// The time between two requests that the site asks for. No standard, but widely meant.
    pub(super) const fn crawl_delay(&self) -> Option<Duration> {
        self.crawl_delay
    }

    /// The sitemaps that the site names (sitemaps.org, "Submitting your Sitemap").
    pub(super) fn sitemaps(&self) -> &[String] {
        &self.sitemaps
    }

    /// Whether a page may be read: the longest pattern that matches decides.
    pub(super) fn allow(&self, url: &Url) -> bool {
        let path = normalise(&url[Position::BeforePath..Position::AfterQuery]);
        if path == "/robots.txt" {
            return true;
        }
        let matching = self.rules.iter().filter(|rule| path_matches(&rule.pattern, &path));
        let decisive = matching.max_by_key(|rule| (rule.pattern.len(), rule.verdict));
        decisive.is_none_or(|rule| rule.verdict == Verdict::Allow)
    }
}

/// What a line within a group says.
#[derive(Clone, Copy)]
enum Line {
    Rule(Verdict),
    CrawlDelay,
}

/// What the groups for somebody say together.
#[derive(Default)]
struct Named {
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
}

impl Named {
    fn add(&mut self, line: Line, value: &str) {
        match line {
            Line::Rule(verdict) if self.rules.len() < RULES_MAX => {
                self.rules.extend(Rule::new(verdict, value));
            }
            Line::Rule(_) => {}
            Line::CrawlDelay => {
                let seconds =
                    value.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                self.crawl_delay = self.crawl_delay.max(seconds);
            }
        }
    }
}

impl Rule {
    fn new(verdict: Verdict, pattern: &str) -> Option<Self> {
        pattern.starts_with(['/', '*']).then(|| Self { verdict, pattern: normalise(pattern).into_owned() })
    }
}

/// The lines of `User-agent` that stand together, and what follows them.
#[derive(Default)]
struct Group {
    is_ours: bool,
    is_everybodys: bool,
    in_rules: bool,
}

impl Group {
    fn add_agent(&mut self, agent: &str, product: &str) {
        if self.in_rules {
            *self = Self::default();
        }
        let token = agent.split(|c: char| !(c.is_ascii_alphabetic() || matches!(c, '-' | '_'))).next();
        self.is_ours |= token.is_some_and(|token| token.eq_ignore_ascii_case(product));
        self.is_everybodys |= agent == "*";
    }
}

/// A line's key and value, without its comment.
fn parse_line(line: &str) -> Option<(&str, &str)> {
    let (line, _) = line.split_once('#').unwrap_or((line, ""));
    let (key, value) = line.split_once(':')?;
    Some((key.trim(), value.trim()))
}

/// Spells percent-encoding in one way: unreserved characters plain, all others that are encoded or not ASCII as
/// upper-case triplets (RFC 9309, section 2.2.2).
fn normalise(path: &str) -> Cow<'_, str> {
    if path.is_ascii() && !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut normalised = String::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        let encoded = (*byte == b'%').then(|| decode_triplet(tail)).flatten();
        rest = if encoded.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
        let byte = encoded.unwrap_or(*byte);
        let is_unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if is_unreserved || (encoded.is_none() && byte.is_ascii()) {
            normalised.push(char::from(byte));
        } else {
            normalised.push_str(&format!("%{byte:02X}"));
        }
    }
    Cow::Owned(normalised)
}

fn decode_triplet(tail: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(file: &str, path: &str) -> bool {
        let url = Url::parse("https://example.com").unwrap().join(path).unwrap();
        Rules::parse(file.as_bytes(), "aihio").allow(&url)
    }

    #[test]
    fn the_longest_match_decides_and_a_tie_allows() {
        let file = "User-agent: *\nDisallow: /shop\nAllow: /shop/open\nDisallow: /a\nAllow: /a";
        assert!(!allows(file, "/shop/x"));
        assert!(allows(file, "/shop/open/x"));
        assert!(allows(file, "/a"));
        assert!(allows(file, "/"));
    }

    #[test]
    fn our_own_groups_come_before_everybodys_and_are_merged() {
        let file = "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-Agent: AIHIO/2.0\nDisallow: /one\n\n\
                    user-agent: aihio\nSitemap: https://example.com/s\nDisallow: /two # why";
        assert!(allows(file, "/three"));
        assert!(!allows(file, "/one"));
        assert!(!allows(file, "/two"));
        assert!(allows("User-agent: *\nDisallow: /\nUser-agent: aihio\nDisallow:", "/x"));
        assert!(allows("User-agent: aihiox\nDisallow: /", "/x"));
    }

    #[test]
    fn stars_and_dollars_are_understood() {
        let cases = [
            ("/*.pdf$", "/a/b.pdf", false),
            ("/*.pdf$", "/a/b.pdf?x", true),
            ("/a*b*c", "/a1b2c3", false),
            ("/a*b*c", "/a1c2b3", true),
            ("/a*b$", "/ab1b", false),
            ("/a$", "/ab", true),
            ("*/private", "/x/private/y", false),
            ("/fish*", "/fish.html", false),
            ("/a**b", "/axb", false),
        ];
        for (pattern, path, allowed) in cases {
            assert_eq!(
                allows(&format!("User-agent: *\nDisallow: {pattern}"), path),
                allowed,
                "{pattern} {path}"
            );
        }
    }

    #[test]
    fn percent_encoding_is_normalised() {
        let file = "User-agent: *\nDisallow: /ä%7euser/%c3%b6";
        assert!(!allows(file, "/%C3%A4~user/ö"));
        assert!(allows(file, "/a~user/ö"));
        assert!(!allows("User-agent: *\nDisallow: /a%2fb", "/a%2Fb"));
        assert!(allows("User-agent: *\nDisallow: /a%2fb", "/a/b"));
        assert!(!allows("User-agent: *\nDisallow: /100%", "/100%"));
    }

    #[test]
    fn odd_files_are_read_with_patience() {
        assert!(!allows("\u{feff}User-agent: *\r\nfoo\r\nDisallow:/x\r\n", "/x"));
        assert!(!allows("User-agent:*\rDisallow: /x", "/x"));
        assert!(allows("Disallow: /", "/x"), "rules before any group are nobody's");
        assert!(allows("<html>Not found</html>", "/x"));
        assert!(allows("User-agent: *\nDisallow: /", "/robots.txt"));
        assert!(
            Rules::parse(b"User-agent: *\nDisallow: /\xFF\xFE", "aihio")
                .allow(&Url::parse("http://a/x").unwrap())
        );
    }

    #[test]
    fn delays_and_sitemaps_are_read() {
        let file = "Sitemap: https://a.example/1.xml\nUser-agent: *\nCrawl-delay: 5\n\nUser-agent: aihio\n\
                    Crawl-Delay: 1.5\nDisallow: /x\nsitemap: https://a.example/2.xml";
        let rules = Rules::parse(file.as_bytes(), "aihio");
        assert_eq!(rules.crawl_delay(), Some(Duration::from_millis(1_500)));
        assert_eq!(rules.sitemaps(), ["https://a.example/1.xml", "https://a.example/2.xml"]);
        assert!(!allows(file, "/x"));
        for odd in ["-1", "nan", "inf", "1e99", "soon"] {
            let rules = Rules::parse(format!("User-agent: *\nCrawl-delay: {odd}").as_bytes(), "aihio");
            assert_eq!(rules.crawl_delay(), None, "{odd}");
        }
    }

    #[test]
    fn a_file_of_rules_without_end_is_cut() {
        let file = format!("User-agent: *\n{}", "Disallow: /a*b*c*d\nSitemap: http://a/\n".repeat(20_000));
        let rules = Rules::parse(file.as_bytes(), "aihio");
        assert_eq!((rules.rules.len(), rules.sitemaps().len()), (RULES_MAX, SITEMAPS_MAX));
    }

    #[test]
    fn all_or_nothing() {
        let url = Url::parse("http://a.example/x").unwrap();
        assert!(Rules::allow_all().allow(&url));
        assert!(!Rules::forbid_all().allow(&url));
    }
}
