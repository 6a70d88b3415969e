//! The answers that were recorded.

use enact_plan::{
    Answer, Detection, Perceiver, Plan, Planner, PlannerError, Rejection, Situation, Usage,
};
use enact_types::{Frame, NormalisedPoint};

use crate::error::JournalError;
use crate::message::{self, Timing};
use crate::reader::{Journal, Record};
use crate::topic::Topic;

use super::parts::{Course, Next, Parts};

/// Says what was said, whatever it is asked; what that means is read anew.
#[derive(Debug)]
pub(super) struct RecordedMind {
    perceptions: Parts<Said>,
    plans: Parts<Said>,
    /// Tasks that were answered without a look, and what was said.
    declined: Vec<(String, String)>,
}

/// An answer and what it cost.
#[derive(Debug)]
struct Said {
    answer: message::Answer,
    usage: Usage,
}

impl RecordedMind {
    pub(super) fn new(journal: &Journal, course: &Course) -> Result<Self, JournalError> {
        Ok(Self {
            perceptions: answers(journal, course, Topic::Perception)?,
            plans: answers(journal, course, Topic::Plan)?,
            declined: declined(journal)?,
        })
    }
}

impl Perceiver for RecordedMind {
    fn perceive(&mut self, _: &Frame) -> Result<Answer<Vec<Detection>>, PlannerError> {
        let said = next(&mut self.perceptions)?;
        Ok(answer(said, Detection::parse_list))
    }

    fn perceive_marked(
        &mut self,
        _: &Frame,
        marks: &[NormalisedPoint],
    ) -> Result<Answer<Vec<Detection>>, PlannerError> {
        let said = next(&mut self.perceptions)?;
        // Whoever ignores marks has pointed.
        let read = |text: &str| {
            Detection::parse_marked(text, marks).or_else(|_| Detection::parse_list(text))
        };
        Ok(answer(said, read))
    }
}

impl Planner for RecordedMind {
    fn plan(&mut self, _: &Frame, _: &Situation) -> Result<Answer<Plan>, PlannerError> {
        let said = next(&mut self.plans)?;
        Ok(answer(said, Plan::parse))
    }

    fn declines(&self, instruction: &str) -> Option<String> {
        let found = self.declined.iter().find(|(task, _)| task == instruction);
        found.map(|(_, reply)| reply.clone())
    }
}

/// Tasks that end in words before anything was looked at.
fn declined(journal: &Journal) -> Result<Vec<(String, String)>, JournalError> {
    let mut declined = Vec::new();
    let mut task: Option<String> = None;
    for record in journal.records() {
        match record.topic {
            Topic::Task => task = Some(record.read::<message::Task>()?.task),
            Topic::Perception | Topic::Plan | Topic::Report => task = None,
            Topic::Said => {
                let said: message::Said = record.read()?;
                declined.extend(task.take().map(|task| (task, said.text)));
            }
            _ => {}
        }
    }
    Ok(declined)
}

/// Each answer with the timing that follows it.
fn answers(journal: &Journal, course: &Course, topic: Topic) -> Result<Parts<Said>, JournalError> {
    Parts::of(journal, course, |record, after| {
        if record.topic != topic {
            return Ok(None);
        }
        let timing = after.filter(|record| record.topic == Topic::Timing);
        let timing: Option<Timing> = timing.map(Record::read).transpose()?;
        Ok(Some(Said {
            answer: record.read()?,
            usage: timing.map_or(Usage::default(), |timing| timing.usage),
        }))
    })
}

fn next(parts: &mut Parts<Said>) -> Result<Said, PlannerError> {
    match parts.next() {
        Next::There(said) => Ok(said),
        Next::Stopped => Err(PlannerError::Stopped),
        Next::Over => Err(PlannerError::Request {
            model: "the recording".to_owned(),
            reason: "it ends here".into(),
        }),
    }
}

/// An answer that was rejected stays so: it may have been cut.
fn answer<T>(said: Said, parse: impl Fn(&str) -> Result<T, Rejection>) -> Answer<T> {
    let Said { answer, usage } = said;
    let meaning = match answer.rejected {
        Some(reason) => Err(Rejection(reason)),
        None => parse(&answer.completion),
    };
    Answer {
        prompt: answer.prompt,
        completion: answer.completion,
        meaning,
        usage,
        grammar: answer.grammar,
        tokens: answer.tokens,
    }
}
