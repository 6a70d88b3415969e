//! Instructions, and plans for them.

use rmcp::RoleServer;
use rmcp::handler::server::tool::{InputResponses, RequestState};
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResponse, CallToolResult, InputResponses as Responses};
use rmcp::service::RequestContext;
use rmcp::{tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::access::Role;
use crate::mcp::approval::{Reply, reply_in};
use crate::mcp::call::Call;
use crate::mcp::follow::{FollowOutcome, FollowedTask, parse_plan_state};
use crate::mcp::{McpServer, PlanApprover, answers};
use crate::problem::{Problem, ProblemKind};
use crate::session::Work;

/// What is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InstructionArguments {
    /// One sentence in plain words, such as: put the red cube in the blue bowl. A question is
    /// answered, and nothing moves.
    instruction: String,
}

#[tool_router(router = tasks, vis = "pub(super)")]
impl McpServer {
    #[tool(
        description = "Carry out an instruction in plain words. The arm looks, plans, and acts until \
                       it is done or cannot be done. A person approves each plan before anything \
                       moves, unless the arm's owner did without. Moves the arm and things on the \
                       table; cancelling the call stops the arm.",
        annotations(
            title = "Carry out an instruction",
            read_only_hint = false,
            destructive_hint = true,
            idempotent_hint = false,
            open_world_hint = false
        )
    )]
    async fn run_task(
        &self,
        Parameters(InstructionArguments { instruction }): Parameters<InstructionArguments>,
        RequestState(state): RequestState,
        InputResponses(responses): InputResponses,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, Problem> {
        let call = Call::new(context);
        let following = match state {
            Some(state) => self.go_on(&call, &state, responses.as_ref()).await?,
            None => self.begin(&call, instruction).await?,
        };
        Ok(self.follow(&call, following).await?.into())
    }

    #[tool(
        description = "Look, and plan for an instruction without carrying it out: the steps, and \
                       whether each would be admitted, with the reason where not. Nothing moves.",
        annotations(
            title = "Plan an instruction",
            read_only_hint = true,
            open_world_hint = false
        )
    )]
    async fn plan(
        &self,
        Parameters(InstructionArguments { instruction }): Parameters<InstructionArguments>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, Problem> {
        let work = Work::Plan {
            instruction: instruction.trim().to_owned(),
        };
        let following = self.take_up(work, true, false).await?;
        let id = following.id;
        match self.follow(&Call::new(context), following).await? {
            FollowOutcome::Over(record, _) => {
                let result = answers::task(&record, Vec::new());
                let plan = self
                    .served
                    .run_with_session(move |session| session.plan_of_task(id))
                    .await;
                if let (Some(false), Ok(plan)) = (result.is_error, plan) {
                    let mut told = json!(record);
                    told["steps"] = json!(plan.steps);
                    told["thoughts"] = json!(plan.thoughts);
                    told["critic"] = json!(plan.critic);
                    return Ok(CallToolResult::structured(told).into());
                }
                Ok(result.into())
            }
            asks @ FollowOutcome::AskFirst(_) => Ok(asks.into()),
        }
    }

    /// Takes up an instruction, with whoever approves its plans.
    async fn begin(&self, call: &Call, instruction: String) -> Result<FollowedTask, Problem> {
        let may_ask = call.can_ask() && self.client.role >= Role::Drive;
        let asks = match self.approver {
            PlanApprover::Nobody => {
                self.take_lease().await?;
                false
            }
            PlanApprover::Client if !may_ask => {
                let detail = "this client cannot ask a person for a yes to the plan, so nothing is \
                              carried out; `plan` shows what would be done, the single steps \
                              (`pick`, `place`, …) need no plan, and `enact mcp --yes` or the \
                              console of `enact serve` do without the client's asking";
                return Err(Problem::new(ProblemKind::Invalid, detail));
            }
            PlanApprover::Client => {
                self.take_lease().await?;
                true
            }
            PlanApprover::ClientOrConsole if may_ask => match self.take_lease().await {
                Ok(()) => true,
                // Whoever drives approves it.
                Err(problem) if problem.kind == ProblemKind::Leased => false,
                Err(problem) => return Err(problem),
            },
            // The lease is for whoever approves it at the console.
            PlanApprover::ClientOrConsole => {
                self.client.require_role(Role::Ask)?;
                self.check_pause().await?;
                false
            }
        };
        let work = Work::Instruction {
            instruction: instruction.trim().to_owned(),
        };
        let approve = self.approver != PlanApprover::Nobody;
        self.take_up(work, approve, asks).await
    }

    /// Goes on with a task about whose plan the client asked a person.
    async fn go_on(
        &self,
        call: &Call,
        state: &str,
        responses: Option<&Responses>,
    ) -> Result<FollowedTask, Problem> {
        let invalid = |detail: &str| Problem::new(ProblemKind::Invalid, detail);
        let (id, plan) = parse_plan_state(state)
            .ok_or_else(|| invalid("the request state is not of this server"))?;
        let record = self
            .served
            .run_with_session(move |session| session.task(id))
            .await?;
        if record.by != self.client.name {
            return Err(invalid("the request state is another client's"));
        }
        let at = self.newest_event_number();
        let reply = reply_in(responses).filter(|_| call.can_ask());
        let asks = match &reply {
            Some(reply) => self.answer_plan(id, plan, reply).await?,
            None => call.can_ask(),
        };
        Ok(FollowedTask {
            id,
            moves: true,
            at,
            asks,
            answered: reply.filter(Reply::is_from_person).map(|_| plan),
        })
    }
}
