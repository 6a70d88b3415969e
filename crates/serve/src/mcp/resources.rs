//! Picture, robot, scene, status and stories, as resources.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rmcp::ErrorData;
use rmcp::model::{ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde_json::{Value, json};

use super::McpServer;
use crate::problem::{Problem, ProblemKind};
use crate::run_name;

/// Where stories of runs are.
const RUNS: &str = "enact://runs/";
/// Number of runs that are listed; the tool `runs` lists all.
const LISTED: usize = 20;
/// Type of everything that is no picture.
const JSON: &str = "application/json";

/// The resources that there are always: address, name, description, type.
const FIXED: [(&str, &str, &str, &str); 4] = [
    (
        "enact://camera/frame.jpg",
        "camera",
        "The picture of the main camera, as it is now",
        "image/jpeg",
    ),
    (
        "enact://robot",
        "robot",
        "The robot: joints with their limits, gripper, home posture, skills",
        JSON,
    ),
    (
        "enact://scene",
        "scene",
        "What was seen last: objects with names and places; `see` looks anew",
        JSON,
    ),
    (
        "enact://status",
        "status",
        "What the arm is doing, who drives, what waits, where the joints are",
        JSON,
    ),
];

/// Returns where the story of any run is.
pub(super) fn story_template() -> ResourceTemplate {
    ResourceTemplate::new(format!("{RUNS}{{name}}"), "run")
        .with_description("The story of a recorded run; `runs` lists their names")
        .with_mime_type(JSON)
}

/// Returns a picture as MCP sends it.
pub(super) fn base64(picture: &[u8]) -> String {
    STANDARD.encode(picture)
}

impl McpServer {
    /// Lists the resources: those that there are always, and the newest runs that can be read.
    pub(super) async fn resources(&self) -> Vec<Resource> {
        let fixed = FIXED.iter().map(|(address, name, description, kind)| {
            Resource::new(*address, *name)
                .with_description(*description)
                .with_mime_type(*kind)
        });
        let mut resources: Vec<Resource> = fixed.collect();
        // A folder that cannot be read hides the stories, not the rest.
        let runs = self.served.ask_backend(|backend| backend.runs()).await;
        let runs = runs.unwrap_or_default();
        let readable = runs.iter().rev().filter(|run| run.tasks.is_some());
        resources.extend(readable.take(LISTED).map(|run| {
            let tasks = run.tasks.as_deref().unwrap_or_default().join("; ");
            Resource::new(format!("{RUNS}{}", run.name), run.name.clone())
                .with_description(format!("{}: {tasks}", run.outcome))
                .with_mime_type(JSON)
        }));
        resources
    }

    /// Reads a resource.
    pub(super) async fn read(&self, address: String) -> Result<ReadResourceResult, ErrorData> {
        let told: Value = match address.as_str() {
            "enact://camera/frame.jpg" => {
                let picture = self
                    .served
                    .picture(&self.client)
                    .await
                    .map_err(unreadable)?;
                let contents = ResourceContents::blob(base64(&picture), address);
                let contents = contents.with_mime_type("image/jpeg");
                return Ok(ReadResourceResult::new(vec![contents]));
            }
            "enact://robot" => json!(self.served.session.robot_info()),
            "enact://scene" => json!(self.scene().await.map_err(unreadable)?),
            "enact://status" => json!(self.status().await.map_err(unreadable)?),
            other => {
                let Some(name) = other.strip_prefix(RUNS) else {
                    let message = format!("there is no resource {other}");
                    return Err(ErrorData::resource_not_found(message, None));
                };
                let name = run_name::validate(name.to_owned()).map_err(unreadable)?;
                let story = self
                    .served
                    .ask_backend(move |backend| backend.story(&name))
                    .await;
                story.map_err(unreadable)?
            }
        };
        let contents = ResourceContents::text(told.to_string(), address).with_mime_type(JSON);
        Ok(ReadResourceResult::new(vec![contents]))
    }
}

/// Returns the error of a resource that cannot be read.
fn unreadable(problem: Problem) -> ErrorData {
    let document = Some(json!(problem.document()));
    match problem.kind {
        ProblemKind::NotFound => ErrorData::resource_not_found(problem.detail, document),
        _ => ErrorData::internal_error(problem.detail, document),
    }
}
