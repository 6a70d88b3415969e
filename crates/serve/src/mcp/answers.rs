//! What tools answer.

use rmcp::ErrorData;
use rmcp::handler::server::tool::IntoCallToolResult;
use rmcp::model::{CallToolResponse, CallToolResult, ContentBlock};
use serde_json::{Value, json};

use crate::problem::{Problem, ProblemKind};
use crate::session::task::{TaskRecord, TaskState};

/// A refusal is told as an error of the tool: the language model reads it, and can do better.
impl IntoCallToolResult for Problem {
    fn into_call_tool_result(self) -> Result<CallToolResponse, ErrorData> {
        Ok(failed(&describe_problem(&self), json!(self.document())).into())
    }
}

/// Returns what is wrong and what to do, in terms of tools.
pub(super) fn describe_problem(problem: &Problem) -> String {
    match problem.kind {
        ProblemKind::Stopped => {
            "the arm is stopped; `clear` asks a person whether it may move again".to_owned()
        }
        ProblemKind::NotDriver => "somebody else drives the arm, or nobody any more".to_owned(),
        _ => problem.detail.clone(),
    }
}

/// Tells how a task ended, with the steps that were carried out.
pub(super) fn task(record: &TaskRecord, steps: Vec<Value>) -> CallToolResult {
    let failure = failure(record, &steps);
    let mut told = json!(record);
    told["steps"] = steps.into();
    match failure {
        Some(why) => failed(&why, told),
        None => CallToolResult::structured(told),
    }
}

/// Tells a failure: a sentence first, then all that is known.
pub(super) fn failed(sentence: &str, told: Value) -> CallToolResult {
    let mut result = CallToolResult::structured_error(told);
    result.content.insert(0, ContentBlock::text(sentence));
    result
}

/// Returns why a task did not do what was asked, if it did not.
fn failure(record: &TaskRecord, steps: &[Value]) -> Option<String> {
    let reason = || record.reason.clone();
    match record.state {
        TaskState::Queued | TaskState::Running => return None,
        TaskState::Failed | TaskState::Cancelled | TaskState::Interrupted => {
            return Some(reason().unwrap_or_else(|| "the task was given up".to_owned()));
        }
        TaskState::Ended => {}
    }
    match record.ending.as_deref() {
        Some("stopped") => {
            let stopped = "the arm was stopped before the task was done; `clear` asks a person \
                           whether it may move again";
            return Some(stopped.to_owned());
        }
        Some("rejected") => {
            let rejected = "a person said no to the plan; ask them what is wanted instead";
            return Some(rejected.to_owned());
        }
        // A question is for the person, or for whoever called.
        Some("asked") => return None,
        _ if record.reached == Some(false) => {}
        _ => return None,
    }
    let judged = steps.iter().rev().find(|step| step["verdict"] != "yes");
    let judged = judged.and_then(|step| step["reason"].as_str().map(str::to_owned));
    let mut sentences: Vec<String> = reason().or(judged).into_iter().collect();
    for said in &record.said {
        if !sentences.contains(said) {
            sentences.push(said.clone());
        }
    }
    sentences.retain(|sentence| !sentence.trim().is_empty());
    Some(match sentences.is_empty() {
        true => "it was not done".to_owned(),
        false => sentences.join("; "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::task::TaskKind;

    fn record(ending: &str, reached: Option<bool>, reason: Option<&str>) -> TaskRecord {
        TaskRecord {
            id: 1,
            kind: TaskKind::Skill,
            instruction: "pick red cube".to_owned(),
            by: "ada".to_owned(),
            approve: false,
            state: TaskState::Ended,
            place: None,
            turn: 1,
            ending: Some(ending.to_owned()),
            reached,
            said: Vec::new(),
            reason: reason.map(str::to_owned),
            asked_at: 0.0,
            began_at: None,
            ended_at: None,
        }
    }

    #[test]
    fn what_was_not_done_is_an_error_with_its_reason() {
        let step = |verdict: &str, reason: &str| {
            vec![json!({"step": "pick it", "verdict": verdict, "reason": reason})]
        };
        assert_eq!(failure(&record("done", Some(true), None), &[]), None);
        assert_eq!(failure(&record("dry_run", None, None), &[]), None);
        assert_eq!(failure(&record("asked", Some(false), None), &[]), None);
        let refused = record("out_of_turns", Some(false), Some("too far: 0.5 m of 0.4 m"));
        let why = failure(&refused, &step("refused", "too far")).unwrap();
        assert_eq!(why, "too far: 0.5 m of 0.4 m");
        let slipped = record("out_of_turns", Some(false), None);
        assert_eq!(
            failure(&slipped, &step("no", "it slipped")).unwrap(),
            "it slipped"
        );
        assert_eq!(failure(&slipped, &[]).unwrap(), "it was not done");
        let stopped = failure(&record("stopped", None, None), &[]).unwrap();
        assert!(stopped.contains("`clear`"), "{stopped}");
        let result = task(&refused, Vec::new());
        assert_eq!(result.is_error, Some(true));
        assert_eq!(result.structured_content.unwrap()["ending"], "out_of_turns");
    }
}
