//! What the demo chatbot "Guide" has read: this project's own documentation, as it is in this program.

/// A page of the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoPage {
    /// Its title.
    pub title: &'static str,
    /// Its text, Markdown.
    pub text: &'static str,
}

/// The demo chatbot's name.
pub const NAME: &str = "Guide";

/// The demo chatbot's slug.
pub const SLUG: &str = "guide";

/// What it says before the first message.
pub const GREETING: &str = "Hello! I have read the manual of aihio. Ask me anything about it.";

/// Questions that it offers.
pub const SUGGESTIONS: [&str; 3] = [
    "How do I put the widget on my site?",
    "What does an acknowledged message mean?",
    "Which file types are supported?",
];

/// Every page, in the order of the manual.
pub const PAGES: [DemoPage; 9] = [
    DemoPage { title: "aihio", text: include_str!("../../README.md") },
    DemoPage { title: "Getting started", text: include_str!("../../docs/src/getting-started.md") },
    DemoPage { title: "Knowledge and answers", text: include_str!("../../docs/src/knowledge.md") },
    DemoPage { title: "Configuration", text: include_str!("../../docs/src/configuration.md") },
    DemoPage { title: "REST interface", text: include_str!("../../docs/src/rest.md") },
    DemoPage { title: "Visitor socket", text: include_str!("../../docs/src/protocol.md") },
    DemoPage { title: "Operations", text: include_str!("../../docs/src/operations.md") },
    DemoPage { title: "Security", text: include_str!("../../docs/src/security.md") },
    DemoPage { title: "Retrieval", text: include_str!("../../docs/src/retrieval.md") },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_of_the_manual_is_read_under_its_own_title() {
        let contents = include_str!("../../docs/src/SUMMARY.md");
        let listed: Vec<&str> =
            contents.lines().filter_map(|line| line.strip_prefix("- [")?.split(']').next()).collect();
        let read: Vec<&str> = PAGES.iter().map(|page| page.title).collect();
        // The page on architecture only points to the repository's own.
        let missing: Vec<&&str> =
            listed.iter().filter(|title| !read.contains(title) && **title != "Architecture").collect();
        assert!(missing.is_empty(), "{missing:?}");
        for page in &PAGES {
            assert!(page.text.starts_with(&format!("# {}", page.title)), "{}", page.title);
        }
    }

    #[test]
    fn what_is_suggested_is_a_question_that_the_manual_asks_itself() {
        for question in SUGGESTIONS {
            assert!(PAGES.iter().any(|page| page.text.contains(&format!("\n## {question}\n"))), "{question}");
        }
    }
}
