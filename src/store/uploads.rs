//! Files on their way in.

use aihio_actors::model::{ChatbotId, FileHash, Timestamp, UploadId};
use aihio_actors::ports::BlobKey;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, QueryFilter, Set};

use super::entities::upload;
use super::{StoreError, Tenant};

/// A file that is announced.
#[derive(Debug, Clone)]
pub struct NewUpload {
    /// Its id.
    pub upload_id: UploadId,
    /// For which chatbot.
    pub chatbot_id: ChatbotId,
    /// The name it has at the uploader's.
    pub filename: String,
    /// The media type that the uploader claims.
    pub content_type: String,
    /// The bytes that the uploader claims.
    pub size: u64,
    /// Their SHA-256, where the uploader claims one.
    pub sha256: Option<FileHash>,
    /// Where the bytes go.
    pub blob_key: BlobKey,
    /// When the permission to send them ends.
    pub expires_at: Timestamp,
    /// When it was announced.
    pub at: Timestamp,
}

/// A file that was announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRecord {
    /// Its id.
    pub upload_id: UploadId,
    /// For which chatbot.
    pub chatbot_id: ChatbotId,
    /// The name it has at the uploader's.
    pub filename: String,
    /// The media type that the uploader claims.
    pub content_type: String,
    /// The bytes that the uploader claims.
    pub size: u64,
    /// Their SHA-256, where the uploader claims one.
    pub sha256: Option<FileHash>,
    /// Where the bytes are, once they came.
    pub blob_key: BlobKey,
    /// When the permission to send them ends.
    pub expires_at: Timestamp,
    /// The object store's name for its parts, while or after they are sent.
    pub parts_id: Option<String>,
    /// When it was announced.
    pub created_at: Timestamp,
}

impl Tenant {
    /// Stores that a file will come.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn create_upload(&self, new: NewUpload) -> Result<(), StoreError> {
        let row = upload::ActiveModel {
            upload_id: Set(new.upload_id.as_uuid()),
            account_id: Set(self.owner()),
            chatbot_id: Set(new.chatbot_id.as_uuid()),
            filename: Set(new.filename),
            content_type: Set(new.content_type),
            size: Set(i64::try_from(new.size).unwrap_or(i64::MAX)),
            sha256: Set(new.sha256.map(String::from)),
            parts_id: Set(None),
            blob_key: Set(new.blob_key.0),
            expires_at: Set(new.expires_at),
            created_at: Set(new.at),
        };
        row.insert(self.writer()).await.map_err(|error| StoreError::unique(error, "upload_id"))?;
        Ok(())
    }

    /// The upload.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn upload(&self, id: UploadId) -> Result<Option<UploadRecord>, StoreError> {
        let select = self.find::<upload::Entity>().filter(upload::Column::UploadId.eq(id.as_uuid()));
        select.one(self.reader()).await?.map(record).transpose()
    }
}

impl Tenant {
    /// Stores under which name the object store gathers the upload's parts.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn parts_begun(&self, id: UploadId, parts_id: &str) -> Result<(), StoreError> {
        let begun = self
            .update::<upload::Entity>()
            .col_expr(upload::Column::PartsId, Expr::value(parts_id))
            .filter(upload::Column::UploadId.eq(id.as_uuid()));
        begun.exec(self.writer()).await?;
        Ok(())
    }

    /// Where the files of a chatbot lie, whether they have become sources or not.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn upload_keys(&self, chatbot: ChatbotId) -> Result<Vec<BlobKey>, StoreError> {
        let select = self.find::<upload::Entity>().filter(upload::Column::ChatbotId.eq(chatbot.as_uuid()));
        Ok(select.all(self.writer()).await?.into_iter().map(|row| BlobKey(row.blob_key)).collect())
    }
}

fn record(row: upload::Model) -> Result<UploadRecord, StoreError> {
    Ok(UploadRecord {
        upload_id: UploadId::from_uuid(row.upload_id),
        chatbot_id: ChatbotId::from_uuid(row.chatbot_id),
        filename: row.filename,
        content_type: row.content_type,
        size: u64::try_from(row.size)
            .map_err(|_| StoreError::inconsistent("uploads", "size", &row.upload_id))?,
        sha256: row
            .sha256
            .map(FileHash::try_from)
            .transpose()
            .map_err(|_| StoreError::inconsistent("uploads", "sha256", &row.upload_id))?,
        parts_id: row.parts_id,
        blob_key: BlobKey(row.blob_key),
        expires_at: row.expires_at,
        created_at: row.created_at,
    })
}
