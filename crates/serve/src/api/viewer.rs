//! rerun's viewer, in a page of the console's.

use axum::extract::{Path, State};
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};

use super::{ApiState, console};
use crate::problem::{Problem, ProblemKind};

/// The page, in `web/`.
const PAGE: &str = "viewer.html";
/// What the page may do beyond others: run the viewer's WebAssembly, which sets styles and makes
/// pictures, and be shown in a frame of the console.
const HEADERS: [(HeaderName, &str); 2] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'self'",
    ),
    (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
];

/// Returns the page, which shows the run that its address names after `#`.
pub(super) async fn page() -> Result<Response, Problem> {
    Ok((HEADERS, console::file(PAGE)?).into_response())
}

/// Returns a file of the viewer.
pub(super) async fn file(
    State(server): State<ApiState>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let found = server
        .ask(move |backend| Ok(backend.viewer_file(&name)))
        .await?;
    let found = found.ok_or_else(|| {
        let detail = "there is no such file, or this program was built without rerun's viewer";
        Problem::new(ProblemKind::NotFound, detail)
    })?;
    let headers = [
        (header::CONTENT_TYPE, found.kind),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, found.content).into_response())
}
