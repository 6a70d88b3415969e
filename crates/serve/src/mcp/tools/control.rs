//! Stop, clear, resume.

use rmcp::RoleServer;
use rmcp::handler::server::tool::InputResponses;
use rmcp::model::{CallToolResponse, CallToolResult};
use rmcp::service::RequestContext;
use rmcp::{tool, tool_router};
use serde_json::json;

use crate::access::{Client, Role};
use crate::mcp::McpServer;
use crate::mcp::answers::failed;
use crate::mcp::approval::{ConfirmOutcome, Reply, on_one_line};
use crate::mcp::call::Call;
use crate::problem::Problem;
use crate::session::ArmSession;

#[tool_router(router = control, vis = "pub(super)")]
impl McpServer {
    #[tool(
        description = "Stop the arm now. It brakes along its path and stays stopped until a person \
                       lets it move again. Waits for nothing, and may be called at any time, by \
                       anybody.",
        annotations(
            title = "Stop",
            read_only_hint = false,
            destructive_hint = false,
            idempotent_hint = true,
            open_world_hint = false
        )
    )]
    fn stop(&self) -> CallToolResult {
        self.press_stop();
        CallToolResult::structured(json!({"stopped": true}))
    }

    #[tool(
        description = "Let a stopped arm move again, if a person says yes. Nothing moves by this: \
                       what still waits is paused.",
        annotations(
            title = "Clear a stop",
            read_only_hint = false,
            destructive_hint = false,
            idempotent_hint = true,
            open_world_hint = false
        )
    )]
    async fn clear(
        &self,
        InputResponses(responses): InputResponses,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, Problem> {
        self.client.require_role(Role::Drive)?;
        let status = self.status().await?;
        if !status.stopped {
            return self.tell_status().await;
        }
        let why = status.stop_reason.map(|why| format!(": {why}"));
        let why = why.unwrap_or_default();
        let message = format!("The arm is stopped{why}. May it move again?");
        let call = Call::new(context);
        let confirmed = self
            .confirm_with_person(&call, message, responses.as_ref())
            .await?;
        self.carry_on(confirmed, ArmSession::clear_stop).await
    }

    #[tool(
        description = "Let a paused arm go on with what is carried out or waits, if a person says \
                       yes. Moves the arm, if something waits.",
        annotations(
            title = "Resume after a pause",
            read_only_hint = false,
            destructive_hint = true,
            idempotent_hint = true,
            open_world_hint = false
        )
    )]
    async fn resume(
        &self,
        InputResponses(responses): InputResponses,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, Problem> {
        self.client.require_role(Role::Drive)?;
        let status = self.status().await?;
        let Some(why) = status.pause_reason else {
            return self.tell_status().await;
        };
        let running = status.task.iter().map(|it| &it.instruction);
        let waiting = running.chain(status.queue.iter().map(|it| &it.instruction));
        let waiting: Vec<String> = waiting.map(|it| on_one_line(it)).collect();
        let next = match waiting.is_empty() {
            true => "Nothing waits.".to_owned(),
            false => format!("It goes on with: {}.", waiting.join("; ")),
        };
        let message = format!("The arm is paused: {why}. {next} May it go on?");
        let call = Call::new(context);
        let confirmed = self
            .confirm_with_person(&call, message, responses.as_ref())
            .await?;
        self.carry_on(confirmed, ArmSession::resume_work).await
    }

    /// Does what a person said yes to.
    async fn carry_on(
        &self,
        confirmed: ConfirmOutcome,
        act: fn(&ArmSession, &Client) -> Result<(), Problem>,
    ) -> Result<CallToolResponse, Problem> {
        let reply = match confirmed {
            ConfirmOutcome::AskFirst(question) => return Ok(question.into()),
            ConfirmOutcome::Said(reply) => reply,
        };
        let why_not = match reply {
            Reply::Yes => {
                let client = self.client.clone();
                let acted = self.served.run_with_session(move |session| {
                    session.take_lease(&client, false)?;
                    act(session, &client)
                });
                acted.await?;
                return self.tell_status().await;
            }
            Reply::No => "a person said no".to_owned(),
            Reply::Unable(why) => format!("the client could not ask a person: {why}"),
        };
        Ok(failed(&why_not, json!({"answer": "no"})).into())
    }

    async fn tell_status(&self) -> Result<CallToolResponse, Problem> {
        let status = self.status().await?;
        Ok(CallToolResult::structured(json!(status)).into())
    }
}
