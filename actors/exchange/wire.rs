//! What nodes say to each other, as versioned JSON.
//!
//! A node that meets a version it doesn't know says nothing back and is taken for one that is out of reach: while nodes
//! are replaced one by one by a version that changed this, a session is reached at its own node alone.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::chatbot::session::handle::{Since, Welcome};
use crate::chatbot::session::{Command, Item, ListenerId, Reply};
use crate::model::{AccountId, ChatbotId, NodeId, Refusal, SessionId};

/// Raised when a word changes its meaning.
const VERSION: u16 = 1;

/// A question's number; unique among those that one node has under way.
pub type AskId = u32;

/// Where a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Its chatbot.
    pub chatbot: ChatbotId,
    /// Which.
    pub session: SessionId,
}

/// Whether a node has a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// It lives there.
    Here,
    /// It does not.
    Absent,
}

/// Something one node says to another.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// Do you have this session?
    Find(AskId, Place),
    /// The answer.
    Found(AskId, Presence),
    /// A listener of mine, under my number for it, wants to hear a session of yours.
    Attach(AskId, ListenerId, Place, Since),
    /// The answer.
    Attached(AskId, Result<Box<Welcome>, Refusal>),
    /// My listener has gone.
    Detach(ListenerId),
    /// Somebody here, one of my listeners or not, wishes something.
    Obey(AskId, Option<ListenerId>, Place, Command),
    /// The answer to somebody who does not listen.
    Obeyed(AskId, Result<Reply, Refusal>),
    /// Things for a listener of yours, in order; replies bear the numbers of your questions.
    Deliver(ListenerId, Vec<Item>),
    /// Frames were lost: whatever stood between us is over.
    Reset,
    /// I am here, and this is how many frames I have sent.
    Beat,
}

/// Words that travel together, and their place in everything that one node has said to the other.
#[derive(Debug, Serialize, Deserialize)]
pub struct Frame {
    v: u16,
    /// Who says it.
    pub from: NodeId,
    /// Counts the frames of this node to that one, from 1.
    pub n: u64,
    /// The words.
    pub words: Vec<Word>,
}

/// Something that every node should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// A chatbot's configuration was stored, or the chatbot deleted.
    ConfigChanged(ChatbotId),
    /// What a chatbot has read has changed.
    KnowledgeChanged(ChatbotId),
    /// An account's plan has changed.
    PlanChanged(AccountId),
    /// A session was deleted.
    SessionErased(Place),
}

#[derive(Debug, Serialize, Deserialize)]
struct Bulletin {
    v: u16,
    from: NodeId,
    news: News,
}

/// What came in.
#[derive(Debug)]
pub enum Heard {
    /// From one node to this one.
    Frame(Frame),
    /// From one node to all.
    News(NodeId, News),
}

/// A frame's bytes.
///
/// # Errors
/// Never, as long as every word can be written as JSON.
pub fn encode(from: NodeId, n: u64, words: Vec<Word>) -> Result<Bytes, serde_json::Error> {
    serde_json::to_vec(&Frame { v: VERSION, from, n, words }).map(Bytes::from)
}

/// The bytes of something that every node should know.
///
/// # Errors
/// Never, as long as every word can be written as JSON.
pub fn encode_news(from: NodeId, news: News) -> Result<Bytes, serde_json::Error> {
    serde_json::to_vec(&Bulletin { v: VERSION, from, news }).map(Bytes::from)
}

/// What the bytes say.
///
/// # Errors
/// When they are of another version, or damaged.
pub fn decode(bytes: &[u8]) -> Result<Heard, serde_json::Error> {
    #[derive(Deserialize)]
    struct Head {
        v: u16,
        news: Option<News>,
        from: NodeId,
    }
    let Head { v, news, from } = serde_json::from_slice(bytes)?;
    if v != VERSION {
        return Err(serde::de::Error::custom(format!("version {v} is not known")));
    }
    match news {
        Some(news) => Ok(Heard::News(from, news)),
        None => serde_json::from_slice(bytes).map(Heard::Frame),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use uuid::Uuid;

    use super::*;
    use crate::model::{MessageId, Publication, PublicationData, RefusalCode};

    fn node() -> NodeId {
        NodeId::from_uuid(Uuid::from_u128(3))
    }

    #[test]
    fn words_arrive_as_they_were_said() {
        let message_id = MessageId::from_uuid(Uuid::from_u128(1));
        let piece =
            Publication::ephemeral(PublicationData::Delta { message_id, n: 4, text: "„x“\n".into() });
        let refusal = Refusal::overloaded();
        let items =
            vec![Item::Reply(7, Err(refusal.clone())), Item::Publication(Arc::new(piece)), Item::Interrupted];
        let bytes = encode(node(), 9, vec![Word::Deliver(ListenerId(2), items), Word::Beat]).unwrap();
        let Ok(Heard::Frame(Frame { n: 9, words, .. })) = decode(&bytes) else { panic!("{bytes:?}") };
        let [Word::Deliver(ListenerId(2), items), Word::Beat] = &words[..] else { panic!("{words:?}") };
        let [Item::Reply(7, Err(heard)), Item::Publication(heard_piece), Item::Interrupted] = &items[..]
        else {
            panic!("{items:?}")
        };
        assert_eq!((heard, heard.code), (&refusal, RefusalCode::Overloaded));
        assert!(matches!(&heard_piece.data, PublicationData::Delta { n: 4, text, .. } if text == "„x“\n"));
    }

    #[test]
    fn news_are_told_from_frames() {
        let news = News::ConfigChanged(ChatbotId::from_uuid(Uuid::from_u128(5)));
        let bytes = encode_news(node(), news).unwrap();
        assert!(matches!(decode(&bytes), Ok(Heard::News(from, heard)) if from == node() && heard == news));
    }

    #[test]
    fn another_version_and_noise_are_errors_and_no_panics() {
        let bytes = encode(node(), 1, vec![Word::Beat]).unwrap();
        let other = String::from_utf8(bytes.to_vec()).unwrap().replace("\"v\":1", "\"v\":2");
        assert!(decode(other.as_bytes()).unwrap_err().to_string().contains("version 2"));
        for noise in [&b""[..], b"{}", b"[1]", &bytes[..bytes.len() - 2]] {
            assert!(decode(noise).is_err());
        }
    }
}
