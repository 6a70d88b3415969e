//! Recorded runs.

use std::io;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use serde::Serialize;
use serde_json::Value;
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use utoipa::ToSchema;

use super::ApiState;
use super::extract::{JsonResponse, PathText};
use crate::access::{Client, Role};
use crate::backend::{Replayed, Run};
use crate::problem::{Problem, ProblemDocument, ProblemKind};
use crate::run_name;

/// Bytes of a file that are read at a time.
const CHUNK: usize = 64 * 1024;

/// The recorded runs.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunList {
    /// By name.
    runs: Vec<Run>,
}

/// Returns the name in a path if it is a run's.
fn plain(PathText(name): PathText) -> Result<String, Problem> {
    run_name::validate(name)
}

/// Lists the recorded runs.
#[utoipa::path(get, path = "/v1/runs", tag = "runs",
    responses((status = 200, body = RunList), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn list(State(server): State<ApiState>) -> Result<JsonResponse<RunList>, Problem> {
    let runs = server.ask(|backend| backend.runs()).await?;
    Ok(JsonResponse(RunList { runs }))
}

/// Returns what a run is of.
#[utoipa::path(get, path = "/v1/runs/{name}", tag = "runs", params(("name" = String, Path)),
    responses((status = 200, body = Run), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn show(
    State(server): State<ApiState>,
    name: PathText,
) -> Result<JsonResponse<Run>, Problem> {
    let name = plain(name)?;
    Ok(JsonResponse(
        server.ask(move |backend| backend.run_info(&name)).await?,
    ))
}

/// Tells the story of a run.
#[utoipa::path(get, path = "/v1/runs/{name}/story", tag = "runs", params(("name" = String, Path)),
    responses((status = 200, body = Object), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn story(
    State(server): State<ApiState>,
    name: PathText,
) -> Result<JsonResponse<Value>, Problem> {
    let name = plain(name)?;
    Ok(JsonResponse(
        server.ask(move |backend| backend.story(&name)).await?,
    ))
}

/// Returns the file of a run.
#[utoipa::path(get, path = "/v1/runs/{name}/download", tag = "runs", params(("name" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = "4XX", body = ProblemDocument)))]
pub(super) async fn download(
    State(server): State<ApiState>,
    name: PathText,
) -> Result<Response, Problem> {
    let name = plain(name)?;
    let asked = name.clone();
    let path = server.ask(move |backend| backend.run_file(&asked)).await?;
    let file = File::open(&path).await.map_err(|error| {
        let detail = format!("the file cannot be read: {error}");
        Problem::new(ProblemKind::Unavailable, detail)
    })?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, attachment(&name)),
    ];
    Ok((headers, contents(file)).into_response())
}

/// Returns a run as rerun's viewer reads it.
#[utoipa::path(get, path = "/v1/runs/{name}/view.rrd", tag = "runs", params(("name" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = "4XX", body = ProblemDocument)))]
pub(super) async fn view(
    State(server): State<ApiState>,
    name: PathText,
) -> Result<Response, Problem> {
    let name = plain(name)?;
    let file = server.ask(move |backend| backend.open_rrd(&name)).await?;
    let headers = [(header::CONTENT_TYPE, "application/octet-stream")];
    Ok((headers, contents(File::from_std(file))).into_response())
}

/// Sends a file piece by piece.
fn contents(file: File) -> Body {
    Body::from_stream(unfold(Some(file), |file| async move {
        let mut file = file?;
        let mut chunk = vec![0; CHUNK];
        match file.read(&mut chunk).await {
            Ok(0) => None,
            Ok(read) => {
                chunk.truncate(read);
                Some((Ok::<Bytes, io::Error>(chunk.into()), Some(file)))
            }
            // The client sees that the file is cut.
            Err(error) => Some((Err(error), None)),
        }
    }))
}

/// Returns the header that names a file to keep; a header has ASCII only.
fn attachment(name: &str) -> String {
    match name.is_ascii() {
        true => format!("attachment; filename=\"{name}\""),
        false => "attachment; filename=\"run.mcap\"".to_owned(),
    }
}

/// Replays the motions of a run in a simulator of their own.
#[utoipa::path(post, path = "/v1/runs/{name}/replay", tag = "runs", params(("name" = String, Path)),
    responses((status = 200, body = Replayed), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn replay_in_simulation(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
    name: PathText,
) -> Result<JsonResponse<Replayed>, Problem> {
    client.require_role(Role::Admin)?;
    let name = plain(name)?;
    Ok(JsonResponse(
        server
            .ask(move |backend| backend.replay_in_simulation(&name))
            .await?,
    ))
}
