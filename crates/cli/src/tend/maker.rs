//! Makes the list of tasks and revises it: the model does, or rules where it does not follow
//! requests.

use enact_plan::task_list::{request, rules};
use enact_plan::{TaskList, TextRequest, Usage};
use enact_runtime::{RuntimeError, Session};

/// What came of making a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
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
pub fn made(
    list: &mut TaskList,
    session: &mut Session<'_>,
    usage: &mut Usage,
) -> Result<Made, RuntimeError> {
    session.see()?;
    let situation = session.situation();
    let model = session.text_model();
    let Some(model) = model.filter(|model| model.follows_requests()) else {
        return Ok(match rules::left(list, &situation) {
            rules::Left::Tasks(tasks) => Made::Tasks(tasks),
            rules::Left::Stuck(why) => Made::Stuck(why),
            rules::Left::Unclear(text) => Made::Unclear(text),
        });
    };
    let text = request::prompt(list, &situation);
    let reply = model.complete(&TextRequest::json(
        &text,
        request::schema(),
        request::MAX_TOKENS,
    ))?;
    *usage += reply.usage;
    Ok(match request::parse(&reply.text) {
        Err(rejection) => Made::AsBefore(rejection.to_string()),
        Ok((tasks, dropped)) => {
            for one in dropped {
                errln!(
                    "{:>9}  not taken: {} ({})",
                    "tend",
                    one.instruction,
                    one.reason
                );
            }
            Made::Tasks(tasks)
        }
    })
}
