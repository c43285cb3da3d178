//! The file with the questions.

use std::error::Error;
use std::fs;

use serde::Deserialize;

/// All of it.
#[derive(Deserialize)]
pub(crate) struct File {
    pub(crate) articles: Vec<Article>,
    /// Questions that no article answers.
    #[serde(default)]
    pub(crate) strangers: Vec<String>,
}

/// What one chatbot has read, and what it is asked.
#[derive(Deserialize)]
pub(crate) struct Article {
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) paragraphs: Vec<String>,
    /// Files that are read in place of paragraphs, from the folder in which this runs.
    #[serde(default)]
    files: Vec<String>,
    /// What the files hold.
    #[serde(skip)]
    pub(crate) texts: Vec<String>,
    pub(crate) questions: Vec<Question>,
}

/// One question.
#[derive(Deserialize)]
pub(crate) struct Question {
    pub(crate) question: String,
    /// The paragraph that it was written for.
    pub(crate) paragraph: Option<usize>,
    #[serde(default)]
    pub(crate) answers: Vec<String>,
}

impl File {
    pub(crate) fn read(path: &str) -> Result<Self, Box<dyn Error>> {
        let mut file: Self = serde_json::from_str(&fs::read_to_string(path)?)?;
        for article in &mut file.articles {
            article.texts = article.files.iter().map(fs::read_to_string).collect::<Result<_, _>>()?;
        }
        Ok(file)
    }
}

impl Article {
    pub(crate) fn answerable(&self) -> impl Iterator<Item = &Question> {
        self.questions.iter().filter(|question| question.answerable())
    }
}

impl Question {
    pub(crate) const fn answerable(&self) -> bool {
        !self.answers.is_empty()
    }

    pub(crate) fn is_answered_in(&self, text: &str) -> bool {
        self.answers.iter().any(|answer| text.contains(answer.as_str()))
    }
}
