//! The files of the console, which contain no secret.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::ApiState;
use super::guard::{COOKIE, mark_visitor_authenticated, peer};
use crate::problem::{Problem, ProblemKind};

/// The files of `web/`. `build.rs` makes cargo embed them again when some are added or removed.
static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../web");
/// The file that is shown first.
const INDEX: &str = "index.html";

/// The query of the link that is printed.
#[derive(Deserialize)]
pub(super) struct TokenQuery {
    token: Option<String>,
}

/// Shows the console. Whoever comes by the printed link gets the token as a cookie, and an address
/// without it.
pub(super) async fn index(
    State(server): State<ApiState>,
    extensions: Extensions,
    query: Result<Query<TokenQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Some(token) = query.ok().and_then(|Query(entry)| entry.token) else {
        return file(INDEX);
    };
    let why = "the link is of another run of the server; open the one that it printed last";
    server.recognize(Some(&token), Some(peer(&extensions)), why)?;
    mark_visitor_authenticated(&extensions);
    let secure = if server.is_secure { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}");
    let mut headers = HeaderMap::new();
    let cookie = HeaderValue::from_str(&cookie)
        .map_err(|_| Problem::new(ProblemKind::Malformed, "the token cannot stand in a cookie"))?;
    headers.insert(header::SET_COOKIE, cookie);
    headers.insert(header::LOCATION, HeaderValue::from_static("/"));
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

/// Returns a file of the console.
pub(super) async fn asset(Path(path): Path<String>) -> Result<Response, Problem> {
    file(&path)
}

pub(super) fn file(path: &str) -> Result<Response, Problem> {
    let found = FILES
        .get_file(path)
        .ok_or_else(|| Problem::new(ProblemKind::NotFound, "the console has no such file"))?;
    let headers = [
        (header::CONTENT_TYPE, kind(path)),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, found.contents()).into_response())
}

/// Returns the type of a file by its ending.
fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("wasm") => "application/wasm",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
