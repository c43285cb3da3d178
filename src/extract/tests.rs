//! Documents that other people's programs made (`tests/documents`), read whole, and damaged in all kinds of ways.

use std::io::{Cursor, Read};

use aihio_actors::ports::{ExtractError, Extracted, Raw, WebPage};
use bytes::Bytes;
use proptest::prelude::*;
use zip::ZipArchive;

use super::limits::ExtractLimits;
use super::reader::read;
use super::testing::zip_of_bytes;
use super::wire::Form;

/// The documents by their file's ending.
const DOCUMENTS: [(&str, &[u8]); 10] = [
    ("docx", include_bytes!("../../tests/documents/care.docx")),
    ("pptx", include_bytes!("../../tests/documents/care.pptx")),
    ("xlsx", include_bytes!("../../tests/documents/care.xlsx")),
    ("odt", include_bytes!("../../tests/documents/care.odt")),
    ("ods", include_bytes!("../../tests/documents/care.ods")),
    ("odp", include_bytes!("../../tests/documents/care.odp")),
    ("epub", include_bytes!("../../tests/documents/care.epub")),
    ("csv", include_bytes!("../../tests/documents/care.csv")),
    ("json", include_bytes!("../../tests/documents/care.json")),
    ("md", include_bytes!("../../tests/documents/care.md")),
];

fn document(ending: &str) -> &'static [u8] {
    DOCUMENTS.iter().find(|(known, _)| *known == ending).unwrap().1
}

fn read_as(ending: &str, bytes: Vec<u8>) -> Result<Extracted, ExtractError> {
    read_within(&ExtractLimits::default(), ending, bytes)
}

fn read_within(limits: &ExtractLimits, ending: &str, bytes: Vec<u8>) -> Result<Extracted, ExtractError> {
    let raw = Raw {
        bytes: Bytes::from(bytes),
        filename: format!("care.{ending}"),
        content_type: "application/octet-stream".into(),
    };
    read(Form::Document, &raw, limits).map(|WebPage { title, text, .. }| Extracted { title, text })
}

fn text_of(ending: &str) -> String {
    let read = read_as(ending, document(ending).to_vec()).unwrap();
    if !matches!(ending, "csv" | "json" | "ods" | "odp") {
        assert_eq!(read.title.as_deref(), Some("Pump care"), "{ending}");
    }
    read.text
}

#[test]
fn a_word_document_is_read() {
    assert_eq!(
        text_of("docx"),
        "# Maintenance\n\nThe pump must be oiled every spring.\n\n1. Close the valve.\n2. Open the lid.\n3. Pour in \
         the oil.\n\n## Warranty\n\nThe warranty of the pump lasts three years.\n\n- Keep the receipt.\n- Part: Seal; \
         Price: 4 €; Stock: 120\n- Part: Rotor; Price: 35 €; Stock: 7"
    );
}

#[test]
fn a_presentation_is_read() {
    assert_eq!(
        text_of("pptx"),
        "## Slide 1: Maintenance\n\n- The pump must be oiled every spring.\n  - Use light oil only.\n\nNotes: Ask who \
         has oiled theirs.\n\n## Slide 2: Spare parts\n\n- Part: Seal; Price: 4 €; Stock: 120\n- Part: Rotor; Price: \
         35 €; Stock: 7\n\nThe warranty of the pump lasts three years."
    );
}

#[test]
fn a_workbook_is_read() {
    assert_eq!(
        text_of("xlsx"),
        "## Spare parts\n\n- Part: Seal; Price: 4.5; Stock: 120; Since: 2026-03-01; Opens: 09:30\n- Part: Rotor; \
         Price: 35; Since: 2026-03-01 08:15\n\n## Service\n\n- Task: Oil the pump; How often: every spring"
    );
}

#[test]
fn open_documents_are_read() {
    let parts = "- Part: Seal; Price: 4 €; Stock: 120\n- Part: Rotor; Price: 35 €; Stock: 7";
    assert_eq!(
        text_of("odt"),
        format!(
            "# Maintenance\n\nThe pump must be oiled every spring.\n\n- Close the valve.\n- Open the lid.\n- Pour in \
             the oil.\n\n## Warranty\n\nThe warranty of the pump lasts three years.\n\n{parts}"
        )
    );
    assert_eq!(
        text_of("ods"),
        format!("## Spare parts\n\n{parts}\n\n## Service\n\n- Task: Oil the pump; How often: every spring")
    );
    assert_eq!(
        text_of("odp"),
        "## Slide 1: Maintenance\n\nThe pump must be oiled every spring.\n\n## Slide 2: Warranty\n\nThe warranty of the \
         pump lasts three years."
    );
}

#[test]
fn a_book_is_read() {
    assert_eq!(
        text_of("epub"),
        "# Maintenance\n\nThe pump must be oiled every spring.\n\n# Warranty\n\nThe warranty of the pump lasts three years."
    );
}

#[test]
fn values_are_read() {
    assert_eq!(
        text_of("csv"),
        "- Task: Oil the pump; How often: every spring; Hours: 1,5\n- Task: Change the seal; How often: every third \
         year; Hours: 4"
    );
    assert_eq!(
        text_of("json"),
        "- title: Pump care\n\n## tasks\n\n- task: Oil the pump; how often: every spring\n- task: Change the seal; how \
         often: every third year"
    );
}

