//! The tokenizer of a model, as its file describes it.

use std::collections::HashMap;

use serde::Deserialize;

use super::ModelFlaw;
use super::sentence_pieces::SentencePieces;
use super::word_pieces::WordPieces;

/// The number of a piece: its row in the model's table.
pub(super) type PieceId = u32;

/// What cuts texts into pieces.
pub(super) enum Pieces {
    /// Merges of neighbours (Sennrich and others, 2016), on words that begin with a mark (SentencePiece, 2018).
    Sentence(SentencePieces),
    /// Longest beginnings first (WordPiece, as BERT uses it, 2018).
    Word(WordPieces),
}

#[derive(Deserialize)]
struct File {
    normalizer: Option<serde_json::Value>,
    pre_tokenizer: Option<Named>,
    model: Model,
}

#[derive(Deserialize)]
struct Named {
    #[serde(rename = "type")]
    name: String,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Model {
    #[serde(rename = "BPE")]
    Merges {
        vocab: HashMap<String, PieceId>,
        merges: Vec<Merge>,
        #[serde(default)]
        byte_fallback: Fallback,
    },
    WordPiece {
        vocab: HashMap<String, PieceId>,
        unk_token: String,
        continuing_subword_prefix: String,
    },
    #[serde(other)]
    Other,
}

/// Whether letters that no piece has are written as bytes.
#[derive(Deserialize, Default, PartialEq)]
#[serde(from = "bool")]
enum Fallback {
    #[default]
    Unknown,
    Bytes,
}

impl From<bool> for Fallback {
    fn from(bytes: bool) -> Self {
        if bytes { Self::Bytes } else { Self::Unknown }
    }
}

/// Two pieces that become one; older files write them as one text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Merge {
    Pair(String, String),
    Text(String),
}

impl Merge {
    fn parts(&self) -> Option<(&str, &str)> {
        match self {
            Self::Pair(left, right) => Some((left, right)),
            Self::Text(text) => text.split_once(' '),
        }
    }
}

impl Pieces {
    pub(super) fn read(json: &[u8]) -> Result<Self, ModelFlaw> {
        let file: File = serde_json::from_slice(json)?;
        let cut_before = file.pre_tokenizer.map(|named| named.name);
        match file.model {
            Model::Merges { vocab, merges, byte_fallback: Fallback::Bytes }
                if cut_before.as_deref().is_none_or(|name| name == "Metaspace") =>
            {
                let merges: Vec<(&str, &str)> = merges.iter().filter_map(Merge::parts).collect();
                Ok(Self::Sentence(SentencePieces::new(vocab, &merges)))
            }
            Model::WordPiece { vocab, unk_token, continuing_subword_prefix }
                if cut_before.as_deref() == Some("BertPreTokenizer") =>
            {
                let unknown = vocab.get(&unk_token).copied();
                let lowercase = file.normalizer.as_ref().and_then(|rules| rules.get("lowercase"));
                let folding = lowercase.is_some_and(|rule| rule == &serde_json::Value::Bool(true));
                Ok(Self::Word(WordPieces::new(vocab, unknown, continuing_subword_prefix, folding.into())))
            }
            _ => Err(ModelFlaw::Unsupported(cut_before.unwrap_or_else(|| "its model".into()))),
        }
    }

    /// The pieces of a text, in order, without those that nothing is known of.
    pub(super) fn cut(&self, text: &str) -> Vec<PieceId> {
        match self {
            Self::Sentence(pieces) => pieces.cut(text),
            Self::Word(pieces) => pieces.cut(text),
        }
    }
}
