//! Tools that the model may call before it plans.
//!
//! The model is asked for a call until it asks for none, a bounded number of times. What a tool
//! returns is told to it as a note before it plans. A call that means nothing is answered by saying
//! so.
//!
//! | module | idea |
//! |---|---|
//! | `call` | what a model may call, and what it called |
//! | `answer` | what is known of an object |
//! | `request` | the request for the next call |
//!
//! Timo Schick and others, “Toolformer: Language Models Can Teach Themselves to Use Tools”, 2023;
//! Shunyu Yao and others, “ReAct: Synergizing Reasoning and Acting in Language Models”, 2022.

mod answer;
mod call;
mod request;

use std::sync::Arc;

use enact_types::{Frame, Reason};

use super::{ExchangeKind, PlanningTurn, Rest, Strategy, TextRequest};
use crate::planner::{ModelResponse, PlannerError};
use crate::prompt::one_line;
use crate::situation::{AddedPicture, Note};
use crate::step::Plan;
use call::Call;

/// Heading of the note with the results.
const TOPIC: &str = "What your tools returned";
/// Most tokens of a call.
const CALL_TOKENS: usize = 128;
/// Most lines that are recalled.
const RECALLED: usize = 3;
/// Most characters of a result, which a model may have to read again and again.
const RESULT: usize = 600;

/// Remembers earlier tasks.
pub trait Recall {
    /// Returns what is remembered of the tasks most similar to this one, a line each, the most
    /// similar first.
    fn recall(&mut self, task: &str) -> Vec<String>;
}

/// Shows the table from elsewhere.
pub trait Views {
    /// Returns the names of the places from which a picture can be taken.
    fn names(&self) -> Vec<String>;

    /// Takes a picture from there.
    ///
    /// # Errors
    /// The reason why there is no picture, for the model to read.
    fn look(&mut self, from: &str) -> Result<Frame, Reason>;
}

/// What can be called beside what the situation itself answers.
#[derive(Default)]
pub struct Toolbox {
    /// Answers `recall`.
    pub memory: Option<Box<dyn Recall>>,
    /// Answers `look`.
    pub views: Option<Box<dyn Views>>,
}

impl Toolbox {
    /// Returns the names of the views.
    fn views(&self) -> Vec<String> {
        self.views.as_ref().map_or_else(Vec::new, |it| it.names())
    }
}

/// Lets the model call tools before it plans.
pub struct Tools {
    /// Most calls before a plan.
    most: u32,
    toolbox: Toolbox,
}

impl Tools {
    /// Allows at most this many calls before each plan.
    pub fn new(most: u32, toolbox: Toolbox) -> Self {
        Self { most, toolbox }
    }

    /// Carries out a call; returns its result and the picture that it took.
    fn carry_out(&mut self, call: &Call, turn: &PlanningTurn<'_>) -> (String, Option<Frame>) {
        let situation = &turn.situation;
        match call {
            Call::Measure { object } => (answer::measure(situation, object), None),
            Call::CanReach { object } => (answer::can_reach(situation, object), None),
            Call::Recall { task } => (self.recall(task), None),
            Call::Look { from } => self.look(from),
            Call::Plan => (String::new(), None),
        }
    }

    fn recall(&mut self, task: &str) -> String {
        let Some(memory) = &mut self.toolbox.memory else {
            return "nothing is remembered here".to_owned();
        };
        let lines = memory.recall(task);
        if lines.is_empty() {
            return "no task like this one is remembered".to_owned();
        }
        let lines: Vec<String> = lines.iter().take(RECALLED).map(|it| one_line(it)).collect();
        lines.join("; ")
    }

    fn look(&mut self, from: &str) -> (String, Option<Frame>) {
        let names = self.toolbox.views();
        let Some(views) = &mut self.toolbox.views else {
            return ("there is no other camera".to_owned(), None);
        };
        if !names.iter().any(|name| name == from) {
            let (from, names) = (one_line(from), names.join(", "));
            return (
                format!("no camera is called `{from}`; there are: {names}"),
                None,
            );
        }
        match views.look(from) {
            Ok(frame) => ("you are shown the picture next".to_owned(), Some(frame)),
            Err(reason) => (format!("there is no picture: {reason}"), None),
        }
    }
}

impl Strategy for Tools {
    fn name(&self) -> &'static str {
        "tools"
    }

    fn plan(
        &mut self,
        turn: &mut PlanningTurn<'_>,
        rest: &mut Rest<'_>,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        let views = self.toolbox.views();
        let schema = call::schema(&turn.situation, &views, self.toolbox.memory.is_some());
        let mut returned: Vec<String> = Vec::new();
        let mut called: Vec<Call> = Vec::new();
        let mut view: Option<(String, Frame)> = None;
        for left in (1..=self.most).rev() {
            let shown = view.as_ref().map(|(from, _)| from.as_str());
            let text = request::text(&turn.situation, &self.toolbox, &returned, shown, left);
            let taken = view.take();
            let frame = taken.as_ref().map_or(turn.frame, |(_, frame)| frame);
            let reply = turn.ask(&TextRequest {
                frame: Some(frame),
                ..TextRequest::json(&text, schema.clone(), CALL_TOKENS)
            })?;
            let call = match Call::parse(&reply.text) {
                Ok(Call::Plan) => {
                    turn.tell(
                        self.name(),
                        ExchangeKind::Decision,
                        "it knows enough to plan",
                    );
                    break;
                }
                Ok(call) => call,
                Err(why) => {
                    let said = shortened(&reply.text);
                    turn.tell(self.name(), ExchangeKind::Call, said.clone());
                    turn.tell(self.name(), ExchangeKind::Result, why.clone());
                    returned.push(format!("{said}: {why}"));
                    continue;
                }
            };
            let written = call.to_string();
            turn.tell(self.name(), ExchangeKind::Call, written.clone());
            if called.contains(&call) {
                // Whoever asks the same again would go on doing so.
                let why = "that was called before: it plans with what it knows";
                turn.tell(self.name(), ExchangeKind::Decision, why);
                break;
            }
            let (result, frame) = self.carry_out(&call, turn);
            let mut result = shortened(&result);
            if let (Some(frame), Call::Look { from }) = (frame, &call) {
                if turn.model.takes_several_pictures() {
                    turn.situation.pictures.push(AddedPicture {
                        caption: format!("the table now, by the camera `{from}`"),
                        rgb: Arc::new(frame.rgb.clone()),
                    });
                } else if left == 1 {
                    "you cannot be shown it any more: no call is left".clone_into(&mut result);
                }
                view = Some((from.clone(), frame));
            }
            turn.tell(self.name(), ExchangeKind::Result, result.clone());
            returned.push(format!("{written}: {result}"));
            called.push(call);
            if left == 1 {
                let why = format!("{} calls are made, and no more are answered", self.most);
                turn.tell(self.name(), ExchangeKind::Decision, why);
            }
        }
        if !returned.is_empty() {
            turn.situation.notes.push(Note {
                topic: TOPIC.to_owned(),
                text: returned.join("\n"),
            });
        }
        rest.plan(turn)
    }
}

/// Joins a text into one line of bounded length.
fn shortened(text: &str) -> String {
    let line = one_line(text);
    match line.char_indices().nth(RESULT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests;
