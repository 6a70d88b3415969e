//! An agent that gives the recorded responses.

use std::collections::{HashMap, HashSet};

use enact_plan::{
    Detection, ModelResponse, Perceiver, Plan, Planner, PlannerError, Rejection, Situation, Usage,
};
use enact_types::{Frame, NormalizedPoint};

use crate::error::RecordingError;
use crate::message::{self, UsageMessage};
use crate::reader::{Message, Recording};
use crate::topic::Topic;

use super::inputs::{NextInputOrEnd, RecordedInputs, UserRequestCursor};

/// Gives the recorded responses, whatever it is asked; their text is parsed again.
#[derive(Debug)]
pub(super) struct RecordedAgent {
    perceptions: RecordedInputs<RecordedResponse>,
    plans: RecordedInputs<RecordedResponse>,
    /// Turns in which a single plan was drawn.
    settled: HashSet<usize>,
    /// Tasks that were declined without a look, and the responses.
    declined: Vec<(String, String)>,
}

/// A response and its cost.
#[derive(Debug)]
struct RecordedResponse {
    answer: message::ResponseMessage,
    usage: Usage,
    /// Turn of all turns of the recording, from 1.
    turn: usize,
}

impl RecordedAgent {
    pub(super) fn new(
        recording: &Recording,
        course: &UserRequestCursor,
    ) -> Result<Self, RecordingError> {
        Ok(Self {
            perceptions: answers(recording, course, Topic::Perception)?,
            plans: answers(recording, course, Topic::Plan)?,
            settled: settled(recording),
            declined: declined(recording)?,
        })
    }
}

impl Perceiver for RecordedAgent {
    fn perceive(&mut self, _: &Frame) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        let said = next(&mut self.perceptions)?;
        Ok(perceived(said, None))
    }

    fn perceive_marked(
        &mut self,
        _: &Frame,
        marks: &[NormalizedPoint],
    ) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        let said = next(&mut self.perceptions)?;
        Ok(perceived(said, Some(marks)))
    }
}

impl Planner for RecordedAgent {
    fn plan(&mut self, _: &Frame, _: &Situation) -> Result<ModelResponse<Plan>, PlannerError> {
        let said = next(&mut self.plans)?;
        let read = |said: &message::ResponseMessage| Plan::parse(&said.completion);
        Ok(answer(said, read))
    }

    fn reply_if_not_understood(&self, instruction: &str) -> Option<String> {
        let found = self.declined.iter().find(|(task, _)| task == instruction);
        found.map(|(_, reply)| reply.clone())
    }

    /// Returns whether one plan was drawn in this turn, however many were to be.
    fn plans_without_model(&mut self, _: &Situation) -> bool {
        let next = self.plans.peek();
        next.is_some_and(|next| self.settled.contains(&next.turn))
    }
}

/// Returns the turns in which a single plan was drawn, counted over all tasks from 1.
fn settled(recording: &Recording) -> HashSet<usize> {
    let mut turn = 0;
    let mut drawn: HashMap<usize, usize> = HashMap::new();
    for record in recording.messages() {
        match record.topic {
            Topic::Turn => turn += 1,
            Topic::Plan => *drawn.entry(turn).or_default() += 1,
            _ => {}
        }
    }
    let single = drawn.into_iter().filter(|(_, drawn)| *drawn == 1);
    single.map(|(turn, _)| turn).collect()
}

/// Returns the tasks that ended in words before anything was looked at.
fn declined(recording: &Recording) -> Result<Vec<(String, String)>, RecordingError> {
    let mut declined = Vec::new();
    let mut task: Option<String> = None;
    for record in recording.messages() {
        match record.topic {
            Topic::Task => {
                task = Some(
                    record
                        .deserialize_message::<message::TaskMessage>()?
                        .instruction,
                )
            }
            Topic::Perception | Topic::Plan | Topic::Report => task = None,
            Topic::Speech => {
                let said: message::SpeechMessage = record.deserialize_message()?;
                declined.extend(task.take().map(|task| (task, said.text)));
            }
            _ => {}
        }
    }
    Ok(declined)
}

/// Returns each response with the timing that follows it.
fn answers(
    recording: &Recording,
    course: &UserRequestCursor,
    topic: Topic,
) -> Result<RecordedInputs<RecordedResponse>, RecordingError> {
    let mut turn = 0;
    RecordedInputs::of(recording, course, |record, after| {
        turn += usize::from(record.topic == Topic::Turn);
        if record.topic != topic {
            return Ok(None);
        }
        let timing = after.filter(|record| record.topic == Topic::Timing);
        let timing: Option<UsageMessage> = timing.map(Message::deserialize_message).transpose()?;
        Ok(Some(RecordedResponse {
            answer: record.deserialize_message()?,
            usage: timing.map_or(Usage::default(), |timing| timing.usage),
            turn,
        }))
    })
}

fn next(parts: &mut RecordedInputs<RecordedResponse>) -> Result<RecordedResponse, PlannerError> {
    match parts.next() {
        NextInputOrEnd::There(said) => Ok(said),
        NextInputOrEnd::Stopped => Err(PlannerError::Stopped),
        NextInputOrEnd::Over => Err(PlannerError::Request {
            model: "the recording".to_owned(),
            reason: "it ends here".into(),
        }),
    }
}

/// Returns a list of objects, in the convention that it was read by.
fn perceived(
    said: RecordedResponse,
    marks: Option<&[NormalizedPoint]>,
) -> ModelResponse<Vec<Detection>> {
    let convention = said.answer.pointing.unwrap_or_default();
    let read = |said: &message::ResponseMessage| {
        let text = &said.completion;
        let marked = marks.map(|marks| Detection::parse_marked(text, marks));
        // A model that ignored the marks answered with points.
        match marked {
            Some(Ok(parsed)) => Ok(parsed),
            _ => convention.parse(text),
        }
    };
    answer(said, read).into_detection_list()
}

/// Returns a recorded response. One that was rejected stays rejected: it may have been truncated.
fn answer<T>(
    said: RecordedResponse,
    parse: impl Fn(&message::ResponseMessage) -> Result<T, Rejection>,
) -> ModelResponse<T> {
    let RecordedResponse { answer, usage, .. } = said;
    let parsed = match &answer.rejected {
        Some(reason) => Err(Rejection(reason.clone())),
        None => parse(&answer),
    };
    ModelResponse {
        prompt: answer.prompt,
        completion: answer.completion,
        thinking: answer.thinking,
        parsed,
        usage,
        grammar: answer.grammar,
        tokens: answer.tokens,
        pointing: answer.pointing,
        dropped: Vec::new(),
        exchanges: answer.exchanges,
    }
}
