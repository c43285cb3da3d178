//! Answers as bytes, cut anywhere, cut off, or never coming.

use aihio_actors::model::Tokens;
use aihio_actors::ports::ToolCall;
use futures_util::stream::{iter, pending};
use proptest::prelude::*;

use super::*;

const STREAM: &str = concat!(
    ": hello\r\n\r\n",
    "data: {\"model\":\"m-1\",\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\r\n\r\n",
    "data: {\"choices\":[{\"delta\":{\"content\":\"Päi\"}}]}\n\n",
    "data: {\"choices\":[{\"delta\":{\"content\":\"vää 👋\"},\"finish_reason\":\"stop\"}]}\n\n",
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\n\n",
    "data: [DONE]\n\ndata: [DONE]\n\n",
);

fn timeouts() -> AnswerTimeouts {
    AnswerTimeouts::default()
}

fn events() -> Format {
    Format::Events(SseDecoder::default())
}

fn reading(bytes: ByteStream, format: Format) -> Reading {
    Reading::new(bytes, (Protocol::OpenAi, format), Patience::new(timeouts(), Instant::now()))
}

fn bytes_of(pieces: Vec<Vec<u8>>) -> ByteStream {
    iter(pieces.into_iter().map(|piece| Ok(Bytes::from(piece)))).boxed()
}

async fn read(bytes: ByteStream, format: Format) -> Result<Vec<Piece>, AnswerFault> {
    let pieces = reading(bytes, format).begin().await?;
    pieces.collect::<Vec<_>>().await.into_iter().collect()
}

async fn read_text(text: &str, format: Format) -> Result<Vec<Piece>, AnswerFault> {
    read(bytes_of(vec![text.into()]), format).await
}

fn finished(model: Option<&str>, tokens: Tokens) -> Piece {
    Piece::Finished(AnswerEnd { model: model.map(str::to_owned), tokens, ..AnswerEnd::default() })
}

fn answer() -> Vec<Piece> {
    vec![
        Piece::Text("Päi".into()),
        Piece::Text("vää 👋".into()),
        finished(Some("m-1"), Tokens { prompt: 7, completion: 2 }),
    ]
}

#[tokio::test]
async fn a_stream_is_read_to_its_end() {
    assert_eq!(read_text(STREAM, events()).await.unwrap(), answer());
}

proptest! {
    #[test]
    fn any_cut_gives_the_same_answer(cuts in proptest::collection::vec(1_usize..40, 0..40)) {
        let (mut pieces, mut rest) = (Vec::new(), STREAM.as_bytes());
        for cut in cuts {
            let (piece, tail) = rest.split_at(cut.min(rest.len()));
            pieces.push(piece.to_vec());
            rest = tail;
        }
        pieces.push(rest.to_vec());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        prop_assert_eq!(runtime.block_on(read(bytes_of(pieces), events())).unwrap(), answer());
    }
}

#[tokio::test]
async fn a_reason_to_finish_is_enough() {
    let read = read_text(
        "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}",
        events(),
    );
    let end = finished(None, Tokens::default());
    assert_eq!(read.await.unwrap(), vec![Piece::Text("Hi".into()), end]);
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_a_fault_after_its_pieces() {
    let bytes = bytes_of(vec![b"data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n".to_vec()]);
    let pieces: Vec<_> = reading(bytes, events()).begin().await.unwrap().collect().await;
    assert!(matches!(&pieces[..], [Ok(Piece::Text(_)), Err(AnswerFault::Unavailable(_))]), "{pieces:?}");
}

#[tokio::test]
async fn what_is_no_answer_is_garbled() {
    let long =
        format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{}\"}}}}]}}\n\n", "x".repeat(600 << 10));
    for stream in ["", "<html>Sign in</html>", "data: <html>\n\n", &long.repeat(2)] {
        let fault = read_text(stream, events()).await.unwrap_err();
        assert!(matches!(fault, AnswerFault::Garbled(_)), "{fault:?}");
    }
}

#[tokio::test]
async fn a_document_is_a_whole_answer() {
    let document = r#"{"model":"m","choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}],
        "usage":{"prompt_tokens":1,"completion_tokens":1}}"#;
    let end = finished(Some("m"), Tokens { prompt: 1, completion: 1 });
    let read = read_text(document, Format::Document(Vec::new())).await.unwrap();
    assert_eq!(read, vec![Piece::Text("Hello".into()), end]);
    let empty = read_text("", Format::Document(Vec::new())).await;
    assert!(matches!(empty, Err(AnswerFault::Garbled(_))));
}

#[tokio::test(start_paused = true)]
async fn silence_is_waited_for_only_so_long() {
    let nothing = reading(pending().boxed(), events()).begin().await.err();
    assert!(matches!(nothing, Some(AnswerFault::TimedOut(limit)) if limit == timeouts().first_piece));

    let first =
        bytes_of(vec![b": comment\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n".to_vec()]);
    let pieces: Vec<_> =
        reading(first.chain(pending()).boxed(), events()).begin().await.unwrap().collect().await;
    assert!(
        matches!(&pieces[..], [Ok(_), Err(AnswerFault::TimedOut(limit))] if *limit == timeouts().between_pieces),
        "{pieces:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_trickle_ends_with_the_whole_time() {
    let trickle = unfold((), |()| async {
        tokio::time::sleep(Duration::from_secs(14)).await;
        Some((Ok(Bytes::from_static(b"data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n")), ()))
    });
    let pieces: Vec<_> = reading(trickle.boxed(), events()).begin().await.unwrap().collect().await;
    assert_eq!(pieces.len(), 9, "eight pieces in 112 s, then the end of patience");
    assert!(matches!(pieces.last(), Some(Err(AnswerFault::TimedOut(limit))) if *limit == timeouts().whole));
}

#[tokio::test]
async fn an_answer_may_be_nothing_but_calls_of_tools() {
    let stream = concat!(
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"look\"}}]}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{}\"}}]}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n",
    );
    let pieces = read_text(stream, events()).await.unwrap();
    let [Piece::Finished(end)] = &pieces[..] else { panic!("{pieces:?}") };
    let call = ToolCall { id: "a".into(), name: "look".into(), arguments: "{}".into() };
    assert_eq!(end.calls, [call]);
}
