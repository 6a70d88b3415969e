//! Status, robot, scene, models, configurations.

use axum::Extension;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ApiState;
use super::extract::{JsonBody, JsonResponse};
use crate::access::{Client, Role};
use crate::backend::{ConfigKind, Models};
use crate::openapi;
use crate::problem::{Problem, ProblemDocument};
use crate::session::status::{RobotInfo, Scene, Status};

/// A configuration to check.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckConfigRequest {
    /// Its kind.
    kind: ConfigKind,
    /// TOML.
    text: String,
}

/// What is wrong with a configuration.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckConfigAnswer {
    /// Whether nothing is wrong.
    ok: bool,
    /// What is wrong.
    error: Option<String>,
}

/// Returns the state of the session.
#[utoipa::path(get, path = "/v1/status", tag = "telling",
    responses((status = 200, body = Status), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn status(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
) -> Result<JsonResponse<Status>, Problem> {
    let status = server.change(move |session| Ok(session.status(&client)));
    Ok(JsonResponse(status.await?))
}

/// Returns the robot, its joints and skills.
#[utoipa::path(get, path = "/v1/robot", tag = "telling",
    responses((status = 200, body = RobotInfo), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn robot(State(server): State<ApiState>) -> JsonResponse<RobotInfo> {
    JsonResponse(server.session.robot_info().clone())
}

/// Returns what was seen last.
#[utoipa::path(get, path = "/v1/scene", tag = "telling",
    responses((status = 200, body = Scene), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn scene(State(server): State<ApiState>) -> Result<JsonResponse<Scene>, Problem> {
    let scene = server.change(|session| Ok(session.scene()));
    Ok(JsonResponse(scene.await?))
}

/// Returns which models see and plan.
#[utoipa::path(get, path = "/v1/models", tag = "telling",
    responses((status = 200, body = Models), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn models(
    State(server): State<ApiState>,
) -> Result<JsonResponse<Models>, Problem> {
    Ok(JsonResponse(
        server.ask(|backend| Ok(backend.models())).await?,
    ))
}

/// Checks a configuration; nothing is changed.
#[utoipa::path(post, path = "/v1/config/check", tag = "telling", request_body = CheckConfigRequest,
    responses((status = 200, body = CheckConfigAnswer), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn check_config(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
    JsonBody(CheckConfigRequest { kind, text }): JsonBody<CheckConfigRequest>,
) -> Result<JsonResponse<CheckConfigAnswer>, Problem> {
    client.require_role(Role::Admin)?;
    let error = server
        .ask(move |backend| Ok(backend.check_config(kind, &text)))
        .await?;
    Ok(JsonResponse(CheckConfigAnswer {
        ok: error.is_none(),
        error,
    }))
}

/// Returns the description of the API.
pub(super) async fn openapi() -> JsonResponse<utoipa::openapi::OpenApi> {
    JsonResponse(openapi::document())
}
