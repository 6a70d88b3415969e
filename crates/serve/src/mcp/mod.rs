//! The Model Context Protocol: what programs of language models can do with the arm.
//!
//! Each call is a request like any other: it needs the role and the lease, and whatever it asks for
//! passes grounding and the gate. A refusal is an error of the tool that says what to change.
//!
//! | module | idea |
//! |---|---|
//! | `tools` | the tools, by subject |
//! | `call` | a call, and whether its caller is still there |
//! | `follow` | waits until a task is over |
//! | `progress` | what happens meanwhile, as notifications |
//! | `approval` | asks a person through the client |
//! | `answers` | what tools answer |
//! | `resources` | picture, robot, scene, stories |
//! | `prompts` | common tasks |
//! | [`stdio`] | one client on standard input and output |

mod answers;
mod approval;
mod call;
mod follow;
mod progress;
mod prompts;
mod resources;
pub mod stdio;
mod tools;

use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::model::{
    GetPromptRequestParams, GetPromptResponse, Implementation, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, PaginatedRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler, tool_handler};

use crate::access::Client;
use crate::problem::Problem;
use crate::request_resources::RequestResources;
use crate::session::status::{Scene, Status};

pub(crate) use call::Connection;

/// What a client is told of the arm before it calls a tool.
const INSTRUCTIONS: &str = "One robot arm above a table, with a camera. `see` tells what lies there \
    and what each thing is called; use these names. `run_task` carries out an instruction in plain \
    words: the arm's own planner makes a plan, which a person approves unless the arm's owner did \
    without. `pick`, `place`, `push`, \
    `point` and `rotate` do one step each. Nothing moves beyond what the arm's limits admit: a tool \
    that fails says why and what to change; do not repeat a call that was refused, change it. \
    `stop` stops the arm at once, at any time; so does cancelling a call that moves it. A stopped \
    arm stays stopped until a person lets it move again (`clear`).";

/// Who says yes to a plan before anything moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanApprover {
    /// A person, through the client where that can ask, or else at the console.
    ClientOrConsole,
    /// A person, through the client: there is no console.
    Client,
    /// Nobody.
    Nobody,
}

/// The tools, resources and prompts of one client.
#[derive(Clone)]
pub struct McpServer {
    served: RequestResources,
    client: Client,
    approver: PlanApprover,
    tools: ToolRouter<Self>,
}

impl McpServer {
    /// Creates what a client can use.
    pub fn new(served: RequestResources, client: Client, approver: PlanApprover) -> Self {
        Self {
            served,
            client,
            approver,
            tools: tools::router(),
        }
    }

    /// Returns the status as the client sees it.
    async fn status(&self) -> Result<Status, Problem> {
        let client = self.client.clone();
        let status = self
            .served
            .run_with_session(move |session| Ok(session.status(&client)));
        status.await
    }

    /// Returns what was seen last.
    async fn scene(&self) -> Result<Scene, Problem> {
        self.served
            .run_with_session(|session| Ok(session.scene()))
            .await
    }

    /// Stops the arm: waits for nothing.
    pub(crate) fn press_stop(&self) {
        self.served.session.press_stop(&self.client.name);
    }
}

#[tool_handler(router = self.tools)]
impl ServerHandler for McpServer {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .enable_prompts()
            .build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("enact", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_resources(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(self.resources().await))
    }

    async fn list_resource_templates(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let templates = vec![resources::story_template()];
        Ok(ListResourceTemplatesResult::with_all_items(templates))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        Ok(self.read(request.uri).await?.into())
    }

    async fn list_prompts(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Ok(ListPromptsResult::with_all_items(prompts::all()))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        Ok(prompts::filled_in(&request.name, &arguments)?.into())
    }
}
