//! Passwords: hashed with Argon2id (RFC 9106), with the parameters that OWASP's Password Storage Cheat Sheet
//! recommends (19 MiB, 2 passes, 1 lane), away from the threads that serve requests.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

/// Memory of one hash, in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over that memory.
const PASSES: u32 = 2;
/// Hashes at once: each takes [`MEMORY_KIB`] and a whole core.
const CONCURRENT_MAX: usize = 2;

/// Why a password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Argon2 refused its input.
    #[error("the password can't be hashed: {0}")]
    Hash(argon2::password_hash::Error),
    /// The hash was not computed, because the process is ending or its task panicked.
    #[error("the password was not checked")]
    Interrupted,
}

/// Whether a password is the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Right,
    /// It is not, or there is nothing to compare it with.
    Wrong,
}

/// Hashes and checks passwords. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    decoy: Arc<str>,
}

impl Passwords {
    /// Prepares the hash that stands in where a user is unknown.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn new() -> Result<Self, PasswordError> {
        let decoy = hash("a password that nobody has")?.into();
        Ok(Self { permits: Arc::new(Semaphore::new(CONCURRENT_MAX)), decoy })
    }

    /// The hash to store, as a PHC string.
    ///
    /// # Errors
    /// When it can't be computed.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.compute(move || hash(&password)).await?
    }

    /// Compares a password with a stored hash. Without one it does the same work and says [`Verdict::Wrong`],
    /// so that the time taken does not tell whether a user exists.
    ///
    /// # Errors
    /// When it can't be computed.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<Verdict, PasswordError> {
        let known = stored.is_some();
        let hash = stored.map_or_else(|| Arc::clone(&self.decoy), Into::into);
        let matches = self.compute(move || matches(&password, &hash)).await?;
        Ok(if known && matches { Verdict::Right } else { Verdict::Wrong })
    }

    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let _permit = self.permits.acquire().await.map_err(|_| PasswordError::Interrupted)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| PasswordError::Interrupted)
    }
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params =
        Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| PasswordError::Hash(error.into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Result<String, PasswordError> {
    let hash: PasswordHash = argon2()?.hash_password(password.as_bytes()).map_err(PasswordError::Hash)?;
    Ok(hash.to_string())
}

fn matches(password: &str, stored: &str) -> bool {
    PasswordHash::new(stored)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_matches() {
        let passwords = Passwords::new().unwrap();
        let stored = passwords.hash("otter-lamp-42".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let verdict = passwords.verify("otter-lamp-42".into(), Some(stored.clone())).await.unwrap();
        assert_eq!(verdict, Verdict::Right);
        let verdict = passwords.verify("otter-lamp-43".into(), Some(stored)).await.unwrap();
        assert_eq!(verdict, Verdict::Wrong);
    }

    #[tokio::test]
    async fn an_unknown_user_has_no_right_password() {
        let passwords = Passwords::new().unwrap();
        let verdict = passwords.verify("a password that nobody has".into(), None).await.unwrap();
        assert_eq!(verdict, Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_damaged_hash_matches_nothing() {
        let passwords = Passwords::new().unwrap();
        let verdict = passwords.verify("x".into(), Some("not a hash".into())).await.unwrap();
        assert_eq!(verdict, Verdict::Wrong);
    }
}
