//! Compact signed tokens: `kind.payload.signature`, the last two in base64url without padding; the signature is
//! HMAC-SHA-256 over `kind.payload`. The kind is signed too, so no token passes for one of another kind, and
//! there is no algorithm to choose. A payload is two UUIDs and the expiry in seconds since 1970, 40 bytes.

use std::time::Duration;

use aihio_actors::model::{AccountId, ChatbotId, SessionId, Timestamp, UserId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use uuid::Uuid;

const ACCESS: &str = "access";
const SESSION: &str = "session";
const CSRF: &str = "csrf";
const IDENTITY: &str = "identity";
const PAYLOAD_BYTES: usize = 40;

/// Why a token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It was not made here, or was changed.
    #[error("the token is not valid")]
    Invalid,
    /// It was good once.
    #[error("the token has expired")]
    Expired,
}

/// How long tokens are good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLifetimes {
    /// An access token's, which is the dashboard session's too.
    pub access: Duration,
    /// A visitor's session token's.
    pub session: Duration,
}

impl Default for TokenLifetimes {
    fn default() -> Self {
        Self { access: Duration::from_secs(12 * 3_600), session: Duration::from_secs(24 * 3_600) }
    }
}

/// What an access token proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessClaims {
    /// Who signed in.
    pub user_id: UserId,
    /// In which account.
    pub account_id: AccountId,
    /// Until when.
    pub expires_at: Timestamp,
}

/// What a visitor's token proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionClaims {
    /// The chatbot spoken to.
    pub chatbot_id: ChatbotId,
    /// The conversation.
    pub session_id: SessionId,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Makes and checks tokens with one key. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tokens {
    key: hmac::Key,
    lifetimes: TokenLifetimes,
}

impl Tokens {
    /// Takes the server's signing key.
    #[must_use]
    pub fn new(secret: &[u8; 32], lifetimes: TokenLifetimes) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, secret), lifetimes }
    }

    /// A token for a user who signed in, and until when it is good.
    #[must_use]
    pub fn issue_access(&self, user: UserId, account: AccountId, now: Timestamp) -> (String, Timestamp) {
        self.issue(ACCESS, [user.as_uuid(), account.as_uuid()], now + self.lifetimes.access)
    }

    /// Checks an access token.
    ///
    /// # Errors
    /// When it is not valid at `now`.
    pub fn verify_access(&self, token: &str, now: Timestamp) -> Result<AccessClaims, TokenError> {
        let ([user, account], expires_at) = self.verify(ACCESS, token, now)?;
        let (user_id, account_id) = (UserId::from_uuid(user), AccountId::from_uuid(account));
        Ok(AccessClaims { user_id, account_id, expires_at })
    }

    /// A token for a visitor's session, and until when it is good.
    #[must_use]
    pub fn issue_session(
        &self,
        chatbot: ChatbotId,
        session: SessionId,
        now: Timestamp,
    ) -> (String, Timestamp) {
        self.issue(SESSION, [chatbot.as_uuid(), session.as_uuid()], now + self.lifetimes.session)
    }

    /// Checks a visitor's token.
    ///
    /// # Errors
    /// When it is not valid at `now`.
    pub fn verify_session(&self, token: &str, now: Timestamp) -> Result<SessionClaims, TokenError> {
        let ([chatbot, session], expires_at) = self.verify(SESSION, token, now)?;
        let (chatbot_id, session_id) = (ChatbotId::from_uuid(chatbot), SessionId::from_uuid(session));
        Ok(SessionClaims { chatbot_id, session_id, expires_at })
    }

    /// The CSRF token that goes with an access token: derived, so that nothing has to be stored, and of no use
    /// with any other.
    #[must_use]
    pub fn csrf_for(&self, access_token: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, format!("{CSRF}.{access_token}").as_bytes()))
    }

    /// Whether a CSRF token goes with an access token; compared in constant time.
    #[must_use]
    pub fn csrf_matches(&self, access_token: &str, presented: &str) -> bool {
        URL_SAFE_NO_PAD.decode(presented).is_ok_and(|signature| {
            hmac::verify(&self.key, format!("{CSRF}.{access_token}").as_bytes(), &signature).is_ok()
        })
    }

    /// The secret under which a site signs its visitors' ids for a chatbot: hexadecimal, derived, never stored.
    #[must_use]
    pub fn identity_secret(&self, chatbot: ChatbotId) -> String {
        hex(hmac::sign(&self.key, format!("{IDENTITY}.{chatbot}").as_bytes()).as_ref())
    }

    /// Whether `hash` is the hexadecimal HMAC-SHA-256 of a visitor's id under the chatbot's identity secret; compared
    /// in constant time.
    #[must_use]
    pub fn proves_identity(&self, chatbot: ChatbotId, visitor: &str, hash: &str) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.identity_secret(chatbot).as_bytes());
        unhex(hash).is_some_and(|presented| hmac::verify(&key, visitor.as_bytes(), &presented).is_ok())
    }

    fn issue(&self, kind: &str, ids: [Uuid; 2], expires_at: Timestamp) -> (String, Timestamp) {
        let [first, second] = ids;
        let mut payload = Vec::with_capacity(PAYLOAD_BYTES);
        payload.extend_from_slice(first.as_bytes());
        payload.extend_from_slice(second.as_bytes());
        payload.extend_from_slice(&expires_at.timestamp().to_be_bytes());
        let signed = format!("{kind}.{}", URL_SAFE_NO_PAD.encode(payload));
        let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, signed.as_bytes()));
        (format!("{signed}.{signature}"), expires_at)
    }

    fn verify(&self, kind: &str, token: &str, now: Timestamp) -> Result<([Uuid; 2], Timestamp), TokenError> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Invalid)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| TokenError::Invalid)?;
        hmac::verify(&self.key, signed.as_bytes(), &signature).map_err(|_| TokenError::Invalid)?;
        let payload = signed.strip_prefix(kind).and_then(|rest| rest.strip_prefix('.'));
        let payload = payload.ok_or(TokenError::Invalid)?;
        let claims = decode(payload).ok_or(TokenError::Invalid)?;
        if claims.1 <= now { Err(TokenError::Expired) } else { Ok(claims) }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(byte).collect::<Option<_>>()).flatten()
}

