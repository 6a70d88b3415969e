//! Bodies, numbers in paths and keys, or a problem.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ApiState, MAX_BODY_BYTES, SLOWEST_BODY};
use crate::problem::{Problem, ProblemKind};

/// Largest number of a key's characters.
const MAX_KEY_CHARS: usize = 128;

/// A JSON body.
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<ApiState> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, server: &ApiState) -> Result<Self, Problem> {
        // A body of another kind is not even read.
        if !is_json(request.headers()) {
            return Err(no_json());
        }
        parsed(&read_body(request, server).await?).map(Self)
    }
}

/// A JSON body, or the default where there is none.
pub(super) struct OptionalBody<T>(pub(super) T);

impl<T: DeserializeOwned + Default> FromRequest<ApiState> for OptionalBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, server: &ApiState) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let body = read_body(request, server).await?;
        match (body.is_empty(), is_json) {
            (true, _) => Ok(Self(T::default())),
            (false, true) => parsed(&body).map(Self),
            (false, false) => Err(no_json()),
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

fn no_json() -> Problem {
    Problem::new(ProblemKind::MediaType, "the body must be application/json")
}

/// Reads JSON: what is none cannot be read, and what has another form makes no sense.
fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let parsed = serde_json::from_slice(body).map_err(|error| {
        let kind = match error.is_data() {
            true => ProblemKind::Invalid,
            false => ProblemKind::Malformed,
        };
        Problem::new(kind, format!("the body: {error}"))
    })?;
    // serde reads the fields of an object from a list, too; the document of the API does not.
    if body.trim_ascii_start().starts_with(b"[") {
        let detail = "the body must be an object, not a list";
        return Err(Problem::new(ProblemKind::Invalid, detail));
    }
    Ok(parsed)
}

/// Reads a body that arrives in time and is not too large.
pub(super) async fn read_body(request: Request, server: &ApiState) -> Result<Bytes, Problem> {
    read_limited_body(request, server, MAX_BODY_BYTES).await
}

/// Reads a body that arrives in time and is not larger than its route permits, `largest` bytes.
pub(super) async fn read_limited_body(
    request: Request,
    server: &ApiState,
    largest: usize,
) -> Result<Bytes, Problem> {
    let read = tokio::time::timeout(SLOWEST_BODY, Bytes::from_request(request, server));
    match read.await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(rejection)) => Err(unread(&rejection, largest)),
        Err(_) => {
            let seconds = SLOWEST_BODY.as_secs();
            let detail = format!("the body must arrive within {seconds} s");
            Err(Problem::new(ProblemKind::TooSlow, detail))
        }
    }
}

fn unread(rejection: &BytesRejection, largest: usize) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let detail = format!("the body has at most {largest} bytes");
        return Problem::new(ProblemKind::TooLarge, detail);
    }
    Problem::new(ProblemKind::Malformed, rejection.body_text())
}

/// The number in a path.
pub(super) struct PathNumber(pub(super) u64);

impl FromRequestParts<ApiState> for PathNumber {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &ApiState) -> Result<Self, Problem> {
        let PathText(text) = PathText::from_request_parts(parts, server).await?;
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse()
            .ok()
            .filter(|_| is_plain)
            .map(Self)
            .ok_or_else(|| {
                let detail = format!("`{text}` is no number of a task");
                Problem::new(ProblemKind::NotFound, detail)
            })
    }
}

/// The text in a path.
pub(super) struct PathText(pub(super) String);

impl FromRequestParts<ApiState> for PathText {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &ApiState) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, server).await;
        let text = path.map(|Path(text)| Self(text));
        text.map_err(|_| Problem::new(ProblemKind::Malformed, "the path is not UTF-8"))
    }
}

/// Returns the key by which a request that is sent again is recognized.
///
/// # Errors
/// [`ProblemKind::Malformed`] if there are several, or it is too long or empty.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all("idempotency-key").iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let is_visible = |key: &&str| {
        (1..=MAX_KEY_CHARS).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let key = value.to_str().ok().filter(is_visible);
    match (key, values.next()) {
        (Some(key), None) => Ok(Some(key.to_owned())),
        _ => Err(Problem::new(
            ProblemKind::Malformed,
            format!(
                "Idempotency-Key has 1 to {MAX_KEY_CHARS} visible characters, and is there once"
            ),
        )),
    }
}

/// An answer in JSON.
pub(super) struct JsonResponse<T>(pub(super) T);

impl<T: Serialize> IntoResponse for JsonResponse<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                let kind = [(header::CONTENT_TYPE, "application/json")];
                (kind, body).into_response()
            }
            Err(error) => {
                tracing::error!("an answer cannot be written: {error}");
                let detail = "the answer cannot be written";
                Problem::new(ProblemKind::Internal, detail).into_response()
            }
        }
    }
}
