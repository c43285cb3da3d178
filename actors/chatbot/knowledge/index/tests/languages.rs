//! Documents of several languages in one index, each found by questions of its own.

use super::*;
use crate::chatbot::knowledge::testing::chunk;

/// A page of a shop in each language, and a question that its first passage answers in other forms of the words.
const PAGES: [(&str, [&str; 2], &str); 9] = [
    (
        "en",
        [
            "You can return goods within thirty days of their delivery, and we will refund what you have paid for them.",
            "Our shop is closed on Sundays and on public holidays, but you can order at any time from where you are.",
        ],
        "When are returned goods refunded?",
    ),
    (
        "fi",
        [
            "Voit palauttaa tuotteet kolmenkymmenen päivän kuluessa siitä, kun ne ovat tulleet perille, ja me hyvitämme ne.",
            "Myymälä on kiinni sunnuntaisin ja juhlapyhinä, mutta voit tilata meiltä milloin vain, kun se sinulle sopii.",
        ],
        "Miten tuotteita palautetaan?",
    ),
    (
        "de",
        [
            "Sie können die Ware innerhalb von dreißig Tagen zurückgeben, und wir erstatten Ihnen den Kaufpreis.",
            "Unser Geschäft ist an Sonntagen und an Feiertagen geschlossen, aber Sie können bei uns jederzeit bestellen.",
        ],
        "Wird mir der Kaufpreis der Waren erstattet?",
    ),
    (
        "sv",
        [
            "Du kan lämna tillbaka varorna inom trettio dagar efter det att de har kommit, och då får du pengarna av oss.",
            "Butiken är stängd på söndagar och på helgdagar, men du kan beställa av oss när du vill och var du än är.",
        ],
        "Hur lämnar jag tillbaka en vara?",
    ),
    (
        "fr",
        [
            "Vous pouvez renvoyer les articles dans les trente jours qui suivent la livraison, et nous vous les remboursons.",
            "Notre magasin est fermé le dimanche et les jours fériés, mais vous pouvez commander chez nous à toute heure.",
        ],
        "Comment un article renvoyé est-il remboursé ?",
    ),
    (
        "es",
        [
            "Usted puede devolver los productos en los treinta días que siguen a la entrega, y nosotros le reembolsamos el precio.",
            "Nuestra tienda está cerrada los domingos y los días festivos, pero usted puede pedir por la red a cualquier hora.",
        ],
        "¿Cómo se devuelve un producto?",
    ),
    (
        "it",
        [
            "Potete restituire gli articoli nei trenta giorni che seguono la consegna, e noi vi rimborsiamo il prezzo pagato.",
            "Il nostro negozio è chiuso la domenica e nei giorni festivi, ma potete ordinare da noi a tutte le ore che volete.",
        ],
        "Come viene rimborsato un articolo restituito?",
    ),
    (
        "pt",
        [
            "Você pode devolver os produtos em até trinta dias depois da entrega, e nós reembolsamos o preço que você pagou.",
            "A nossa loja está fechada aos domingos e nos feriados, mas você pode encomendar pela internet a qualquer hora.",
        ],
        "Como devolvo um produto?",
    ),
    (
        "nl",
        [
            "U kunt de artikelen binnen dertig dagen na de levering naar ons terugsturen, en wij betalen u de prijs ervan terug.",
            "Onze winkel is op zondag en op feestdagen gesloten, maar u kunt bij ons bestellen wanneer u dat zelf maar wilt.",
        ],
        "Hoe stuur ik een artikel terug?",
    ),
];

/// An index of these pages, a document each.
fn pages(names: &[&str]) -> Index {
    let wanted = PAGES.iter().filter(|(name, ..)| names.contains(name)).enumerate();
    let chunks = wanted.flat_map(|(document, (_, passages, _))| {
        passages.iter().enumerate().map(move |(nth, text)| {
            let document_id = chunk(document, "", "").document_id;
            Chunk { document_id, ..chunk(document * 2 + nth, "", text) }
        })
    });
    Index::build(chunks.collect())
}

#[test]
fn inflected_words_of_every_language_are_found() {
    for (name, passages, question) in PAGES {
        let index = pages(&[name]);
        let found = index.find(question, &[], Fusion::default(), 1);
        assert_eq!(found.first().map(|hit| &*hit.passage.text), Some(passages[0]), "{name}");
    }
}

#[test]
fn each_document_is_read_in_its_own_language() {
    for group in [["en", "fi", "de", "sv"], ["fr", "es", "it", "nl"], ["en", "pt", "fi", "fr"]] {
        let index = pages(&group);
        for (name, passages, question) in PAGES.iter().filter(|(name, ..)| group.contains(name)) {
            let found = index.find(question, &[], Fusion::default(), 1);
            assert_eq!(
                found.first().map(|hit| &*hit.passage.text),
                Some(passages[0]),
                "{name} among {group:?}"
            );
        }
    }
}

#[test]
fn a_stop_word_of_one_language_is_a_subject_of_another() {
    let index = pages(&["en", "de"]);
    assert!(
        index
            .query("Can a machine die?")
            .coverage(&index.matches(&index.query("Can a machine die?"), "Die Ware"))
            < 1.0
    );
    let german = index.query("Was kostet die Ware?");
    assert!(german.terms.iter().all(|term| term.text != "die"));
}
