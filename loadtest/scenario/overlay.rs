//! Values given on the command line in the place of those of a file: `--set sockets.count=1000`.

use std::str::FromStr;

use toml::{Table, Value};

use crate::scenario::ScenarioError;

/// One value and where it belongs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Setting {
    /// Keys separated by dots; a number is a place in an array.
    key: String,
    value: Value,
}

impl FromStr for Setting {
    type Err = String;

    /// Reads `key=value`. The value is TOML where it can be, and a text otherwise.
    fn from_str(text: &str) -> Result<Self, String> {
        let (key, value) = text.split_once('=').ok_or("key=value is needed")?;
        let key = key.trim();
        if key.is_empty() || key.split('.').any(str::is_empty) {
            return Err(String::from("a key such as `sockets.count` is needed before `=`"));
        }
        let read = format!("value = {value}").parse::<Table>().ok();
        let read = read.filter(|table| table.len() == 1).and_then(|mut table| table.remove("value"));
        Ok(Self { key: key.to_owned(), value: read.unwrap_or_else(|| Value::String(value.to_owned())) })
    }
}

/// Puts a value in its place; tables on the way are made.
///
/// # Errors
/// When something that is no table, or no such place of an array, is in the way.
pub(crate) fn apply(table: &mut Table, setting: &Setting) -> Result<(), ScenarioError> {
    let unfit = |wanted: &str| ScenarioError::unfit(setting.key.clone(), wanted);
    let (path, last) = setting.key.rsplit_once('.').map_or(("", &*setting.key), |parts| parts);
    let mut here = table;
    let mut steps = path.split('.').filter(|step| !step.is_empty()).peekable();
    while let Some(step) = steps.next() {
        let inside = here.entry(step).or_insert_with(|| Value::Table(Table::new()));
        let inside = match inside {
            Value::Array(values) => {
                let index = steps.next().and_then(|index| index.parse::<usize>().ok());
                let found = index.and_then(|index| values.get_mut(index));
                found.ok_or_else(|| unfit("there is no such place in the array"))?
            }
            other => other,
        };
        here = inside.as_table_mut().ok_or_else(|| unfit("a table is needed on the way to it"))?;
    }
    here.insert(last.to_owned(), setting.value.clone());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(text: &str, settings: &[&str]) -> Result<Table, String> {
        let mut table: Table = text.parse().unwrap();
        for setting in settings {
            let setting: Setting = setting.parse()?;
            apply(&mut table, &setting).map_err(|error| error.to_string())?;
        }
        Ok(table)
    }

    #[test]
    fn values_replace_those_of_the_file_and_make_their_tables() {
        let table = after("[sockets]\ncount = 1", &["sockets.count=64", "target.chatbot=cb_1", "x.y.z=true"]);
        let expected = "[sockets]\ncount = 64\n[target]\nchatbot = 'cb_1'\n[x.y]\nz = true";
        assert_eq!(table, Ok(expected.parse().unwrap()));
    }

    #[test]
    fn a_number_is_a_place_in_an_array() {
        let file = "[[phases]]\nrate = 1\n[[phases]]\nrate = 2";
        let table = after(file, &["phases.1.rate=7", "phases.0.duration=5s"]).unwrap();
        let expected = "[[phases]]\nrate = 1\nduration = '5s'\n[[phases]]\nrate = 7";
        assert_eq!(table, expected.parse().unwrap());
        assert!(after(file, &["phases.2.rate=7"]).is_err());
        assert!(after(file, &["phases.0.rate.x=7"]).is_err());
    }

    #[test]
    fn what_is_no_toml_is_text() {
        let table = after("", &["a=http://127.0.0.1:80", "b='12'", "c=12", "d=[1, 2]"]).unwrap();
        let expected = "a = 'http://127.0.0.1:80'\nb = '12'\nc = 12\nd = [1, 2]";
        assert_eq!(table, expected.parse().unwrap());
        assert!(after("", &["a"]).is_err() && after("", &["a..b=1"]).is_err());
    }
}
