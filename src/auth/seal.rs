//! Bytes that are kept for a while but must not be readable where they are kept: AES-256-GCM (NIST SP 800-38D)
//! with a random nonce in front.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;

use super::{RandomError, random_bytes};

/// Seals and opens with one key. Cheap to clone.
#[derive(Clone)]
pub struct Seal(LessSafeKey);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(..)")
    }
}

impl Seal {
    /// Derives the key from the server's secret.
    ///
    /// # Errors
    /// When the cipher refuses the key; never, for a key of this length.
    pub fn new(secret: &[u8; 32]) -> Result<Self, RandomError> {
        let key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), b"aihio seal 1");
        UnboundKey::new(&AES_256_GCM, key.as_ref())
            .map(|key| Self(LessSafeKey::new(key)))
            .map_err(|_| RandomError)
    }

    /// Seals bytes.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, RandomError> {
        let nonce = random_bytes::<NONCE_LEN>()?;
        let mut sealed = plain.to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
            .map_err(|_| RandomError)?;
        Ok([&nonce, sealed.as_slice()].concat())
    }

    /// Opens what was sealed with the same key; none for anything else.
    #[must_use]
    pub fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut bytes = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = self.0.open_in_place(nonce, Aad::empty(), &mut bytes).ok()?.len();
        bytes.truncate(length);
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_only() {
        let seal = Seal::new(&[1; 32]).unwrap();
        let sealed = seal.seal(b"aihio_sk_secret").unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        assert_eq!(seal.open(&sealed).as_deref(), Some(&b"aihio_sk_secret"[..]));
        assert_eq!(Seal::new(&[2; 32]).unwrap().open(&sealed), None);
    }

    #[test]
    fn changed_or_cut_bytes_do_not_open() {
        let seal = Seal::new(&[1; 32]).unwrap();
        let mut sealed = seal.seal(b"text").unwrap();
        assert_eq!(seal.open(&sealed[..8]), None);
        sealed[14] ^= 1;
        assert_eq!(seal.open(&sealed), None);
    }
}