#[test]
fn a_document_under_anothers_name_is_refused() {
    for (ending, other) in
        [("docx", "xlsx"), ("xlsx", "docx"), ("odt", "epub"), ("epub", "pdf"), ("pptx", "txt")]
    {
        let refused = read_as(other, document(ending).to_vec());
        assert!(matches!(refused, Err(ExtractError::Mismatch { .. })), "{ending} as {other}: {refused:?}");
    }
}

#[test]
fn a_cut_document_is_never_read_as_something_else() {
    for (ending, bytes) in
        DOCUMENTS.into_iter().filter(|(ending, _)| !matches!(*ending, "csv" | "json" | "md"))
    {
        for cut in (5..bytes.len()).step_by(bytes.len() / 16) {
            let refused = read_as(ending, bytes[..cut].to_vec());
            assert!(matches!(refused, Err(ExtractError::Malformed(_))), "{ending} cut at {cut}: {refused:?}");
        }
    }
}

/// The files in an archive.
fn files_of(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(archive)).unwrap();
    let unpacked = (0..zip.len()).map(|index| {
        let mut entry = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.name().unwrap().into_owned(), bytes)
    });
    unpacked.collect()
}

/// A document with one of its parts replaced.
fn with_part(ending: &str, part: &str, content: &[u8]) -> Vec<u8> {
    let files = files_of(document(ending));
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), if name == part { content } else { bytes.as_slice() }))
        .collect();
    zip_of_bytes(&files)
}

const MAIN_PARTS: [(&str, &str); 7] = [
    ("docx", "word/document.xml"),
    ("pptx", "ppt/slides/slide1.xml"),
    ("xlsx", "xl/worksheets/sheet1.xml"),
    ("odt", "content.xml"),
    ("ods", "content.xml"),
    ("odp", "content.xml"),
    ("epub", "EPUB/content.opf"),
];

#[test]
fn bombs_of_every_format_are_refused() {
    let blanks = vec![b' '; 8 << 20];
    let few = ExtractLimits { unpacked_bytes_max: 4 << 20, ..ExtractLimits::default() };
    for (ending, part) in MAIN_PARTS {
        let bomb = with_part(ending, part, &blanks);
        let refused = read_as(ending, bomb.clone());
        assert!(matches!(refused, Err(ExtractError::Suspicious(_))), "{ending}: {refused:?}");
        let refused = read_within(&few, ending, bomb);
        assert!(matches!(refused, Err(ExtractError::TooLarge(_))), "{ending}: {refused:?}");
    }
}

#[test]
fn entities_of_every_format_are_refused() {
    let laughs = b"<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;&b;'>]><a><p><t>&c;&c;</t></p></a>";
    for (ending, part) in MAIN_PARTS {
        let outcome = read_as(ending, with_part(ending, part, laughs));
        let refused = matches!(&outcome, Err(ExtractError::Suspicious(_) | ExtractError::Malformed(_)));
        assert!(refused, "{ending}: {outcome:?}");
    }
}

/// Damage to bytes: where, and what stands there instead.
fn damage() -> impl Strategy<Value = Vec<(prop::sample::Index, Vec<u8>)>> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..4),
        prop::sample::select(vec![
            b"<".to_vec(),
            b"/>".to_vec(),
            b"\"".to_vec(),
            b"&".to_vec(),
            b"999999999999".to_vec(),
            b"-1".to_vec(),
            b"<w:tbl><w:tr><w:tc><w:p>".to_vec(),
            b"</w:tbl></w:p>".to_vec(),
            b"\xFF\xFE".to_vec(),
        ]),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), piece), 1..6)
}

fn damaged(mut bytes: Vec<u8>, damage: &[(prop::sample::Index, Vec<u8>)]) -> Vec<u8> {
    for (place, piece) in damage {
        let at = place.index(bytes.len());
        let end = (at + piece.len()).min(bytes.len());
        bytes.splice(at..end, piece.iter().copied());
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// A panic would fail the test, an overflow of the stack or of memory would end it.
    #[test]
    fn damaged_documents_are_text_or_an_error(which in 0..DOCUMENTS.len(), damage in damage()) {
        let (ending, bytes) = DOCUMENTS[which];
        if let Ok(read) = read_as(ending, damaged(bytes.to_vec(), &damage)) {
            prop_assert!(!read.text.trim().is_empty());
        }
    }

    /// Damage that the archive's checksums don't find.
    #[test]
    fn damaged_parts_are_text_or_an_error(
        which in 0..MAIN_PARTS.len(),
        part in any::<prop::sample::Index>(),
        damage in damage(),
    ) {
        let (ending, _) = MAIN_PARTS[which];
        let files = files_of(document(ending));
        let (name, bytes) = part.get(&files).clone();
        if bytes.is_empty() {
            return Ok(());
        }
        if let Ok(read) = read_as(ending, with_part(ending, &name, &damaged(bytes, &damage))) {
            prop_assert!(!read.text.trim().is_empty());
        }
    }
}