fn decode(payload: &str) -> Option<([Uuid; 2], Timestamp)> {
    let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let (first, rest) = bytes.split_first_chunk::<16>()?;
    let (second, rest) = rest.split_first_chunk::<16>()?;
    let expiry = i64::from_be_bytes(rest.try_into().ok()?);
    let expires_at = Timestamp::from_timestamp(expiry, 0)?;
    Some(([Uuid::from_bytes(*first), Uuid::from_bytes(*second)], expires_at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens() -> Tokens {
        Tokens::new(&[7; 32], TokenLifetimes::default())
    }

    fn now() -> Timestamp {
        Timestamp::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn ids() -> (ChatbotId, SessionId) {
        (ChatbotId::from_uuid(Uuid::from_u128(1)), SessionId::from_uuid(Uuid::from_u128(2)))
    }

    #[test]
    fn a_session_token_proves_its_session_until_it_expires() {
        let (chatbot_id, session_id) = ids();
        let (token, expires_at) = tokens().issue_session(chatbot_id, session_id, now());
        let claims = tokens().verify_session(&token, now()).unwrap();
        assert_eq!(claims, SessionClaims { chatbot_id, session_id, expires_at });
        assert_eq!(tokens().verify_session(&token, expires_at), Err(TokenError::Expired));
    }

    #[test]
    fn a_token_of_one_kind_is_none_of_another() {
        let (token, _) = tokens().issue_session(ids().0, ids().1, now());
        assert_eq!(tokens().verify_access(&token, now()), Err(TokenError::Invalid));
        let relabelled = token.replacen("session", "access", 1);
        assert_eq!(tokens().verify_access(&relabelled, now()), Err(TokenError::Invalid));
    }

    #[test]
    fn a_token_of_another_server_is_not_valid() {
        let other = Tokens::new(&[8; 32], TokenLifetimes::default());
        let (token, _) = other.issue_session(ids().0, ids().1, now());
        assert_eq!(tokens().verify_session(&token, now()), Err(TokenError::Invalid));
    }

    #[test]
    fn a_csrf_token_goes_with_one_access_token_only() {
        let csrf = tokens().csrf_for("access.a.b");
        assert!(tokens().csrf_matches("access.a.b", &csrf));
        assert!(!tokens().csrf_matches("access.a.c", &csrf));
        assert!(!tokens().csrf_matches("access.a.b", ""));
    }

    proptest! {
        #[test]
        fn a_changed_character_makes_a_token_invalid(at in 0_usize..110, put in "[A-Za-z0-9_.-]") {
            let (token, _) = tokens().issue_session(ids().0, ids().1, now());
            let mut changed = token.clone();
            let at = at % token.len();
            changed.replace_range(at..=at, &put);
            prop_assume!(changed != token);
            prop_assert_eq!(tokens().verify_session(&changed, now()), Err(TokenError::Invalid));
        }

        #[test]
        fn nonsense_is_refused_without_a_panic(text in ".{0,200}") {
            prop_assert_eq!(tokens().verify_session(&text, now()), Err(TokenError::Invalid));
        }
    }
}
