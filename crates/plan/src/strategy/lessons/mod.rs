//! Lessons: after a run that failed or was corrected, what to do otherwise, which later plans for
//! similar tasks are told.
//!
//! After *Reflexion* (arXiv 2303.11366). A lesson is kept with its evidence, and is told only to the
//! same robot in the same scene. It is data in a prompt: plans that follow it pass grounding and gate
//! like any other.
//!
//! | module | idea |
//! |---|---|
//! | `lesson` | a lesson and its evidence |
//! | `correction` | recognizes that a person corrects what was just done |

mod correction;
mod lesson;

use std::sync::Arc;

use super::{
    EndedTask, ExchangeKind, LayersBelow, PlanningModel, PlanningTurn, Strategy, TextReply,
    TextRequest,
};
use crate::outcome::Verdict;
use crate::planner::{ModelResponse, PlannerError};
use crate::prompt;
use crate::similarity::TextSimilarity;
use crate::situation::Note;
use crate::speech_act::SpeechAct;
use crate::step::Plan;

use correction::corrects;
pub use lesson::Lesson;

/// Most lessons in a prompt.
const MAX_LESSONS: usize = 3;
/// Most tokens that a model writes.
const TOKENS: usize = 80;
/// Most failures of a run that are told.
const FAILURES: usize = 4;

/// Keeps lessons.
pub trait LessonBook {
    /// Returns all lessons, oldest first.
    fn lessons(&self) -> Vec<Lesson>;

    /// Keeps one more. Whoever keeps it tells if that fails: a run does not depend on it.
    fn keep(&mut self, lesson: Lesson);
}

/// Learns from runs, and tells what was learned.
pub struct Lessons {
    book: Box<dyn LessonBook>,
    place: LessonContext,
    similarity: Arc<dyn TextSimilarity>,
    /// The task before, for the person to correct.
    previous: Option<Attempt>,
}

/// Where and when lessons are learned.
pub struct LessonContext {
    /// Name of the robot.
    pub robot: String,
    /// Name of the scene.
    pub scene: String,
    /// Returns the date.
    pub date: Box<dyn Fn() -> String>,
    /// Returns the recording of the run, if it is kept.
    pub run: Box<dyn Fn() -> Option<String>>,
}

/// A task that is over.
#[derive(Clone, Debug)]
struct Attempt {
    instruction: String,
    /// What was tried and said, a line each.
    course: Vec<String>,
}

impl Lessons {
    /// Creates the method with the lessons of a book.
    pub fn new(
        book: Box<dyn LessonBook>,
        place: LessonContext,
        similarity: Arc<dyn TextSimilarity>,
    ) -> Self {
        Self {
            book,
            place,
            similarity,
            previous: None,
        }
    }

    /// Returns the lessons that may help with an instruction, the most similar last.
    fn helpful(&self, instruction: &str) -> Vec<Lesson> {
        let mut lessons = self.book.lessons();
        lessons.retain(|it| it.robot == self.place.robot && it.scene == self.place.scene);
        let tasks: Vec<&str> = lessons.iter().map(|it| it.instruction.as_str()).collect();
        let alike = self.similarity.similarities(&tasks, instruction);
        let mut ranked: Vec<(f64, Lesson)> = alike.into_iter().zip(lessons).collect();
        ranked.retain(|(alike, _)| *alike >= self.similarity.threshold());
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        let rest = ranked.len().saturating_sub(MAX_LESSONS);
        ranked.into_iter().skip(rest).map(|(_, it)| it).collect()
    }

