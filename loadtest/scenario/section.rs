//! Reading a table key by key: whoever reads a key has named it, and what nobody named is an error that knows the
//! nearest name.

use std::num::NonZeroU32;
use std::time::Duration;

use thiserror::Error;
use toml::{Table, Value};

use crate::scenario::amount;

/// How alike two names must be for one to be offered in the other's place (Jaro and Winkler).
const ALIKE: f64 = 0.75;

/// What is wrong with a scenario, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum ScenarioError {
    #[error("{0}")]
    Syntax(String),
    #[error("`{place}` is unknown{}", suggestion(.nearest.as_deref()))]
    Unknown { place: String, nearest: Option<String> },
    #[error("`{place}` is missing: {wanted}")]
    Missing { place: String, wanted: &'static str },
    #[error("`{place}`: {wanted}")]
    Unfit { place: String, wanted: String },
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"))
}

impl ScenarioError {
    /// A value that can't be what it is.
    pub(crate) fn unfit(place: impl Into<String>, wanted: impl Into<String>) -> Self {
        Self::Unfit { place: place.into(), wanted: wanted.into() }
    }

    /// A name that is none of those known.
    pub(crate) fn unknown<'a>(
        place: impl Into<String>,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self::Unknown { place: place.into(), nearest: nearest(name, known) }
    }
}

/// The name that somebody may have meant.
fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let likeness = |known: &'a str| (strsim::jaro_winkler(name, known), known);
    let best = known.into_iter().map(likeness).max_by(|one, other| one.0.total_cmp(&other.0));
    best.filter(|(likeness, _)| *likeness >= ALIKE).map(|(_, known)| known.to_owned())
}

/// One table of a scenario, with its place in the file.
#[derive(Debug)]
pub(crate) struct Section {
    place: String,
    table: Table,
    named: Vec<&'static str>,
}

impl Section {
    /// The whole file.
    pub(crate) fn root(table: Table) -> Self {
        Self { place: String::new(), table, named: Vec::new() }
    }

    fn at(place: String, value: Value) -> Result<Self, ScenarioError> {
        match value {
            Value::Table(table) => Ok(Self { place, table, named: Vec::new() }),
            _ => Err(ScenarioError::unfit(place, "a table is needed")),
        }
    }

