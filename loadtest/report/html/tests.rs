//! The page of a report made by hand.

use crate::report::html::{Page, Text};
use crate::report::tests::report;

#[test]
fn the_page_stands_alone() {
    let page = Page(&report("answer.p99 = '1s'")).to_string();
    for foreign in ["<script", "src=", "href=", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign} was found");
    }
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    assert!(page.contains("prefers-color-scheme: dark"));
}

#[test]
fn every_plot_has_a_title_a_description_and_a_table() {
    let page = Page(&report("")).to_string();
    let count = |what: &str| page.matches(what).count();
    let plots = count("<svg");
    assert!(plots >= 2, "{plots} plots");
    assert_eq!((count("<desc>"), count("as a table</summary>")), (plots, plots));
    assert_eq!(count("<title>"), plots + 1);
    assert_eq!((count("<tr>"), count("<figure>")), (count("</tr>"), count("</figure>")));
    let no_place =
        page.split([' ', '"', 'M', 'L', 'V', 'H']).find(|word| matches!(*word, "NaN" | "inf" | "-inf"));
    assert_eq!(no_place, None);
}

#[test]
fn the_verdict_is_told_in_words() {
    let page = |thresholds: &str| Page(&report(thresholds)).to_string();
    assert!(page("").contains("All went well."));
    assert!(page("errors = 0").contains("All 1 thresholds kept."));
    let missed = page("errors = 0\nanswer.p99 = '1us'");
    assert!(missed.contains("1 of 2 thresholds missed.") && missed.contains(">missed</td>"));
}

#[test]
fn texts_are_no_markup() {
    assert_eq!(Text("<b a=\"1\">&").to_string(), "&lt;b a=&quot;1&quot;&gt;&amp;");
}
