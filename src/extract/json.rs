//! JSON to text: read as it comes, without holding it as a tree, since small JSON makes large trees.

use std::fmt;

use aihio_actors::ports::{ExtractError, Extracted};
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};

use super::composition::{Composition, Mark, one_line};
use super::limits::ExtractLimits;
use super::text::tidy;

/// Longest name of a value: those around it, and its own.
const PATH_CHARS_MAX: usize = 200;

/// Reads JSON, or lines of JSON: a line for each object of a list, with the name of each value.
///
/// # Errors
/// [`ExtractError::Malformed`] for what is no JSON or is nested deeply, [`ExtractError::TooLarge`] for too much text.
pub(super) fn read(text: &str, limits: &ExtractLimits) -> Result<Extracted, ExtractError> {
    let mut writer = Writer { text: Composition::new(limits), record: None, refusal: None };
    let mut input = serde_json::Deserializer::from_str(text);
    // Several values one after the other are lines of JSON.
    while input.end().is_err() {
        let place = Place { writer: &mut writer, path: "", kind: Kind::Whole };
        if let Err(fault) = place.deserialize(&mut input) {
            return Err(writer.refusal.unwrap_or_else(|| no_json(&fault)));
        }
    }
    Ok(Extracted { title: None, text: tidy(&writer.text.finish(), limits)? })
}

fn no_json(fault: &serde_json::Error) -> ExtractError {
    ExtractError::Malformed(format!("it is no valid JSON from line {} on", fault.line()))
}

/// Puts values down.
struct Writer<'a> {
    text: Composition<'a>,
    /// The line of the object of a list that is being read.
    record: Option<Vec<String>>,
    /// Why the text can't be kept, which is no fault of the JSON.
    refusal: Option<ExtractError>,
}

impl Writer<'_> {
    fn value(&mut self, path: &str, words: &str) -> Result<(), ExtractError> {
        let words = one_line(words);
        if words.is_empty() {
            return Ok(());
        }
        let line = if path.is_empty() { words } else { format!("{path}: {words}") };
        match &mut self.record {
            Some(record) => {
                record.push(line);
                Ok(())
            }
            None => self.text.item(0, Mark::Bullet, &line),
        }
    }

    fn kept<E: serde::de::Error>(&mut self, outcome: Result<(), ExtractError>) -> Result<(), E> {
        outcome.map_err(|refusal| {
            self.refusal = Some(refusal);
            E::custom("the text can't be kept")
        })
    }
}

/// Where a value stands.
struct Place<'w, 'a> {
    writer: &'w mut Writer<'a>,
    /// Its name, with those around it.
    path: &'w str,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// All of the document.
    Whole,
    /// A member of an object.
    Member,
    /// An element of a list.
    Element,
}

impl<'de> DeserializeSeed<'de> for Place<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.visit_str(if value { "yes" } else { "no" })
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.visit_str(&value.to_string())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.visit_str(&value.to_string())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.visit_str(&value.to_string())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        let outcome = self.writer.value(self.path, value);
        self.writer.kept(outcome)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let Self { writer, path, kind } = self;
        // A list that is a member of the document gets its name as a heading; one within a record stays in its line.
        if kind == Kind::Member && writer.record.is_none() {
            let outcome = writer.text.heading(2, path);
            writer.kept(outcome)?;
        }
        let path = if writer.record.is_some() { path } else { "" };
        while elements.next_element_seed(Place { writer: &mut *writer, path, kind: Kind::Element })?.is_some()
        {
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Self { writer, path, kind } = self;
        let begins_record = kind == Kind::Element && writer.record.is_none();
        if begins_record {
            writer.record = Some(Vec::new());
        }
        while let Some(name) = members.next_key::<String>()? {
            let path = joined(path, &name);
            if path.chars().count() > PATH_CHARS_MAX {
                return Err(A::Error::custom("a name is too long"));
            }
            members.next_value_seed(Place { writer: &mut *writer, path: &path, kind: Kind::Member })?;
        }
        if begins_record {
            let line = writer.record.take().unwrap_or_default().join("; ");
            let outcome = writer.text.item(0, Mark::Bullet, &line);
            writer.kept(outcome)?;
        }
        Ok(())
    }
}

fn joined(path: &str, name: &str) -> String {
    let name = one_line(&name.replace('_', " "));
    if path.is_empty() { name } else { format!("{path} {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_json(text: &str) -> Result<String, ExtractError> {
        read(text, &ExtractLimits::default()).map(|read| read.text)
    }

    #[test]
    fn objects_of_a_list_are_lines() {
        let list = r#"[{"name":"Pump","price":{"amount":30,"currency":"EUR"},"tags":["oil","steel"],"note":null},
                       {"name":"Seal","in_stock":true}]"#;
        assert_eq!(
            read_json(list),
            Ok("- name: Pump; price amount: 30; price currency: EUR; tags: oil; tags: steel\n\
                - name: Seal; in stock: yes"
                .into())
        );
    }

    #[test]
    fn members_of_the_document_are_lines_and_its_lists_have_headings() {
        let document = r#"{"shop":"Pumps & Co","opening hours":{"monday":"9-17"},"faq":[{"q":"Why?","a":"So."}],"cities":["Oulu"]}"#;
        assert_eq!(
            read_json(document),
            Ok("- shop: Pumps & Co\n- opening hours monday: 9-17\n\n## faq\n\n- q: Why?; a: So.\n\n## cities\n\n- Oulu".into())
        );
    }

    #[test]
    fn lines_of_json_are_read_one_by_one() {
        assert_eq!(read_json("{\"a\":1}\n{\"a\":2}\n"), Ok("- a: 1\n- a: 2".into()));
        assert_eq!(read_json("\"words\""), Ok("- words".into()));
    }

    #[test]
    fn what_is_no_json_is_malformed_at_its_line() {
        let refused = read_json("{\"a\":1,\n\"b\":}");
        assert!(
            matches!(&refused, Err(ExtractError::Malformed(why)) if why.contains("line 2")),
            "{refused:?}"
        );
        assert!(matches!(read_json(&"[".repeat(200_000)), Err(ExtractError::Malformed(_))));
        assert_eq!(read_json("[null, {}]"), Err(ExtractError::Empty));
    }

    #[test]
    fn too_much_text_is_no_fault_of_the_json() {
        let limits = ExtractLimits { text_bytes_max: 10, ..ExtractLimits::default() };
        assert!(matches!(read("[\"0123456789\"]", &limits), Err(ExtractError::TooLarge(_))));
    }
}