    /// Where a key of this section stands.
    pub(crate) fn place(&self, key: &str) -> String {
        if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) }
    }

    /// Takes a value out, whatever it is.
    pub(crate) fn take(&mut self, key: &'static str) -> Option<Value> {
        self.named.push(key);
        self.table.remove(key)
    }

    /// A table inside; an empty one when it is absent.
    pub(crate) fn section(&mut self, key: &'static str) -> Result<Self, ScenarioError> {
        let value = self.take(key).unwrap_or_else(|| Value::Table(Table::new()));
        Self::at(self.place(key), value)
    }

    /// A table inside, if it is there.
    pub(crate) fn section_if_any(&mut self, key: &'static str) -> Result<Option<Self>, ScenarioError> {
        self.take(key).map(|value| Self::at(self.place(key), value)).transpose()
    }

    /// The tables of an array.
    pub(crate) fn sections(&mut self, key: &'static str) -> Result<Vec<Self>, ScenarioError> {
        let place = self.place(key);
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => {
                let numbered = values.into_iter().enumerate();
                numbered.map(|(index, value)| Self::at(format!("{place}.{index}"), value)).collect()
            }
            Some(_) => Err(ScenarioError::unfit(place, format!("an array of tables is needed: [[{key}]]"))),
        }
    }

    /// A text.
    pub(crate) fn text(&mut self, key: &'static str) -> Result<Option<String>, ScenarioError> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(ScenarioError::unfit(self.place(key), "a text in quotes is needed")),
        }
    }

    /// A text, or several.
    pub(crate) fn texts(&mut self, key: &'static str) -> Result<Vec<String>, ScenarioError> {
        let wanted = || ScenarioError::unfit(self.place(key), "a text or an array of texts is needed");
        match self.table.get(key) {
            Some(Value::Array(values)) => {
                let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(wanted);
                let texts = values.iter().map(text).collect::<Result<Vec<_>, _>>()?;
                self.take(key);
                Ok(texts)
            }
            _ => Ok(self.text(key)?.into_iter().collect()),
        }
    }

    /// Yes or no.
    pub(crate) fn flag(&mut self, key: &'static str) -> Result<Option<bool>, ScenarioError> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Boolean(flag)) => Ok(Some(flag)),
            Some(_) => Err(ScenarioError::unfit(self.place(key), "true or false is needed")),
        }
    }

    /// A number from 1 to `max`.
    pub(crate) fn number(
        &mut self,
        key: &'static str,
        max: u32,
    ) -> Result<Option<NonZeroU32>, ScenarioError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let number = value.as_integer().and_then(|number| u32::try_from(number).ok());
        let number = number.filter(|number| *number <= max).and_then(NonZeroU32::new);
        let wanted = || ScenarioError::unfit(self.place(key), format!("a number from 1 to {max} is needed"));
        number.map(Some).ok_or_else(wanted)
    }

    /// A duration such as `"10s"`.
    pub(crate) fn duration(&mut self, key: &'static str) -> Result<Option<Duration>, ScenarioError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        amount::duration(&text).map(Some).map_err(|wanted| ScenarioError::unfit(self.place(key), wanted))
    }

    /// One of some words.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        choices: &[(&'static str, T)],
    ) -> Result<Option<T>, ScenarioError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        if let Some((_, chosen)) = choices.iter().find(|(name, _)| *name == text) {
            return Ok(Some(*chosen));
        }
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        let wanted = format!("`{text}` is none of {}", names.join(", "));
        Err(ScenarioError::unfit(self.place(key), wanted))
    }

    /// Everything has been read; what is left has no meaning.
    pub(crate) fn finish(self) -> Result<(), ScenarioError> {
        match self.table.keys().next() {
            None => Ok(()),
            Some(key) => {
                let nearest = nearest(key, self.named.iter().copied()).map(|name| self.place(&name));
                Err(ScenarioError::Unknown { place: self.place(key), nearest })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(text: &str) -> Section {
        Section::root(text.parse().unwrap())
    }

    #[test]
    fn what_nobody_reads_is_unknown_and_its_nearest_name_is_offered() {
        let mut root = section("[sockets]\ncuont = 3");
        let mut sockets = root.section("sockets").unwrap();
        assert_eq!(sockets.number("count", 9), Ok(None));
        assert_eq!(sockets.number("rate", 9), Ok(None));
        let error = sockets.finish().unwrap_err();
        assert_eq!(error.to_string(), "`sockets.cuont` is unknown; did you mean `sockets.count`?");
        root.finish().unwrap();
    }

    #[test]
    fn what_is_like_nothing_is_only_unknown() {
        let mut root = section("zebra = 1");
        root.text("kind").unwrap();
        assert_eq!(root.finish().unwrap_err().to_string(), "`zebra` is unknown");
    }

    #[test]
    fn an_unfit_value_names_its_place_and_what_would_fit() {
        let mut root = section("[[phases]]\nrate = 1\n[[phases]]\nrate = 11\nduration = \"1 week\"");
        let mut phases = root.sections("phases").unwrap();
        let error = phases[1].number("rate", 10).unwrap_err();
        assert_eq!(error.to_string(), "`phases.1.rate`: a number from 1 to 10 is needed");
        let error = phases[1].duration("duration").unwrap_err().to_string();
        assert!(error.starts_with("`phases.1.duration`: a time such as"), "{error}");
    }

    #[test]
    fn a_list_may_be_one() {
        assert_eq!(section("url = 'a'").texts("url"), Ok(vec!["a".into()]));
        assert_eq!(section("url = ['a', 'b']").texts("url"), Ok(vec!["a".into(), "b".into()]));
        assert!(section("url = [1]").texts("url").is_err());
        assert!(section("a = 1").choice("a", &[("x", 1)]).is_err());
    }
}
