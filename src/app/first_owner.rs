//! The first person of an installation: made at the first start, an operator for good.

use aihio_actors::model::{AccountId, UserId};
use aihio_actors::ports::{Dice, Ports};
use secrecy::{ExposeSecret, SecretString};

use super::StartError;
use crate::auth::Passwords;
use crate::settings::Settings;
use crate::store::{Existence, NewUser, Store};

/// Who owns the installation.
pub(super) struct FirstOwner {
    /// The account, where the owner of the settings has one.
    pub(super) account_id: Option<AccountId>,
    /// The password, when it was generated just now.
    pub(super) generated_password: Option<SecretString>,
}

/// Characters that are told apart when read aloud or typed.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Makes the owner where nobody is there yet.
pub(super) async fn ensure(
    settings: &Settings,
    store: &Store,
    passwords: &Passwords,
    ports: &Ports,
) -> Result<FirstOwner, StartError> {
    if store.users_exist().await? == Existence::Present {
        let owner = store.user_by_email(&settings.owner.email).await?;
        return Ok(FirstOwner { account_id: owner.map(|owner| owner.account_id), generated_password: None });
    }
    let generated = settings.owner.password.is_none().then(|| generate(ports.dice.as_ref()));
    let password = settings.owner.password.as_ref().or(generated.as_ref());
    let password = password.map_or_else(String::new, |password| password.expose_secret().to_owned());
    let now = ports.clock.now();
    let account_id = AccountId::from_uuid(ports.dice.id(now));
    let owner = NewUser {
        user_id: UserId::from_uuid(ports.dice.id(now)),
        account_id,
        account_name: "My account".into(),
        name: "Owner".into(),
        email: settings.owner.email.clone(),
        password_hash: Some(passwords.hash(password).await?),
        at: now,
    };
    store.register(owner).await?;
    Ok(FirstOwner { account_id: Some(account_id), generated_password: generated })
}

/// Four groups of four characters: 80 bits of chance.
fn generate(dice: &dyn Dice) -> SecretString {
    let character = || {
        let index = usize::try_from(dice.next_u64() % 32).unwrap_or(0);
        ALPHABET.get(index).map_or('a', |byte| char::from(*byte))
    };
    let group = || (0..4).map(|_| character()).collect::<String>();
    SecretString::from([group(), group(), group(), group()].join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::SystemDice;

    #[test]
    fn a_generated_password_is_long_enough_to_sign_in_with_and_never_the_same() {
        let (one, other) = (generate(&SystemDice), generate(&SystemDice));
        assert_eq!(one.expose_secret().len(), 19);
        assert_ne!(one.expose_secret(), other.expose_secret());
    }
}
