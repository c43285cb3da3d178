//! Who signs in. People are known to the installation, not to one account, so they are asked of the store.

use aihio_actors::model::{AccountId, Timestamp, UserId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait,
    PaginatorTrait, QueryFilter, QueryOrder, Set, TransactionTrait,
};

use super::entities::{account, membership, user};
use super::words::Word;
use super::{Store, StoreError};

/// Whether there is such a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existence {
    /// There is, or was until now.
    Present,
    /// There is none.
    Absent,
}

impl Existence {
    pub(super) const fn of(rows: u64) -> Self {
        if rows == 0 { Self::Absent } else { Self::Present }
    }
}

/// What a person may do in an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberRole {
    /// Read.
    Viewer,
    /// And change chatbots, and speak to visitors.
    Editor,
    /// And change people, keys and billing.
    Admin,
    /// And close the account.
    Owner,
}

/// Whether a person runs the installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// They see its inside, such as the supervision tree.
    Yes,
    /// They see their accounts.
    No,
}

/// A person who registers, with the account that is theirs.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The person's id.
    pub user_id: UserId,
    /// The account's id.
    pub account_id: AccountId,
    /// The account's name.
    pub account_name: String,
    /// The person's name.
    pub name: String,
    /// The address to sign in with; unique whatever its case.
    pub email: String,
    /// The password's hash, in PHC string format; none for people who sign in elsewhere.
    pub password_hash: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A person with the account they work in and their role there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// The person's id.
    pub user_id: UserId,
    /// The account's id.
    pub account_id: AccountId,
    /// The account's name.
    pub account_name: String,
    /// The person's name.
    pub name: String,
    /// As they typed it.
    pub email: String,
    /// None for people who sign in elsewhere.
    pub password_hash: Option<String>,
    /// In the account.
    pub role: MemberRole,
    /// In the installation.
    pub operator: Operator,
}

/// Under which PostgreSQL lets one registration pass at a time, so that there is one first user.
const REGISTRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(4101)";

impl Store {
    /// Stores a person, their account and their ownership of it. The first person of an installation is its operator.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] over `email` when the address is taken.
    pub async fn register(&self, new: NewUser) -> Result<(), StoreError> {
        let transaction = self.writer().begin().await?;
        if transaction.get_database_backend() == DbBackend::Postgres {
            transaction.execute_unprepared(REGISTRATION_LOCK).await?;
        }
        let operator = user::Entity::find().count(&transaction).await? == 0;
        insert_account(&transaction, &new).await?;
        let row = user::ActiveModel {
            user_id: Set(new.user_id.as_uuid()),
            name: Set(new.name),
            email_key: Set(new.email.to_lowercase()),
            email: Set(new.email),
            password_hash: Set(new.password_hash),
            operator: Set(operator),
            created_at: Set(new.at),
        };
        row.insert(&transaction).await.map_err(|error| StoreError::unique(error, "email"))?;
        let membership = membership::ActiveModel {
            account_id: Set(new.account_id.as_uuid()),
            user_id: Set(new.user_id.as_uuid()),
            role: Set(MemberRole::Owner.word().into()),
            created_at: Set(new.at),
        };
        membership.insert(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// The person who signs in with this address.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<UserRecord>, StoreError> {
        let found = user::Entity::find().filter(user::Column::EmailKey.eq(email.to_lowercase()));
        match found.one(self.reader()).await? {
            Some(row) => self.with_account(row).await,
            None => Ok(None),
        }
    }

    /// The person.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn user(&self, id: UserId) -> Result<Option<UserRecord>, StoreError> {
        match user::Entity::find_by_id(id.as_uuid()).one(self.reader()).await? {
            Some(row) => self.with_account(row).await,
            None => Ok(None),
        }
    }

    /// Whether anybody has registered yet.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn users_exist(&self) -> Result<Existence, StoreError> {
        let any = user::Entity::find().one(self.reader()).await?;
        Ok(Existence::of(any.map_or(0, |_| 1)))
    }

    /// Gives a person another password.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn set_password(&self, id: UserId, password_hash: &str) -> Result<Existence, StoreError> {
        let update = user::Entity::update_many()
            .filter(user::Column::UserId.eq(id.as_uuid()))
            .col_expr(user::Column::PasswordHash, password_hash.into());
        Ok(Existence::of(update.exec(self.writer()).await?.rows_affected))
    }

    async fn with_account(&self, row: user::Model) -> Result<Option<UserRecord>, StoreError> {
        let first = membership::Entity::find()
            .filter(membership::Column::UserId.eq(row.user_id))
            .order_by_asc(membership::Column::CreatedAt);
        let Some(membership) = first.one(self.reader()).await? else { return Ok(None) };
        let account = account::Entity::find_by_id(membership.account_id).one(self.reader()).await?;
        let account = account
            .ok_or_else(|| StoreError::inconsistent("memberships", "account_id", &membership.account_id))?;
        Ok(Some(UserRecord {
            user_id: UserId::from_uuid(row.user_id),
            account_id: AccountId::from_uuid(account.account_id),
            account_name: account.name,
            name: row.name,
            email: row.email,
            password_hash: row.password_hash,
            role: MemberRole::read(&membership.role, "memberships", "role")?,
            operator: if row.operator { Operator::Yes } else { Operator::No },
        }))
    }
}

async fn insert_account(transaction: &DatabaseTransaction, new: &NewUser) -> Result<(), StoreError> {
    let row = account::ActiveModel {
        account_id: Set(new.account_id.as_uuid()),
        name: Set(new.account_name.clone()),
        created_at: Set(new.at),
    };
    row.insert(transaction).await.map_err(|error| StoreError::unique(error, "account_id"))?;
    Ok(())
}
