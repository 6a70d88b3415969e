//! Errors of the API in one form, that of RFC 9457.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use thiserror::Error;
use utoipa::ToSchema;

/// Declares the kinds of problems with status, name and title.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $status:ident, $name:literal, $title:literal;)*) => {
        /// What is wrong, as far as a program tells it apart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ProblemKind {
            $($(#[$doc])* $kind,)*
        }

        impl ProblemKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// Returns the status of the answer.
            pub fn status(self) -> StatusCode {
                match self {
                    $(Self::$kind => StatusCode::$status,)*
                }
            }

            /// Returns the end of the type's URN.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }

            /// Returns what all problems of this kind have in common.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$kind => $title,)*
                }
            }
        }
    };
}

kinds! {
    /// The request cannot be read.
    Malformed = BAD_REQUEST, "malformed", "The request cannot be read";
    /// There is no token, or an unknown one.
    NoToken = UNAUTHORIZED, "no-token", "No valid token";
    /// The token's role does not permit it.
    Role = FORBIDDEN, "role", "The role does not permit this";
    /// The `Host` header names another server.
    Host = FORBIDDEN, "host", "Another host was meant";
    /// The request was made by the page of another server.
    Origin = FORBIDDEN, "origin", "A page of another server asked";
    /// The header that pages of other servers cannot send is missing.
    Header = FORBIDDEN, "header", "The header X-Enact is missing";
    /// There is no such thing.
    NotFound = NOT_FOUND, "not-found", "There is no such thing";
    /// The path does not have this method.
    Method = METHOD_NOT_ALLOWED, "method", "The path does not have this method";
    /// The request did not arrive in time.
    TooSlow = REQUEST_TIMEOUT, "too-slow", "The request took too long to arrive";
    /// The body is too large.
    TooLarge = PAYLOAD_TOO_LARGE, "too-large", "The body is too large";
    /// The body is of another type than the path takes.
    MediaType = UNSUPPORTED_MEDIA_TYPE, "media-type", "The body is of another type";
    /// Somebody else, or nobody, has the lease.
    NotDriver = CONFLICT, "not-driver", "Not the driver";
    /// Somebody else has the lease that is asked for.
    Leased = CONFLICT, "leased", "Somebody else drives";
    /// The arm is stopped.
    Stopped = CONFLICT, "stopped", "The arm is stopped";
    /// Something else is going on.
    Busy = CONFLICT, "busy", "Something else is going on";
    /// No plan of this task waits for an answer.
    NotWaiting = CONFLICT, "not-waiting", "This plan does not wait for an answer";
    /// The task is over.
    Over = CONFLICT, "over", "The task is over";
    /// The arm has failed.
    Faulted = CONFLICT, "faulted", "The arm has failed";
    /// It can be read, but makes no sense.
    Invalid = UNPROCESSABLE_ENTITY, "invalid", "It makes no sense";
    /// The key was used for another request.
    KeyReused = UNPROCESSABLE_ENTITY, "key-reused", "The key was used for another request";
    /// Too many tasks wait.
    QueueFull = TOO_MANY_REQUESTS, "queue-full", "Too many tasks wait";
    /// Too many streams are open.
    TooManyStreams = TOO_MANY_REQUESTS, "too-many-streams", "Too many streams are open";
    /// A client, or an address, asks too often.
    TooManyRequests = TOO_MANY_REQUESTS, "too-many-requests", "Too many requests";
    /// The server failed.
    Internal = INTERNAL_SERVER_ERROR, "internal", "The server failed";
    /// A device does not answer.
    Unavailable = SERVICE_UNAVAILABLE, "unavailable", "A device does not answer";
}

impl ProblemKind {
    /// Returns after how many seconds it makes sense to ask again, where waiting helps.
    pub fn retry_after_s(self) -> Option<u16> {
        match self {
            Self::QueueFull | Self::TooManyStreams => Some(10),
            Self::TooManyRequests => Some(1),
            _ => None,
        }
    }
}

/// An error of the API.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{detail}")]
pub struct Problem {
    /// What is wrong, for programs.
    pub kind: ProblemKind,
    /// What is wrong and what to do, for people.
    pub detail: String,
}

/// An error as it is sent, in the form of RFC 9457.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// URN of the kind.
    #[serde(rename = "type")]
    #[schema(example = "urn:enact:problem:not-driver")]
    pub kind: String,
    /// What all problems of this kind have in common.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// What is wrong and what to do.
    pub detail: String,
}

impl Problem {
    /// Creates a problem.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }

    /// Returns the document that is sent.
    pub fn document(&self) -> ProblemDocument {
        ProblemDocument {
            kind: format!("urn:enact:problem:{}", self.kind.name()),
            title: self.kind.title().to_owned(),
            status: self.kind.status().as_u16(),
            detail: self.detail.clone(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let body = serde_json::to_vec(&self.document()).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.kind.status();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if self.kind == ProblemKind::NoToken {
            let scheme = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, scheme);
        }
        if let Some(seconds) = self.kind.retry_after_s() {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn programs_can_tell_every_kind_from_the_others() {
        let names: HashSet<&str> = ProblemKind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), ProblemKind::ALL.len());
        let problem = Problem::new(ProblemKind::NotDriver, "ada has the lease");
        let document = serde_json::to_value(problem.document()).unwrap();
        assert_eq!(document["type"], "urn:enact:problem:not-driver");
        assert_eq!(document["status"], 409);
        assert_eq!(document["detail"], "ada has the lease");
    }

    #[test]
    fn whoever_asks_for_too_much_is_told_when_to_ask_again() {
        for kind in ProblemKind::ALL {
            let answer = Problem::new(*kind, "").into_response();
            let is_limit = kind.status() == StatusCode::TOO_MANY_REQUESTS;
            let told = answer.headers().contains_key(header::RETRY_AFTER);
            assert_eq!(told, is_limit, "{kind:?}");
        }
    }
}
