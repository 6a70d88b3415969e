//! Tasks, plans, skills, jogs.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use enact_plan::{Plan, Step};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::ApiState;
use super::extract::{JsonBody, JsonResponse, PathNumber, idempotency_key};
use crate::access::{Client, Role};
use crate::problem::{Problem, ProblemDocument, ProblemKind};
use crate::session::Work;
use crate::session::task::{Accepted, PlanView, TaskRecord};

/// What is to be carried out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskRequest {
    /// One sentence.
    instruction: String,
    /// Whether each plan waits for a yes.
    #[serde(default = "yes")]
    approve: bool,
}

fn yes() -> bool {
    true
}

/// What is to be planned for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanRequest {
    /// One sentence.
    instruction: String,
}

/// A small turn of one joint.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JogJointRequest {
    /// Name of the joint.
    joint: String,
    /// By how much, rad or m.
    by: f64,
}

/// What a person says to a plan.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionRequest {
    /// Number of the plan that is meant.
    plan: u64,
    /// What is said to it.
    decision: PlanDecision,
    /// Steps in the place of the plan's own.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>)]
    steps: Option<Vec<Value>>,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanDecision {
    /// It is carried out.
    Approve,
    /// It is not, and the task ends.
    Reject,
}

/// The tasks that are known.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskList {
    /// The newest last.
    tasks: Vec<TaskRecord>,
}

type Taken = Result<(StatusCode, JsonResponse<Accepted>), Problem>;

/// Takes up work for the arm.
async fn take(
    server: &ApiState,
    client: Client,
    headers: &HeaderMap,
    work: Work,
    approve: bool,
) -> Taken {
    let key = idempotency_key(headers)?;
    let accepted = server
        .change(move |session| session.submit_work(&client, work, approve, key.as_deref()))
        .await?;
    Ok((StatusCode::ACCEPTED, JsonResponse(accepted)))
}

/// Queues an instruction.
#[utoipa::path(post, path = "/v1/tasks", tag = "tasks", request_body = TaskRequest,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 202, body = Accepted), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn create(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<TaskRequest>,
) -> Taken {
    let work = Work::Instruction {
        instruction: request.instruction.trim().to_owned(),
    };
    take(&server, client, &headers, work, request.approve).await
}

/// Queues an instruction that is only planned for.
#[utoipa::path(post, path = "/v1/plans", tag = "tasks", request_body = PlanRequest,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 202, body = Accepted), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn plan_only(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<PlanRequest>,
) -> Taken {
    let work = Work::Plan {
        instruction: request.instruction.trim().to_owned(),
    };
    take(&server, client, &headers, work, true).await
}

/// Carries out one step, as in a plan.
#[utoipa::path(post, path = "/v1/skills", tag = "tasks", request_body = Object,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 202, body = Accepted), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn skill(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    JsonBody(step): JsonBody<Step>,
) -> Taken {
    take(&server, client, &headers, Work::Skill { step }, false).await
}

/// Moves home.
#[utoipa::path(post, path = "/v1/home", tag = "tasks",
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 202, body = Accepted), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn home(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
) -> Taken {
    take(&server, client, &headers, Work::Home, false).await
}

/// Turns one joint a little.
#[utoipa::path(post, path = "/v1/jog", tag = "tasks", request_body = JogJointRequest,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 202, body = Accepted), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn jog_joint(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    JsonBody(JogJointRequest { joint, by }): JsonBody<JogJointRequest>,
) -> Taken {
    take(&server, client, &headers, Work::Jog { joint, by }, false).await
}

/// Lists the tasks.
#[utoipa::path(get, path = "/v1/tasks", tag = "tasks",
    responses((status = 200, body = TaskList), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn list(
    State(server): State<ApiState>,
) -> Result<JsonResponse<TaskList>, Problem> {
    let tasks = server.change(|session| Ok(session.tasks())).await?;
    Ok(JsonResponse(TaskList { tasks }))
}

/// Returns a task.
#[utoipa::path(get, path = "/v1/tasks/{id}", tag = "tasks", params(("id" = u64, Path)),
    responses((status = 200, body = TaskRecord), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn show(
    State(server): State<ApiState>,
    PathNumber(id): PathNumber,
) -> Result<JsonResponse<TaskRecord>, Problem> {
    Ok(JsonResponse(
        server.change(move |session| session.task(id)).await?,
    ))
}

/// Takes a task out of the queue, or stops the arm if it is being carried out.
#[utoipa::path(delete, path = "/v1/tasks/{id}", tag = "tasks", params(("id" = u64, Path)),
    responses((status = 200, body = TaskRecord), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn cancel(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
    PathNumber(id): PathNumber,
) -> Result<JsonResponse<TaskRecord>, Problem> {
    let cancelled = server.change(move |session| session.cancel_task(&client, id));
    Ok(JsonResponse(cancelled.await?))
}

/// Returns the newest plan of a task.
#[utoipa::path(get, path = "/v1/tasks/{id}/plan", tag = "tasks", params(("id" = u64, Path)),
    responses((status = 200, body = PlanView), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn show_plan(
    State(server): State<ApiState>,
    PathNumber(id): PathNumber,
) -> Result<JsonResponse<PlanView>, Problem> {
    Ok(JsonResponse(
        server
            .change(move |session| session.plan_of_task(id))
            .await?,
    ))
}

/// Says yes or no to a plan that waits, or gives other steps.
#[utoipa::path(post, path = "/v1/tasks/{id}/plan", tag = "tasks", params(("id" = u64, Path)),
    request_body = DecisionRequest,
    responses((status = 202, body = TaskRecord), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn decide(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
    PathNumber(id): PathNumber,
    JsonBody(request): JsonBody<DecisionRequest>,
) -> Result<(StatusCode, JsonResponse<TaskRecord>), Problem> {
    client.require_role(Role::Drive)?;
    let agreed = request.decision == PlanDecision::Approve;
    let steps = match request.steps {
        Some(_) if !agreed => {
            let detail = "steps belong to an approval";
            return Err(Problem::new(ProblemKind::Invalid, detail));
        }
        // As strictly as what a model says.
        Some(steps) => Some(
            Plan::parse(&json!({"steps": steps}).to_string())
                .map_err(|why| Problem::new(ProblemKind::Invalid, why.to_string()))?,
        ),
        None => None,
    };
    let plan = request.plan;
    let record =
        server.change(move |session| session.decide_on_plan(&client, id, plan, agreed, steps));
    Ok((StatusCode::ACCEPTED, JsonResponse(record.await?)))
}
