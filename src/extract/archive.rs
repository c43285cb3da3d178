//! ZIP archives (APPNOTE 6.3.10), which office documents and books are inside. Archives may be made to harm: what is
//! unpacked is counted, by what really comes out, and nothing is ever written anywhere.

use std::io::{Cursor, Read};

use aihio_actors::ports::ExtractError;
use zip::ZipArchive;
use zip::result::ZipError;

use super::decode::decode;
use super::limits::ExtractLimits;

/// Archives that unpack to less are never too dense.
const DENSE_BYTES_MIN: u64 = 1 << 20;

/// An archive, and what may still be unpacked of it.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    limits: &'a ExtractLimits,
    packed_bytes: u64,
    unpacked_bytes: u64,
}

impl<'a> Archive<'a> {
    /// Opens an archive and checks its list of files.
    ///
    /// # Errors
    /// [`ExtractError::TooLarge`] for too many files, [`ExtractError::Suspicious`] for names that lead out of the
    /// archive, [`ExtractError::Malformed`] for a damaged one.
    pub(super) fn open(bytes: &'a [u8], limits: &'a ExtractLimits) -> Result<Self, ExtractError> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|fault| damaged(&fault))?;
        if zip.len() > limits.files_max {
            return Err(ExtractError::TooLarge(format!("it holds more than {} files", limits.files_max)));
        }
        let names: Result<Vec<_>, ZipError> = zip.file_names().collect();
        if names.map_err(|fault| damaged(&fault))?.iter().any(|name| leads_out(name)) {
            return Err(ExtractError::Suspicious("it holds a file whose name leads out of it".into()));
        }
        Ok(Self { zip, limits, packed_bytes: bytes.len() as u64, unpacked_bytes: 0 })
    }

    /// The bytes of a file in the archive, or none where there is no such file.
    ///
    /// # Errors
    /// [`ExtractError::TooLarge`] and [`ExtractError::Suspicious`] beyond what may be unpacked in all,
    /// [`ExtractError::Malformed`] for a damaged or locked file.
    pub(super) fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, ExtractError> {
        let index = self.zip.index_for_name(name);
        index.map(|index| self.unpack(index)).transpose()
    }

    /// The text of a file in the archive, or none where there is no such file.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes); also for characters that can't be decoded.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, ExtractError> {
        self.bytes(name)?.map(|bytes| decode(&bytes, "")).transpose()
    }

    /// The text of a file without which the document can't be read.
    ///
    /// # Errors
    /// As [`text`](Self::text); also where the file is missing.
    pub(super) fn required(&mut self, name: &str) -> Result<String, ExtractError> {
        let missing = || ExtractError::Malformed(format!("the part `{name}` is missing in it"));
        self.text(name)?.ok_or_else(missing)
    }

    /// Unpacks every file whose name ends so, and keeps none: for libraries that will open the archive themselves.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes).
    pub(super) fn audit(&mut self, endings: &[&str]) -> Result<(), ExtractError> {
        for index in 0..self.zip.len() {
            let name = self.zip.name_for_index(index).and_then(Result::ok).unwrap_or_default().into_owned();
            if endings.iter().any(|ending| name.ends_with(ending)) {
                self.unpack(index)?;
            }
        }
        Ok(())
    }

    fn unpack(&mut self, index: usize) -> Result<Vec<u8>, ExtractError> {
        let mut entry = self.zip.by_index(index).map_err(|fault| damaged(&fault))?;
        let claimed = entry.size();
        check(self.limits, self.packed_bytes, self.unpacked_bytes.saturating_add(claimed))?;
        let left = (self.limits.unpacked_bytes_max as u64).saturating_sub(self.unpacked_bytes);
        let mut bytes = Vec::with_capacity(usize::try_from(claimed).unwrap_or_default());
        // The claim may be a lie: one byte more than is left shows it.
        let read = entry.by_ref().take(left + 1).read_to_end(&mut bytes);
        self.unpacked_bytes += bytes.len() as u64;
        check(self.limits, self.packed_bytes, self.unpacked_bytes)?;
        read.map_err(|_| ExtractError::Malformed("a part of it is damaged".into()))?;
        Ok(bytes)
    }
}

fn check(limits: &ExtractLimits, packed: u64, unpacked: u64) -> Result<(), ExtractError> {
    if unpacked > limits.unpacked_bytes_max as u64 {
        let most = limits.unpacked_bytes_max >> 20;
        return Err(ExtractError::TooLarge(format!("it unpacks to more than {most} MiB")));
    }
    let dense = unpacked > packed.saturating_mul(limits.unpacked_ratio_max);
    if dense && unpacked > DENSE_BYTES_MIN {
        let ratio = limits.unpacked_ratio_max;
        return Err(ExtractError::Suspicious(format!("it unpacks to more than {ratio} times its size")));
    }
    Ok(())
}

