//! One step at a time.

use enact_plan::skills::Rotate as RotateStep;
use enact_plan::{Direction, Relation, Step};
use rmcp::RoleServer;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::CallToolResponse;
use rmcp::service::RequestContext;
use rmcp::{tool, tool_router};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::mcp::McpServer;
use crate::mcp::call::Call;
use crate::problem::{Problem, ProblemKind};
use crate::session::Work;

/// An object.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ObjectArguments {
    /// Its name, as `see` tells it.
    object: String,
}

/// Where the held object goes.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlaceArguments {
    /// Name of the object that the gripper holds.
    object: String,
    /// How it goes to the target, as the picture shows it.
    #[schemars(schema_with = "relations")]
    relation: String,
    /// Name of another object, as `see` tells it.
    target: String,
}

/// Which way an object goes.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PushArguments {
    /// Its name, as `see` tells it.
    object: String,
    /// Which way, as the picture shows it.
    #[schemars(schema_with = "directions")]
    direction: String,
}

/// How far an object is turned.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RotateArguments {
    /// Its name, as `see` tells it.
    object: String,
    /// By how many degrees, counterclockwise as seen from above; not 0.
    #[schemars(range(min = -RotateStep::MAX_DEGREES, max = RotateStep::MAX_DEGREES))]
    degrees: i16,
}

fn relations(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "enum": Relation::ALL_RELATIONS.map(Relation::name)})
}

fn directions(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "enum": Direction::ALL_DIRECTIONS.map(Direction::name)})
}

#[tool_router(router = skills, vis = "pub(super)")]
impl McpServer {
    #[tool(
        description = "Grasp an object and lift it. Moves the arm; cancelling the call stops it.",
        annotations(
            title = "Pick something up",
            read_only_hint = false,
            destructive_hint = true,
            idempotent_hint = false,
            open_world_hint = false
        )
    )]
    async fn pick(
        &self,
        Parameters(fields): Parameters<ObjectArguments>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, Problem> {
        self.step("pick", &fields, context).await
    }

    #[tool(
        description = "Put the held object in, on or beside another. Moves the arm; cancelling the \
                       call stops it.",
        annotations(
            title = "Put it down",
            read_only_hint = false,
            destructive_hint = true,
            idempotent_hint = false,
            open_world_hint = false
        )
    )]
    async fn place(
        &self,
        Parameters(fields): Parameters<PlaceArguments>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, Problem> {
        self.step("place", &fields, context).await
    }

    #[tool(
        description = "Slide an object along the table a little. Moves the arm; cancelling the call \
                       stops it.",
        annotations(
            title = "Push something",
            read_only_hint = false,
            destructive_hint = true,
            idempotent_hint = false,
            open_world_hint = false
        )
    )]
    async fn push(
        &self,
        Parameters(fields): Parameters<PushArguments>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, Problem> {
        self.step("push", &fields, context).await
    }

    #[tool(
        description = "Turn an object about the vertical where it stands. Moves the arm; cancelling \
                       the call stops it.",
        annotations(
            title = "Turn something",
            read_only_hint = false,
            destructive_hint = true,
            idempotent_hint = false,
            open_world_hint = false
        )
    )]
    async fn rotate(
        &self,
        Parameters(fields): Parameters<RotateArguments>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, Problem> {
        self.step("rotate", &fields, context).await
    }

    #[tool(
        description = "Hold the fingertips above an object, to show which one is meant. Moves the \
                       arm, but nothing on the table; cancelling the call stops it.",
        annotations(
            title = "Point at something",
            read_only_hint = false,
            destructive_hint = false,
            idempotent_hint = true,
            open_world_hint = false
        )
    )]
    async fn point(
        &self,
        Parameters(fields): Parameters<ObjectArguments>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, Problem> {
        self.step("point", &fields, context).await
    }

    #[tool(
        description = "Move the arm to its home posture, with what it holds. Moves the arm; \
                       cancelling the call stops it.",
        annotations(
            title = "Go home",
            read_only_hint = false,
            destructive_hint = false,
            idempotent_hint = true,
            open_world_hint = false
        )
    )]
    async fn home(&self, context: RequestContext<RoleServer>) -> Result<CallToolResponse, Problem> {
        self.move_arm(Work::Home, context).await
    }

    /// Carries out a step, read as strictly as in a plan.
    async fn step(
        &self,
        skill: &str,
        fields: &impl Serialize,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, Problem> {
        let mut step = json!(fields);
        step["skill"] = skill.into();
        let step: Step = serde_json::from_value(step)
            .map_err(|error| Problem::new(ProblemKind::Invalid, error.to_string()))?;
        self.move_arm(Work::Skill { step }, context).await
    }

    async fn move_arm(
        &self,
        work: Work,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, Problem> {
        self.take_lease().await?;
        let following = self.take_up(work, false, false).await?;
        let followed = self.follow(&Call::new(context), following).await?;
        Ok(followed.into())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::session::skill_info;

    fn words(values: &[Value]) -> BTreeSet<&str> {
        values.iter().filter_map(Value::as_str).collect()
    }

    #[test]
    fn every_skill_that_acts_is_a_tool_that_takes_what_the_skill_takes() {
        let tools = McpServer::skills();
        for skill in skill_info::motion_skills() {
            let Some(tool) = tools.get(&skill.name) else {
                panic!("{} is no tool", skill.name);
            };
            let schema = tool.schema_as_json_value();
            let taken = schema["properties"].as_object().unwrap();
            assert_eq!(taken.len(), skill.arguments.len(), "{schema}");
            for argument in &skill.arguments {
                let taken = &taken[&argument.name];
                match argument.kind {
                    "choice" => {
                        let choices = taken["enum"].as_array().unwrap();
                        assert_eq!(words(choices), words(&argument.values), "{schema}");
                    }
                    "number" => {
                        let ends = [taken["minimum"].clone(), taken["maximum"].clone()];
                        assert_eq!(argument.values, ends, "{schema}");
                    }
                    _ => assert_eq!(taken["type"], "string", "{schema}"),
                }
            }
        }
    }
}
