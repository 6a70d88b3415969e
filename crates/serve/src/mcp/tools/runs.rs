//! Recorded runs.

use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::CallToolResult;
use rmcp::{tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::access::Role;
use crate::mcp::McpServer;
use crate::mcp::answers::failed;
use crate::problem::Problem;
use crate::run_name;

/// Number of runs that are listed unless more are asked for.
const LISTED: usize = 20;

/// Which runs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RunsArguments {
    /// Name of the run whose story is told; without it, runs are listed, the newest first.
    name: Option<String>,
    /// Largest number of runs that are listed.
    #[schemars(range(min = 1))]
    most: Option<usize>,
}

/// A run.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplayArguments {
    /// Its name, as `runs` lists it.
    name: String,
}

#[tool_router(router = runs_tools, vis = "pub(super)")]
impl McpServer {
    #[tool(
        description = "List recorded runs, or tell the story of one: what was asked, seen, planned \
                       and done, with verdicts and reasons. Nothing moves.",
        annotations(
            title = "Recorded runs",
            read_only_hint = true,
            open_world_hint = false
        )
    )]
    async fn runs(
        &self,
        Parameters(RunsArguments { name, most }): Parameters<RunsArguments>,
    ) -> Result<CallToolResult, Problem> {
        if let Some(name) = name {
            let name = run_name::validate(name)?;
            let story = self
                .served
                .ask_backend(move |backend| backend.story(&name))
                .await?;
            return Ok(CallToolResult::structured(json!({"story": story})));
        }
        let mut runs = self.served.ask_backend(|backend| backend.runs()).await?;
        let known = runs.len();
        runs.reverse();
        runs.truncate(most.unwrap_or(LISTED));
        let left_out = known - runs.len();
        let told = json!({"runs": runs, "left_out": left_out});
        Ok(CallToolResult::structured(told))
    }

    #[tool(
        description = "Replay the motions of a recorded run in a simulator of their own, and tell \
                       whether they come out as recorded. The arm does not move.",
        annotations(
            title = "Replay in simulation",
            read_only_hint = true,
            open_world_hint = false
        )
    )]
    async fn replay_in_simulation(
        &self,
        Parameters(ReplayArguments { name }): Parameters<ReplayArguments>,
    ) -> Result<CallToolResult, Problem> {
        self.client.require_role(Role::Admin)?;
        let name = run_name::validate(name)?;
        let replayed = self
            .served
            .ask_backend(move |backend| backend.replay_in_simulation(&name))
            .await?;
        let told = json!(replayed);
        Ok(match replayed.as_recorded {
            true => CallToolResult::structured(told),
            false => failed("the motions do not come out as recorded", told),
        })
    }
}
