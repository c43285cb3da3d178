//! Who calls the REST interface of a server under load.

use crate::play::RunError;
use crate::rest::Rest;
use crate::scenario::SignIn;

impl SignIn {
    /// The interface with this one signed in.
    ///
    /// # Errors
    /// When nobody is named, or the server refuses.
    pub(crate) async fn enter(&self, rest: Rest) -> Result<Rest, RunError> {
        match self {
            Self::Owner => Err(RunError::NobodySignsIn),
            Self::Token(token) => Ok(rest.with_token(token.clone())),
            Self::Password { email, password } => Ok(rest.signed_in(email, password).await?),
        }
    }
}
