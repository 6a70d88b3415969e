//! Stop, clear, pause, resume, the lease.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ApiState;
use super::extract::{JsonBody, JsonResponse, OptionalBody};
use crate::access::{Client, Role};
use crate::problem::{Problem, ProblemDocument, ProblemKind};
use crate::session::status::{Driver, Status};

/// The arm is being stopped.
#[derive(Debug, Serialize, ToSchema)]
pub struct StopAnswer {
    /// Always true.
    stopped: bool,
}

/// How the lease is asked for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeLeaseRequest {
    /// Whether to take it from whoever has it; for `admin`.
    #[serde(default)]
    force: bool,
}

/// To whom the lease is handed over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandoverRequest {
    /// Name of a token that may drive.
    to: String,
}

/// Stops the arm. It brakes along its path and stays stopped until it is cleared.
#[utoipa::path(post, path = "/v1/stop", tag = "control",
    responses((status = 200, body = StopAnswer), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn stop(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
) -> JsonResponse<StopAnswer> {
    server.session.press_stop(&client.name);
    JsonResponse(StopAnswer { stopped: true })
}

/// Lets the arm move again. What waits stays paused.
#[utoipa::path(post, path = "/v1/clear", tag = "control",
    responses((status = 200, body = Status), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn clear_stop(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
) -> Result<JsonResponse<Status>, Problem> {
    let changed = server.change(move |session| {
        session.clear_stop(&client)?;
        Ok(session.status(&client))
    });
    Ok(JsonResponse(changed.await?))
}

/// Has the arm wait before its next step.
#[utoipa::path(post, path = "/v1/pause", tag = "control",
    responses((status = 200, body = Status), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn pause(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
) -> Result<JsonResponse<Status>, Problem> {
    let changed = server.change(move |session| {
        session.pause_work(&client)?;
        Ok(session.status(&client))
    });
    Ok(JsonResponse(changed.await?))
}

/// Lets the arm go on after a pause.
#[utoipa::path(post, path = "/v1/resume", tag = "control",
    responses((status = 200, body = Status), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn resume(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
) -> Result<JsonResponse<Status>, Problem> {
    let changed = server.change(move |session| {
        session.resume_work(&client)?;
        Ok(session.status(&client))
    });
    Ok(JsonResponse(changed.await?))
}

/// Takes the lease, or renews it.
#[utoipa::path(post, path = "/v1/driver", tag = "control", request_body = Option<TakeLeaseRequest>,
    responses((status = 200, body = Driver), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn take_lease(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
    OptionalBody(request): OptionalBody<TakeLeaseRequest>,
) -> Result<JsonResponse<Driver>, Problem> {
    let driver = server.change(move |session| session.take_lease(&client, request.force));
    Ok(JsonResponse(driver.await?))
}

/// Gives the lease back.
#[utoipa::path(delete, path = "/v1/driver", tag = "control",
    responses((status = 204), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn release_lease(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
) -> Result<StatusCode, Problem> {
    server
        .change(move |session| session.release_lease(&client))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hands the lease over to another client.
#[utoipa::path(post, path = "/v1/driver/handover", tag = "control", request_body = HandoverRequest,
    responses((status = 200, body = Driver), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn hand_over(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
    JsonBody(request): JsonBody<HandoverRequest>,
) -> Result<JsonResponse<Driver>, Problem> {
    client.require_role(Role::Drive)?;
    let to = server.tokens.client_named(&request.to).cloned();
    let Some(to) = to.filter(|to| to.role >= Role::Drive) else {
        let detail = format!("`{}` is no client that may drive", request.to);
        return Err(Problem::new(ProblemKind::Invalid, detail));
    };
    let driver = server.change(move |session| session.hand_over_lease(&client, &to));
    Ok(JsonResponse(driver.await?))
}
