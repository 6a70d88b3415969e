//! What lies on the table.

use rmcp::RoleServer;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResult, ContentBlock};
use rmcp::service::RequestContext;
use rmcp::{tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::mcp::McpServer;
use crate::mcp::answers::describe_problem;
use crate::mcp::call::Call;
use crate::mcp::follow::FollowOutcome;
use crate::mcp::resources::base64;
use crate::problem::Problem;
use crate::session::Work;
use crate::session::task::TaskState;

/// How to look.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SeeArguments {
    /// Whether to take a new look rather than tell the last one. The role `watch` gets the last one.
    #[serde(default = "yes")]
    look: bool,
    /// Whether to return the camera's picture, too.
    #[serde(default = "yes")]
    picture: bool,
}

fn yes() -> bool {
    true
}

#[tool_router(router = looking, vis = "pub(super)")]
impl McpServer {
    #[tool(
        description = "See what lies on the table: every object with the name that the other tools \
                       take, its place, whether the arm reaches it and what can be done with it; \
                       what the gripper holds; what the arm is doing; the camera's picture. Nothing \
                       moves.",
        annotations(
            title = "See the table",
            read_only_hint = true,
            open_world_hint = false
        )
    )]
    async fn see(
        &self,
        Parameters(SeeArguments { look, picture }): Parameters<SeeArguments>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, Problem> {
        let mut told = json!({"looked": false});
        if look {
            match self.look(&Call::new(context)).await {
                Ok(()) => told["looked"] = true.into(),
                Err(why) => told["not_looked_because"] = why.into(),
            }
        }
        let status = self.status().await?;
        told["state"] = json!(status.state);
        told["stop_reason"] = json!(status.stop_reason);
        told["scene"] = json!(self.scene().await?);
        let picture = match picture {
            true => Some(self.served.picture(&self.client).await),
            false => None,
        };
        if let Some(Err(problem)) = &picture {
            told["no_picture_because"] = problem.detail.clone().into();
        }
        let mut result = CallToolResult::structured(told);
        if let Some(Ok(picture)) = picture {
            let image = ContentBlock::image(base64(&picture), "image/jpeg");
            result.content.push(image);
        }
        Ok(result)
    }

    /// Takes a look; why there is none, if there is none.
    async fn look(&self, call: &Call) -> Result<(), String> {
        let told = |problem: Problem| describe_problem(&problem);
        let following = self.take_up(Work::Look, false, false).await.map_err(told)?;
        match self.follow(call, following).await.map_err(told)? {
            FollowOutcome::Over(record, _) if record.state == TaskState::Ended => {
                match record.ending.as_deref() {
                    Some("stopped") => Err("it was stopped".to_owned()),
                    _ => Ok(()),
                }
            }
            FollowOutcome::Over(record, _) => Err(record.reason.unwrap_or_default()),
            FollowOutcome::AskFirst(_) => Err("nothing was to be asked".to_owned()),
        }
    }
}
