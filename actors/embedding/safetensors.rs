//! Tables of numbers as models are published: a JSON header behind its length, then the numbers, little-endian.

use std::collections::HashMap;

use serde::Deserialize;

use super::ModelFlaw;

/// Longest header that is read, in bytes.
const HEADER_BYTES_MAX: u64 = 100 << 20;
/// The name of the entry that holds remarks and no numbers.
const REMARKS: &str = "__metadata__";

/// A table with a row for each piece.
pub(super) struct Table {
    /// Numbers in a row.
    pub(super) columns: usize,
    /// All rows, end to end.
    pub(super) values: Vec<f32>,
}

#[derive(Deserialize)]
struct Entry {
    dtype: Kind,
    shape: Vec<usize>,
    data_offsets: [usize; 2],
}

/// How a number is written.
#[derive(Deserialize, Clone, Copy)]
enum Kind {
    F32,
    F16,
    #[serde(rename = "BF16")]
    Brain,
    #[serde(other)]
    Other,
}

/// The only table of the file, whatever its name.
pub(super) fn table(bytes: &[u8]) -> Result<Table, ModelFlaw> {
    let (length, rest) = bytes.split_first_chunk::<8>().ok_or(ModelFlaw::Table("it has no header"))?;
    let length = u64::from_le_bytes(*length);
    let header = usize::try_from(length.min(HEADER_BYTES_MAX)).unwrap_or(usize::MAX);
    let (header, numbers) = rest.split_at_checked(header).ok_or(ModelFlaw::Table("its header breaks off"))?;
    let mut entries: HashMap<String, serde_json::Value> = serde_json::from_slice(header)?;
    entries.remove(REMARKS);
    let only = if entries.len() == 1 { entries.into_values().next() } else { None };
    let entry: Entry = serde_json::from_value(only.ok_or(ModelFlaw::Table("it is not one table alone"))?)?;
    let [start, end] = entry.data_offsets;
    let data = numbers.get(start..end).ok_or(ModelFlaw::Table("its numbers break off"))?;
    let [rows, columns] = entry.shape[..] else { return Err(ModelFlaw::Table("it has not two dimensions")) };
    let values = read(data, entry.dtype)?;
    let fits = rows.checked_mul(columns) == Some(values.len()) && columns > 0;
    if fits { Ok(Table { columns, values }) } else { Err(ModelFlaw::Table("its shape is not its size")) }
}

fn read(data: &[u8], kind: Kind) -> Result<Vec<f32>, ModelFlaw> {
    let halves = |widen: fn(u16) -> f32| {
        let (pairs, _) = data.as_chunks::<2>();
        pairs.iter().map(|pair| widen(u16::from_le_bytes(*pair))).collect()
    };
    match kind {
        Kind::F32 => Ok(data.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()),
        Kind::F16 => Ok(halves(half)),
        Kind::Brain => Ok(halves(|bits| f32::from_bits(u32::from(bits) << 16))),
        Kind::Other => Err(ModelFlaw::Table("its numbers are neither F32 nor F16 nor BF16")),
    }
}

/// A number of half precision (IEEE 754, binary16): 1 bit sign, 5 bits exponent, 10 bits fraction.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from((bits >> 10) & 0x1f);
    let fraction = f32::from(bits & 0x3ff) / 1024.0;
    sign * match exponent {
        0 => fraction * 2.0_f32.powi(-14),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + fraction) * 2.0_f32.powi(exponent - 15),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A file with one table of these rows.
    pub(in crate::embedding) fn file(rows: &[&[f32]]) -> Vec<u8> {
        let columns = rows.first().map_or(0, |row| row.len());
        let numbers: Vec<u8> = rows.iter().flat_map(|row| row.iter().flat_map(|v| v.to_le_bytes())).collect();
        let header = format!(
            r#"{{"__metadata__":{{"a":"b"}},"table":{{"dtype":"F32","shape":[{},{columns}],"data_offsets":[0,{}]}}}}"#,
            rows.len(),
            numbers.len()
        );
        let length = u64::try_from(header.len()).unwrap().to_le_bytes();
        [length.to_vec(), header.into_bytes(), numbers].concat()
    }

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let table = table(&file(&[&[1.0, -2.5], &[0.0, 4.0]])).unwrap();
        assert_eq!((table.columns, table.values), (2, vec![1.0, -2.5, 0.0, 4.0]));
    }

    #[test]
    fn damaged_files_are_refused_wherever_they_break_off() {
        let whole = file(&[&[1.0, -2.5], &[0.0, 4.0]]);
        for end in 0..whole.len() {
            assert!(table(&whole[..end]).is_err(), "{end}");
        }
        let huge = [u64::MAX.to_le_bytes().to_vec(), b"{}".to_vec()].concat();
        assert!(table(&huge).is_err());
    }

    #[test]
    fn halves_are_widened_exactly() {
        let cases = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x0001, 5.960_464_5e-8),
            (0x7bff, 65504.0),
            (0x3555, 0.333_251_95),
        ];
        for (bits, value) in cases {
            assert_eq!(half(bits), value);
        }
        assert!(half(0x7e00).is_nan() && half(0xfc00) == f32::NEG_INFINITY);
    }
}
