//! What rerun's viewer shows of the arm now, piece by piece.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::ApiState;
use crate::problem::{Problem, ProblemDocument, ProblemKind};

/// Tells where the next piece begins.
const NEXT: HeaderName = HeaderName::from_static("enact-next");

/// Which piece is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PieceQuery {
    /// What `Enact-Next` of the piece before was; none for the first piece, with everything there is
    /// to know.
    // Else the document calls it an `int64`, which leaves out the upper half.
    #[param(format = "uint64")]
    after: Option<u64>,
}

/// Returns what rerun's viewer shows of the arm now.
#[utoipa::path(get, path = "/v1/view.rrd", tag = "status", params(PieceQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream",
            headers(("enact-next" = u64, description = "Where the next piece begins"))),
        (status = 204, description = "Nothing is new",
            headers(("enact-next" = u64, description = "Where the next piece begins"))),
        (status = "4XX", body = ProblemDocument)))]
pub(super) async fn piece(
    State(server): State<ApiState>,
    query: Result<Query<PieceQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(asked) =
        query.map_err(|error| Problem::new(ProblemKind::Malformed, error.body_text()))?;
    let view = server
        .ask(move |backend| backend.live_view(asked.after))
        .await?;
    let next = [(NEXT, view.next.to_string())];
    if view.rrd.is_empty() {
        return Ok((StatusCode::NO_CONTENT, next).into_response());
    }
    let kind = [(header::CONTENT_TYPE, "application/octet-stream")];
    Ok((next, kind, view.rrd).into_response())
}
