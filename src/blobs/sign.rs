//! Signed addresses for uploads into the embedded store.

use std::fmt;

use aihio_actors::model::{Timestamp, UploadId};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

/// What an upload must be to the letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadTerms<'a> {
    /// The upload.
    pub upload_id: UploadId,
    /// Its size in bytes.
    pub size: u64,
    /// Its media type, as announced.
    pub content_type: &'a str,
}

/// Why an upload's address is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureRefusal {
    /// The address lacks its signature or says it twice.
    #[error("The upload address is incomplete. Use it exactly as it was given.")]
    Malformed,
    /// Signed for other terms, by somebody else, or not at all.
    #[error("The upload differs from what was announced: its size and content type must be the same.")]
    Forged,
    /// Signed for a time that has passed.
    #[error("The upload address has expired. Ask for a new one.")]
    Expired,
}

/// Signs and checks upload addresses with HMAC-SHA-256 (RFC 2104).
#[derive(Clone)]
pub struct UploadSigner {
    key: hmac::Key,
}

impl fmt::Debug for UploadSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UploadSigner(..)")
    }
}

impl UploadSigner {
    /// A signer with the installation's own key.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, &key) }
    }

    /// The query that makes an upload's address valid until `expires_at`, in whole seconds.
    #[must_use]
    pub fn sign(&self, terms: UploadTerms<'_>, expires_at: Timestamp) -> String {
        let expires = expires_at.timestamp();
        let signature = hmac::sign(&self.key, signed_text(terms, expires).as_bytes());
        format!("expires={expires}&signature={}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Checks an upload, by its real size and type, against the query it came with. The comparison takes the same
    /// time whatever differs, and an address that is both forged and expired counts as forged.
    ///
    /// # Errors
    /// When the query was not signed for this upload or has expired.
    pub fn verify(
        &self,
        terms: UploadTerms<'_>,
        query: &str,
        now: Timestamp,
    ) -> Result<(), SignatureRefusal> {
        let (expires, signature) = parse(query).ok_or(SignatureRefusal::Malformed)?;
        hmac::verify(&self.key, signed_text(terms, expires).as_bytes(), &signature)
            .map_err(|_| SignatureRefusal::Forged)?;
        if now.timestamp() >= expires { Err(SignatureRefusal::Expired) } else { Ok(()) }
    }
}

/// What is signed. The free text comes last and the other fields hold no line end, so no two terms read the same.
fn signed_text(terms: UploadTerms<'_>, expires: i64) -> String {
    let UploadTerms { upload_id, size, content_type } = terms;
    format!("aihio upload 1\n{upload_id}\n{size}\n{expires}\n{content_type}")
}

fn parse(query: &str) -> Option<(i64, Vec<u8>)> {
    let value = |name: &str| {
        let mut values = query.split('&').filter_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        values.next().filter(|_| values.next().is_none())
    };
    Some((value("expires")?.parse().ok()?, URL_SAFE_NO_PAD.decode(value("signature")?).ok()?))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn terms() -> UploadTerms<'static> {
        UploadTerms {
            upload_id: UploadId::from_uuid(Uuid::nil()),
            size: 1_000,
            content_type: "application/pdf",
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(seconds, 0).unwrap()
    }

    fn signer() -> UploadSigner {
        UploadSigner::new([7; 32])
    }

    #[test]
    fn a_signed_upload_is_accepted_until_it_expires() {
        let query = signer().sign(terms(), at(1_000));
        assert_eq!(signer().verify(terms(), &query, at(999)), Ok(()));
        assert_eq!(signer().verify(terms(), &query, at(1_000)), Err(SignatureRefusal::Expired));
    }

    #[test]
    fn every_term_is_bound() {
        let query = signer().sign(terms(), at(1_000));
        let other_id = UploadId::from_uuid(Uuid::max());
        let changed = [
            UploadTerms { upload_id: other_id, ..terms() },
            UploadTerms { size: 1_001, ..terms() },
            UploadTerms { content_type: "text/html", ..terms() },
        ];
        for terms in changed {
            assert_eq!(signer().verify(terms, &query, at(0)), Err(SignatureRefusal::Forged));
        }
        let later = query.replace("expires=1000", "expires=2000");
        assert_eq!(signer().verify(terms(), &later, at(0)), Err(SignatureRefusal::Forged));
        assert_eq!(UploadSigner::new([8; 32]).verify(terms(), &query, at(0)), Err(SignatureRefusal::Forged));
    }

    #[test]
    fn an_incomplete_query_is_malformed() {
        let query = signer().sign(terms(), at(1_000));
        let twice = format!("{query}&expires=9999");
        for query in [
            "",
            "expires=1000",
            "signature=AAAA",
            "expires=x&signature=AAAA",
            "expires=1&signature=*",
            &twice,
        ] {
            assert_eq!(signer().verify(terms(), query, at(0)), Err(SignatureRefusal::Malformed), "{query}");
        }
    }

    #[test]
    fn the_key_is_never_shown() {
        assert_eq!(format!("{:?}", signer()), "UploadSigner(..)");
    }
}