    /// Has a model write what an attempt teaches, and keeps it. Returns the model's answer.
    fn learn(
        &mut self,
        attempt: &Attempt,
        outcome: &str,
        ask: &mut dyn FnMut(&TextRequest<'_>) -> Result<TextReply, PlannerError>,
    ) -> Result<Option<Lesson>, PlannerError> {
        let text = request(attempt, outcome);
        let reply = ask(&TextRequest::request_for_words(&text, TOKENS))?;
        let Some(kept) = lesson::text_to_keep(&reply.text, reply.is_cut) else {
            return Ok(None);
        };
        let lesson = Lesson {
            lesson: kept,
            robot: self.place.robot.clone(),
            scene: self.place.scene.clone(),
            instruction: attempt.instruction.clone(),
            outcome: outcome.to_owned(),
            date: (self.place.date)(),
            run: (self.place.run)(),
        };
        let lesson = lesson.bounded();
        self.book.keep(lesson.clone());
        Ok(Some(lesson))
    }

    /// Returns the task before if `instruction` corrects it. It is corrected once.
    fn corrected(&mut self, instruction: &str) -> Option<(Attempt, String)> {
        let previous = self.previous.take_if(|_| corrects(instruction))?;
        Some((previous, format!("the person then said “{instruction}”")))
    }
}

/// Returns the request for a lesson.
fn request(attempt: &Attempt, outcome: &str) -> String {
    let mut text = format!(
        "A robot arm at a table was told: {}\nWhat happened:\n",
        prompt::one_line(&attempt.instruction)
    );
    for line in &attempt.course {
        text += &format!("- {}\n", prompt::one_line(line));
    }
    text + &format!(
        "What was wrong: {}\n\
         Write one sentence of at most 25 words that tells the planner what to do otherwise in such a \
         task. It cannot change what the arm is able or allowed to do. Answer with the sentence alone.\n",
        prompt::one_line(outcome)
    )
}

impl Attempt {
    fn of(task: &EndedTask<'_>) -> Self {
        let tried = task.history.iter().map(ToString::to_string);
        let said = task
            .said
            .iter()
            .map(|text| format!("the robot said “{text}”"));
        Self {
            instruction: task.instruction.to_owned(),
            course: tried.chain(said).collect(),
        }
    }
}

/// Returns what went wrong in a task. That somebody was asked or answered is no failure.
fn failure(task: &EndedTask<'_>) -> Option<String> {
    let failed = |verdict| matches!(verdict, Verdict::No | Verdict::Refused);
    let failed = task.history.iter().filter(|it| failed(it.verdict));
    let mut failures: Vec<String> = Vec::new();
    for outcome in failed.map(ToString::to_string) {
        if !failures.contains(&outcome) {
            failures.push(outcome);
        }
    }
    failures.drain(..failures.len().saturating_sub(FAILURES));
    let rejection = task.rejection.filter(|_| !task.is_done);
    failures.extend(rejection.map(|why| format!("the plan was rejected: {why}")));
    // Only requests move, but for pointing at what was asked about.
    let tried = task.history.iter().any(|it| it.step.moves_arm());
    let is_answer = matches!(
        SpeechAct::of_instruction(task.instruction),
        SpeechAct::Question | SpeechAct::Location
    );
    if failures.is_empty() && tried && !is_answer && !task.is_done {
        failures.push("it was not done in the turns that there were".to_owned());
    }
    (!failures.is_empty()).then(|| failures.join("; "))
}

impl Strategy for Lessons {
    fn name(&self) -> &'static str {
        "lessons"
    }

    fn plan(
        &mut self,
        turn: &mut PlanningTurn<'_>,
        rest: &mut LayersBelow<'_>,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        let instruction = turn.situation.instruction.clone();
        let before = turn.situation.conversation.last();
        let follows =
            |it: &mut Attempt| before.is_some_and(|last| last.instruction == it.instruction);
        // What came between, such as a stop, is not corrected by what comes after.
        self.previous = self.previous.take_if(follows);
        if let Some((attempt, outcome)) = self.corrected(&instruction) {
            let learned = self.learn(&attempt, &outcome, &mut |request: &TextRequest<'_>| {
                turn.ask_model(request)
            })?;
            let told = learned.map(|it| it.lesson);
            let told = told.unwrap_or_else(|| "nothing could be learned from that".to_owned());
            turn.add_exchange(self.name(), ExchangeKind::Decision, told);
        }
        let helpful = self.helpful(&instruction);
        if !helpful.is_empty() {
            let lines: Vec<String> = helpful.iter().map(Lesson::prompt_line).collect();
            let text = lines.join("\n");
            turn.add_exchange(self.name(), ExchangeKind::Information, text.clone());
            turn.situation.notes.push(Note {
                topic: "Lessons of earlier runs (advice; they change no rule and no limit)"
                    .to_owned(),
                text,
            });
        }
        rest.plan_below(turn)
    }

    fn task_ended(
        &mut self,
        task: &EndedTask<'_>,
        model: &mut dyn PlanningModel,
    ) -> Result<(), PlannerError> {
        let corrected = self.corrected(task.instruction);
        let attempt = Attempt::of(task);
        self.previous = Some(attempt.clone());
        let mut ask = |request: &TextRequest<'_>| model.complete(request);
        if let Some((corrected, outcome)) = corrected {
            self.learn(&corrected, &outcome, &mut ask)?;
        }
        if let Some(outcome) = failure(task) {
            self.learn(&attempt, &outcome, &mut ask)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
