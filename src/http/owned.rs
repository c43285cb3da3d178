//! Things of the caller's account, looked up through it: what is another's can't be told from what isn't.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use aihio_actors::model::{ChatbotId, Job, JobId, SessionId, SourceId, UploadId};

use super::member::{Extracting, Member, Permission, Read};
use super::path::path_part;
use crate::error::ApiError;
use crate::store::{SessionRecord, SourceRecord, StoredChatbot, UploadRecord};

macro_rules! owned {
    ($($(#[$doc:meta])* $name:ident($field:ident: $record:ty) = $finder:ident($id:ty as $part:literal);)*) => {$(
        $(#[$doc])*
        pub struct $name<P = Read> {
            /// Who asks, with the account.
            pub member: Member<P>,
            /// What was found.
            pub $field: $record,
        }

        impl<P: Permission> $name<P> {
            /// Looks it up through the caller's account.
            ///
            /// # Errors
            /// As for [`Member`]; `not_found` when the account has no such thing.
            pub async fn of(request: &HttpRequest) -> Result<Self, ApiError> {
                let member = Member::<P>::of(request).await?;
                let id: $id = path_part(request, $part)?;
                let $field = member.tenant.$finder(id).await?.ok_or_else(ApiError::not_found)?;
                Ok(Self { member, $field })
            }
        }

        impl<P: Permission> FromRequest for $name<P> {
            type Error = ApiError;
            type Future = Extracting<Self>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let request = request.clone();
                Box::pin(async move { Self::of(&request).await })
            }
        }
    )*};
}

owned! {
    /// A chatbot of the account.
    OwnedChatbot(chatbot: StoredChatbot) = chatbot(ChatbotId as "chatbot_id");
    /// A source of the account.
    OwnedSource(source: SourceRecord) = source(SourceId as "source_id");
    /// A job of the account.
    OwnedJob(job: Job) = job(JobId as "job_id");
    /// An announced file of the account.
    OwnedUpload(upload: UploadRecord) = upload(UploadId as "upload_id");
    /// A conversation of the account.
    OwnedSession(session: SessionRecord) = session(SessionId as "session_id");
}

impl<P> OwnedChatbot<P> {
    /// The chatbot's id.
    #[must_use]
    pub const fn id(&self) -> ChatbotId {
        self.chatbot.record.chatbot_id
    }
}
