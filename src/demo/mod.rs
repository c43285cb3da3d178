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
pub const PAGES: [DemoPage; 11] = [
    DemoPage { title: "aihio", text: include_str!("../../README.md") },
    DemoPage { title: "Getting started", text: include_str!("../../docs/src/getting-started.md") },
    DemoPage { title: "Knowledge and answers", text: include_str!("../../docs/src/knowledge.md") },
    DemoPage { title: "Tools", text: include_str!("../../docs/src/tools.md") },
    DemoPage { title: "Configuration", text: include_str!("../../docs/src/configuration.md") },
    DemoPage { title: "REST interface", text: include_str!("../../docs/src/rest.md") },
    DemoPage { title: "Visitor socket", text: include_str!("../../docs/src/protocol.md") },
    DemoPage { title: "Operations", text: include_str!("../../docs/src/operations.md") },
    DemoPage { title: "Reliability", text: include_str!("../../docs/src/reliability.md") },
    DemoPage { title: "Security", text: include_str!("../../docs/src/security.md") },
    DemoPage { title: "Retrieval", text: include_str!("../../docs/src/retrieval.md") },
];

/// Every page without the sections that [`questions`] gives, so that nothing is read twice; pages of nothing else are left
/// out.
pub fn pages() -> impl Iterator<Item = (&'static str, String)> {
    PAGES.iter().filter_map(|page| {
        let (head, _) = page.text.split_once("\n## ").unwrap_or((page.text, ""));
        let sections = page.text.split("\n## ").skip(1).filter(|section| as_question(section).is_none());
        let rest: String = sections.map(|section| format!("\n## {section}")).collect();
        let said = head.lines().skip(1).any(|line| !line.trim().is_empty()) || !rest.is_empty();
        said.then(|| (page.title, format!("{head}{rest}")))
    })
}

/// A question that the manual asks itself, as a heading, with the section below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoQuestion {
    /// The heading.
    pub question: &'static str,
    /// The section, Markdown.
    pub answer: &'static str,
}

/// Every such question, in the order of the manual. Read as sources of kind `qa` beside [`pages`], they are answered with
/// their whole section.
pub fn questions() -> impl Iterator<Item = DemoQuestion> {
    let sections = PAGES.iter().flat_map(|page| page.text.split("\n## ").skip(1));
    sections.filter_map(as_question)
}

fn as_question(section: &'static str) -> Option<DemoQuestion> {
    let (question, answer) = section.split_once('\n')?;
    let (question, answer) = (question.trim(), answer.trim());
    (question.ends_with('?') && !answer.is_empty()).then_some(DemoQuestion { question, answer })
}

#[cfg(test)]
mod tests;
