//! Keys for programs: shown once, kept as a hash.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;

use super::{RandomError, random_bytes};

/// What every key begins with, so that people and scanners recognise one.
const MARK: &str = "aihio_sk_";

/// Characters of the secret that stay visible in lists.
const PREFIX_CHARS: usize = MARK.len() + 6;

/// A new key's secret: 256 bits of randomness behind the mark.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKeySecret(String);

impl ApiKeySecret {
    /// Makes a key.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate() -> Result<Self, RandomError> {
        let bytes = random_bytes::<32>()?;
        Ok(Self(format!("{MARK}{}", URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// The secret itself, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Its beginning, by which people tell keys apart.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.0.get(..PREFIX_CHARS).unwrap_or(MARK)
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        sha256(&self.0)
    }
}

impl fmt::Debug for ApiKeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKeySecret({}…)", self.prefix())
    }
}

/// The hash to look a presented key up by, or none for what is no key. SHA-256 without salt is enough for 256
/// random bits, and a look-up by hash tells nothing by its timing.
#[must_use]
pub fn hash_api_key(presented: &str) -> Option<[u8; 32]> {
    let random = presented.strip_prefix(MARK)?;
    (random.len() == 43).then(|| sha256(presented))
}

fn sha256(text: &str) -> [u8; 32] {
    let mut hash = [0_u8; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_what_was_shown() {
        let key = ApiKeySecret::generate().unwrap();
        assert_eq!(hash_api_key(key.reveal()), Some(key.hash()));
        assert!(key.reveal().starts_with("aihio_sk_"));
    }

    #[test]
    fn no_two_keys_are_alike() {
        assert_ne!(ApiKeySecret::generate().unwrap(), ApiKeySecret::generate().unwrap());
    }

    #[test]
    fn other_tokens_are_no_keys() {
        assert_eq!(hash_api_key("access.abc.def"), None);
        assert_eq!(hash_api_key("aihio_sk_short"), None);
    }

    #[test]
    fn debug_output_hides_the_secret() {
        let key = ApiKeySecret::generate().unwrap();
        assert!(!format!("{key:?}").contains(key.reveal()));
    }
}
