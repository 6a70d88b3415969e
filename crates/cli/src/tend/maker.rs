//! Makes the list of tasks and revises it: the model does, or rules where it does not follow
//! requests.

use enact_plan::task_list::{request, rules};
use enact_plan::{TaskList, TextRequest, Usage};
use enact_runtime::{RuntimeError, Session};

/// What came of making a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskListOutcome {
    /// These tasks are left.
    Tasks(Vec<String>),
    /// The answer cannot be read: why.
    AsBefore(String),
    /// The goal is not understood: what to say.
    Unclear(String),
    /// Something is left, but there is no way: why.
    Stuck(String),
}

/// Looks at the table and returns the tasks that are left of `list`. What the model was asked for that
/// is added to `usage`.
///
/// # Errors
/// If the arm, the camera or the model fails.
pub fn find_remaining_tasks(
    list: &mut TaskList,
    session: &mut Session<'_>,
    usage: &mut Usage,
) -> Result<TaskListOutcome, RuntimeError> {
    session.look_at_table()?;
    let situation = session.situation();
    let model = session.text_model();
    let Some(model) = model.filter(|model| model.follows_requests()) else {
        return Ok(match rules::find_remaining_tasks(list, &situation) {
            rules::RemainingWork::Tasks(tasks) => TaskListOutcome::Tasks(tasks),
            rules::RemainingWork::Stuck(why) => TaskListOutcome::Stuck(why),
            rules::RemainingWork::Unclear(text) => TaskListOutcome::Unclear(text),
        });
    };
    let text = request::prompt(list, &situation);
    let reply = model.complete(&TextRequest::request_for_json(
        &text,
        request::answer_schema(),
        request::MAX_TOKENS,
    ))?;
    *usage += reply.usage;
    Ok(match request::parse_answer(&reply.text) {
        Err(rejection) => TaskListOutcome::AsBefore(rejection.to_string()),
        Ok((tasks, dropped)) => {
            for one in dropped {
                errln!(
                    "{:>9}  not taken: {} ({})",
                    "tend",
                    one.instruction,
                    one.reason
                );
            }
            TaskListOutcome::Tasks(tasks)
        }
    })
}
