//! What listeners are told, as bytes.
//!
//! A publication is encoded once, by whichever listener comes first, and all others share the bytes: a second listener
//! must cost next to nothing, or conversations that many follow become dear.

mod settings;

use std::hint::black_box;
use std::sync::Arc;

use aihio_actors::model::{
    Citation, ClientId, DocumentId, MessageId, Publication, PublicationData, Role, SourceId, Timestamp,
};
use bytestring::ByteString;
use criterion::BatchSize;
use uuid::Uuid;

/// 100 bytes.
const TEXT: &str =
    "Could you tell me, please, how long I may keep the bicycle that I hired before I must bring it back?";

fn main() {
    let mut criterion = settings::criterion();
    let mut group = criterion.benchmark_group("publication");
    for (name, data) in [("question", question()), ("answer, 2 citations", answer()), ("delta", delta())] {
        group.bench_function(format!("encode/{name}"), |bencher| {
            bencher.iter_batched_ref(
                || Publication::ephemeral(data.clone()),
                |publication| encoded(publication),
                BatchSize::SmallInput,
            );
        });
    }
    group.bench_function("share", |bencher| {
        let publication = Publication::ephemeral(answer());
        assert!(!encoded(&publication).is_empty(), "an answer has bytes");
        bencher.iter(|| encoded(black_box(&publication)));
    });
    group.finish();
    criterion.final_summary();
}

/// The bytes of the publication, made by the first who asks.
fn encoded(publication: &Publication) -> ByteString {
    let encode = || serde_json::to_string(&publication.data).unwrap_or_default().into();
    publication.encoded.get_or_init(encode).clone()
}

fn question() -> PublicationData {
    message(Role::Visitor, Vec::new())
}

fn answer() -> PublicationData {
    message(Role::Assistant, (1..=2).map(citation).collect())
}

fn delta() -> PublicationData {
    PublicationData::Delta { message_id: id(1), n: 7, text: " bicycle".to_owned() }
}

fn message(role: Role, citations: Vec<Citation>) -> PublicationData {
    PublicationData::Message {
        message_id: id(1),
        client_id: ClientId::parse("0190b1a0-0000-7000-8000-000000000001").ok(),
        role,
        text: TEXT.to_owned(),
        reply_to: Some(id(2)),
        citations,
        at: Timestamp::UNIX_EPOCH,
    }
}

fn citation(n: u32) -> Citation {
    Citation {
        n,
        source_id: SourceId::from_uuid(Uuid::from_u128(n.into())),
        document_id: Some(DocumentId::from_uuid(Uuid::from_u128(n.into()))),
        title: Arc::from("Hiring a bicycle"),
        url: Some(Arc::from("https://bicycles.example/hiring")),
        quote: TEXT.to_owned(),
    }
}

fn id(number: u128) -> MessageId {
    MessageId::from_uuid(Uuid::from_u128(number))
}
