//! Authorisation as types: a handler that asks for [`Member<Write>`] can't be reached by anybody who may not
//! write, and one that doesn't ask has no account to act on.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::caller::{Caller, authenticate};
use super::deed::Deed;
use super::service::Service;
use crate::auth::Scope;
use crate::error::ApiError;
use crate::store::Tenant;

/// A future of an extractor.
pub(crate) type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// What a handler needs to be allowed.
pub trait Permission: 'static {
    /// The scope that grants it.
    const SCOPE: Scope;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl Permission for $name {
            const SCOPE: Scope = Scope::$name;
        }
    )*};
}

permissions! {
    /// To look.
    Read;
    /// To change chatbots, sources and conversations.
    Write;
    /// To ask for answers.
    Chat;
    /// To change the account itself.
    Account;
}

/// Somebody who may do `P` in the account that `tenant` reaches.
pub struct Member<P = Read> {
    /// Who.
    pub caller: Rc<Caller>,
    /// Everything of the account, and nothing of any other.
    pub tenant: Tenant,
    permission: PhantomData<P>,
}

/// Somebody who may change the account itself.
pub type Owner = Member<Account>;

impl<P: Permission> Member<P> {
    /// Finds the member behind a request.
    ///
    /// # Errors
    /// As [`authenticate`]; `forbidden` without the permission.
    pub async fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let caller = authenticate(request).await?;
        if !caller.may(P::SCOPE) {
            return Err(ApiError::forbidden());
        }
        let tenant = Service::of(request)?.store.tenant(caller.account_id);
        Ok(Self { caller, tenant, permission: PhantomData })
    }
}

impl<P> Member<P> {
    /// Keeps what the member has just done in the account's audit log.
    pub(super) async fn did(&self, service: &Service, deed: Deed) {
        deed.keep(service, &self.tenant, self.caller.actor()).await;
    }
}

impl<P: Permission> FromRequest for Member<P> {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await })
    }
}

/// Somebody who runs this server.
pub struct Operator {
    /// Who.
    pub caller: Rc<Caller>,
}

impl FromRequest for Operator {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = authenticate(&request).await?;
            if caller.is_operator() { Ok(Self { caller }) } else { Err(ApiError::forbidden()) }
        })
    }
}
