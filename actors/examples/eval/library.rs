//! Passages that can be searched in each of the ways that are compared.

use std::ops::Range;
use std::sync::Arc;

use aihio_actors::chatbot::knowledge::{ChunkNumber, DEPTH, Fusion, Index, Vectors, VectorsBuilder, split};
use aihio_actors::embedding::StaticModel;
use aihio_actors::model::{Chunk, ChunkId, DocumentId, Hit, SourceId};
use uuid::Uuid;

use crate::questions::Article;

/// A way to search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Way {
    /// By words alone.
    Words,
    /// By vectors alone.
    Vectors,
    /// As a chatbot searches, with these vectors or without.
    Whole(Fusion),
}

/// What was read, and all that searches it.
pub(crate) struct Library<'m> {
    pub(crate) index: Index,
    /// The texts that passages are cut from.
    pub(crate) texts: Vec<String>,
    vectors: Vectors,
    model: Option<&'m StaticModel>,
}

impl<'m> Library<'m> {
    /// One index over everything, with paragraphs as they are.
    pub(crate) fn of_all(articles: &[Article], model: Option<&'m StaticModel>) -> Self {
        let mut passages = Passages::default();
        for article in articles {
            article.paragraphs.iter().for_each(|text| passages.add("", text, 0..text.len()));
            article.texts.iter().for_each(|text| passages.add_split(heading(text), text));
        }
        Self::new(passages, Vec::new(), model)
    }

    /// What a chatbot knows that has read one article.
    pub(crate) fn of_one(article: &Article, model: Option<&'m StaticModel>) -> Self {
        let mut passages = Passages::default();
        let mut texts = article.texts.clone();
        texts.iter().for_each(|text| passages.add_split(heading(text), text));
        if !article.paragraphs.is_empty() {
            let text = article.paragraphs.join("\n\n");
            passages.add_split(&article.title, &text);
            texts.push(text);
        }
        Self::new(passages, texts, model)
    }

    fn new(passages: Passages, texts: Vec<String>, model: Option<&'m StaticModel>) -> Self {
        let index = Index::build(passages.0);
        let mut vectors = VectorsBuilder::new(index.passages());
        for passage in model.iter().flat_map(|_| index.passages()) {
            if let Some(model) = model {
                vectors.add(passage.chunk_id, &model.embed(&passage.text));
            }
        }
        let vectors = vectors.build();
        Self { index, texts, vectors, model }
    }

    pub(crate) const fn has_vectors(&self) -> bool {
        self.model.is_some()
    }

    pub(crate) fn search(&self, question: &str, way: Way, limit: usize) -> Vec<Hit> {
        match way {
            Way::Words => self.index.search(question, limit),
            Way::Vectors => self.index.find("", &self.near(question), Fusion::default(), limit),
            Way::Whole(fusion) => self.index.find(question, &self.near(question), fusion, limit),
        }
    }

    fn near(&self, question: &str) -> Vec<(ChunkNumber, f32)> {
        self.model.map(|model| self.vectors.nearest(&model.embed(question), DEPTH)).unwrap_or_default()
    }
}

/// The first heading of a Markdown text: what its source is called.
fn heading(text: &str) -> &str {
    text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default()
}

/// Passages on their way into an index.
#[derive(Default)]
struct Passages(Vec<Chunk>);

impl Passages {
    fn add_split(&mut self, title: &str, text: &str) {
        split(text).into_iter().for_each(|span| self.add(title, text, span));
    }

    fn add(&mut self, title: &str, text: &str, span: Range<usize>) {
        let uuid = Uuid::from_u128(self.0.len() as u128);
        self.0.push(Chunk {
            chunk_id: ChunkId::from_uuid(uuid),
            source_id: SourceId::from_uuid(uuid),
            document_id: DocumentId::from_uuid(uuid),
            title: title.into(),
            url: None,
            text: Arc::from(text.get(span.clone()).unwrap_or_default()),
            span,
        });
    }
}