/// Whether a name points to somewhere that is not below the archive's root, on any system.
fn leads_out(name: &str) -> bool {
    let mut parts = name.split(['/', '\\']);
    name.starts_with(['/', '\\']) || name.contains(['\0', ':']) || parts.any(|part| part == "..")
}

fn damaged(fault: &ZipError) -> ExtractError {
    match fault {
        ZipError::UnsupportedArchive(why) if *why == ZipError::PASSWORD_REQUIRED => locked(),
        _ => ExtractError::Malformed("it is a damaged archive inside".into()),
    }
}

/// Says that only who knows the password can read it.
pub(super) fn locked() -> ExtractError {
    ExtractError::Malformed("it is locked with a password".into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{zip_of, zip_of_bytes};
    use super::*;

    fn unpacked(bytes: &[u8], limits: &ExtractLimits) -> Result<Option<Vec<u8>>, ExtractError> {
        Archive::open(bytes, limits)?.bytes("a.xml")
    }

    #[test]
    fn files_are_got_by_name() {
        let zip = zip_of(&[("a.xml", "<a/>"), ("b/c.xml", "x")]);
        let limits = ExtractLimits::default();
        let mut archive = Archive::open(&zip, &limits).unwrap();
        assert_eq!(archive.text("b/c.xml"), Ok(Some("x".into())));
        assert_eq!(archive.text("c.xml"), Ok(None));
        assert!(matches!(archive.required("c.xml"), Err(ExtractError::Malformed(_))));
    }

    #[test]
    fn a_dense_archive_is_suspicious_and_a_huge_one_too_large() {
        let zeros = vec![b' '; 4 << 20];
        let zip = zip_of_bytes(&[("a.xml", &zeros)]);
        let limits = ExtractLimits::default();
        assert!(matches!(unpacked(&zip, &limits), Err(ExtractError::Suspicious(_))));
        let limits = ExtractLimits { unpacked_bytes_max: 1 << 20, ..limits };
        assert!(matches!(unpacked(&zip, &limits), Err(ExtractError::TooLarge(_))));
    }

    #[test]
    fn what_is_unpacked_in_parts_is_summed_up() {
        let noise: Vec<u8> =
            (0..400_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let zip = zip_of_bytes(&[("a.xml", &noise), ("b.xml", &noise), ("c.png", &noise)]);
        let limits = ExtractLimits { unpacked_bytes_max: 2_000_000, ..ExtractLimits::default() };
        let mut archive = Archive::open(&zip, &limits).unwrap();
        assert!(archive.bytes("a.xml").is_ok());
        assert!(matches!(archive.bytes("b.xml"), Err(ExtractError::TooLarge(_))));
        let limits = ExtractLimits { unpacked_bytes_max: 3_300_000, ..limits };
        assert_eq!(Archive::open(&zip, &limits).unwrap().audit(&[".xml"]), Ok(()));
        assert!(Archive::open(&zip, &limits).unwrap().audit(&[".xml", ".png"]).is_err());
    }

    #[test]
    fn a_lie_about_the_size_is_found_out() {
        let spaces = vec![b' '; 3 << 20];
        let mut zip = zip_of_bytes(&[("a.xml", &spaces)]);
        let size = u32::try_from(spaces.len()).unwrap().to_le_bytes();
        while let Some(at) = zip.windows(4).position(|window| window == size) {
            zip[at..at + 4].copy_from_slice(&7_u32.to_le_bytes());
        }
        let limits = ExtractLimits { unpacked_bytes_max: 1 << 20, ..ExtractLimits::default() };
        let outcome = unpacked(&zip, &limits);
        assert!(outcome.is_err(), "{outcome:?}");
    }

    #[test]
    fn names_that_lead_out_are_refused() {
        let limits = ExtractLimits::default();
        for name in ["../a", "a/../../b", "/etc/passwd", "..\\a", "C:\\a", "a/..", "a\0b"] {
            let zip = zip_of(&[(name, "x")]);
            assert!(
                matches!(Archive::open(&zip, &limits).map(drop), Err(ExtractError::Suspicious(_))),
                "{name}"
            );
        }
        assert!(Archive::open(&zip_of(&[("a..b/..c", "x")]), &limits).is_ok());
    }

    #[test]
    fn many_files_are_refused() {
        let names: Vec<String> = (0..2_001).map(|n| n.to_string()).collect();
        let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
        let (limits, zip) = (ExtractLimits::default(), zip_of(&files));
        assert!(matches!(Archive::open(&zip, &limits).map(drop), Err(ExtractError::TooLarge(_))));
        assert!(Archive::open(&zip_of(&files[..2_000]), &limits).is_ok());
    }

    #[test]
    fn a_cut_archive_is_damaged() {
        let (limits, zip) = (ExtractLimits::default(), zip_of(&[("a.xml", "<a/>")]));
        for cut in 4..zip.len() {
            assert!(matches!(Archive::open(&zip[..cut], &limits).map(drop), Err(ExtractError::Malformed(_))));
        }
    }
}
