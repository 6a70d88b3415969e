//! One task, turn after turn.

use serde::{Deserialize, Serialize};

use enact_ground::scene::change::Change;
use enact_plan::{
    Answer, Exchange, Outcome, Plan, PlannerError, Situation, SpeechAct, StepKind, Verdict,
};

use crate::act::Executor;
use crate::approve::Consent;
use crate::event::Event;
use crate::gated_arm::Interruption;
use crate::overtaken::{self, PATIENCE};
use crate::persistence::{Advice, advise};
use crate::rank::ranked;
use crate::report::Ending;
use crate::respond::{TURNS_OF_AN_ANSWER, no_answer, seen, spared};
use crate::session::BridgeError;

/// How far a task may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Turns at most.
    pub turns: u32,
    /// Whether to stop before the first motion.
    pub dry_run: bool,
    /// How many plans are drawn each turn, of which the best is carried out; 1: the only one.
    #[serde(default = "one")]
    pub rank: u32,
    /// Whether things are shown to the model with numbers to name, rather than for it to point.
    #[serde(default)]
    pub marks: bool,
}

fn one() -> u32 {
    1
}

impl Bounds {
    /// So many turns at most, in each the only plan that is asked for, carried out.
    pub const fn of_turns(turns: u32) -> Self {
        Self {
            turns,
            dry_run: false,
            rank: 1,
            marks: false,
        }
    }
}

/// What is known of the task in hand.
#[derive(Debug, Default)]
pub(crate) struct Task {
    words: String,
    /// What the person does by saying that.
    speech_act: SpeechAct,
    pub(crate) history: Vec<Outcome>,
    rejection: Option<String>,
    must_act: bool,
    /// How many plans were given up because what they rest on had changed.
    overtaken: usize,
    pub(crate) refusals: Vec<String>,
    pub(crate) said: Vec<String>,
}

/// A task on its way.
pub(crate) struct TaskRun<'s, 'a> {
    task: Task,
    bounds: Bounds,
    executor: &'s mut Executor<'a>,
    consent: &'s mut Consent<'a>,
    /// The tasks before.
    conversation: &'s [Exchange],
}

impl<'s, 'a> TaskRun<'s, 'a> {
    pub(crate) fn new(
        words: &str,
        bounds: Bounds,
        executor: &'s mut Executor<'a>,
        consent: &'s mut Consent<'a>,
        conversation: &'s [Exchange],
    ) -> Self {
        Self {
            task: Task {
                words: words.to_owned(),
                speech_act: SpeechAct::of(words),
                ..Task::default()
            },
            bounds,
            executor,
            consent,
            conversation,
        }
    }

    /// Does the task as far as its bounds allow: what came of it, why it ended, in which turn.
    pub(crate) fn finish(mut self) -> Result<(Task, Ending, u32), BridgeError> {
        let (ending, turns) = self.turns()?;
        Ok((self.task, ending, turns))
    }

    fn turns(&mut self) -> Result<(Ending, u32), BridgeError> {
        let (words, act) = (&self.task.words, self.task.speech_act);
        let reply = act.reply(words).map(str::to_owned);
        if let Some(reply) = reply.or_else(|| self.executor.mind.declines(words)) {
            return Ok((self.reply(&reply), 0));
        }
        let turns = if act.is_request() {
            self.bounds.turns
        } else {
            self.bounds.turns.min(TURNS_OF_AN_ANSWER)
        };
        for turn in 1..=turns {
            if self.is_stopped() {
                return Ok((Ending::Stopped, turn - 1));
            }
            self.tell(&Event::Turn(turn));
            let ending = match self.turn() {
                Err(error) if error.is_stop() => Some(Ending::Stopped),
                ending => ending?,
            };
            if let Some(ending) = ending {
                return Ok((ending, turn));
            }
        }
        if !act.is_request() {
            return Ok((self.describe(), turns));
        }
        self.ask_for_help();
        Ok((Ending::OutOfTurns, turns))
    }

    /// Looks, asks and acts; `Some` if that ends the task.
    fn turn(&mut self) -> Result<Option<Ending>, BridgeError> {
        if self.executor.perception.look.is_none() {
            if self.consent.may_move()
                && !self.bounds.dry_run
                && self.task.speech_act.is_request()
                && let Some(Interruption::Stopped) = self.executor.go_home()?
            {
                return Ok(Some(Ending::Stopped));
            }
            self.executor.look_again(&[])?;
        }
        let Some(plan) = self.ask()? else {
            return Ok(None);
        };
        if self.bounds.dry_run {
            self.dry_run(&plan).map(Some)
        } else if !self.is_approved(&plan)? {
            Ok(Some(Ending::Stopped))
        } else if let Some(name) = self.overtaken(&plan)? {
            self.executor.perception.look = None;
            self.consent.lapse();
            Ok(self.give_up(&name))
        } else {
            self.carry_out(&plan)
        }
    }

    /// The planner's next plan, or `None` if its answer is rejected.
    fn ask(&mut self) -> Result<Option<Plan>, BridgeError> {
        let situation = self.situation();
        let drawn = self.draw(&situation);
        if drawn.is_err() {
            // What nobody could answer for is looked at again.
            self.executor.perception.look = None;
        }
        let mut answers = drawn?;
        for answer in &answers {
            self.executor.usage += answer.usage;
            self.tell(&Event::Planned {
                situation: &situation,
                answer,
            });
        }
        let Some(answer) = answers.pop() else {
            return Ok(None);
        };
        let task = &mut self.task;
        match answer.meaning {
            Ok(plan) => {
                if let Some(why) = no_answer(task.speech_act, &plan, &situation) {
                    task.rejection = Some(why);
                    return Ok(None);
                }
                if let Some(name) = spared(&plan, &situation) {
                    task.rejection = Some(format!("the {name} is not to be touched"));
                    return Ok(None);
                }
                if let Some(name) = situation.denied_by(&plan) {
                    task.rejection = Some(format!("you deny seeing the {name}, but it is listed"));
                    task.must_act = true;
                    return Ok(None);
                }
                task.rejection = None;
                Ok(Some(plan.without_repeats()))
            }
            Err(rejection) => {
                task.rejection = Some(rejection.to_string());
                Ok(None)
            }
        }
    }

    /// Asks for as many plans as the bounds say. The best answer is the last.
    fn draw(&mut self, situation: &Situation) -> Result<Vec<Answer<Plan>>, BridgeError> {
        let executor = &mut *self.executor;
        let Some(frame) = &executor.perception.look else {
            return Ok(Vec::new());
        };
        let answers: Vec<Answer<Plan>> = (0..self.bounds.rank.max(1))
            .map(|_| executor.mind.plan(frame, situation))
            .collect::<Result<_, _>>()?;
        if answers.len() < 2 {
            return Ok(answers);
        }
        let at = executor.goal()?;
        let mut previewed = Vec::with_capacity(answers.len());
        for answer in answers {
            // Nobody waits for previews either.
            if executor.arm.stop_switch().is_pressed() {
                return Err(PlannerError::Stopped.into());
            }
            let preview = |plan| executor.preview(plan, &situation.history, at.clone()).0;
            let outlook = answer.meaning.as_ref().ok().map(preview);
            previewed.push((answer, outlook.unwrap_or_default()));
        }
        Ok(ranked(previewed, &situation.history))
    }

    fn situation(&self) -> Situation {
        let (perception, task) = (&self.executor.perception, &self.task);
        Situation {
            task: task.words.clone(),
            conversation: self.conversation.to_vec(),
            objects: perception.views(),
            hindrances: perception.grounder.hindrances(&perception.memory),
            holding: perception.memory.holding().map(str::to_owned),
            history: task.history.clone(),
            rejection: task.rejection.clone(),
            changes: perception.changes.iter().map(Change::to_string).collect(),
            must_act: task.must_act,
        }
    }

    /// Whether a plan may be carried out.
    fn is_approved(&mut self, plan: &Plan) -> Result<bool, BridgeError> {
        if !self.consent.is_needed() || !overtaken::moves(plan) {
            return Ok(true);
        }
        let outlook = self.executor.show_preview(plan, &self.task.history)?;
        let agreed = self.consent.ask(plan, &outlook);
        self.tell(&Event::Agreed(agreed));
        Ok(agreed)
    }

    /// What a plan names that is no longer where the look showed it that the plan rests on, if
    /// that look is old.
    fn overtaken(&mut self, plan: &Plan) -> Result<Option<String>, BridgeError> {
        let executor = &mut *self.executor;
        let Some(looked) = executor.perception.looked_at else {
            return Ok(None);
        };
        if !overtaken::moves(plan) || !overtaken::is_old(looked, executor.state()?.stamp) {
            return Ok(None);
        }
        let names = overtaken::named(&plan.steps);
        executor.perception.missed(names, &mut executor.observers)
    }

    /// Does step after step until one fails; `Some` if that ends the task.
    fn carry_out(&mut self, plan: &Plan) -> Result<Option<Ending>, BridgeError> {
        let mut ending = None;
        for (index, step) in plan.steps.iter().enumerate() {
            if step.moves() && self.is_stopped() {
                return Ok(Some(Ending::Stopped));
            }
            self.tell(&Event::Step(step));
            match step.kind() {
                StepKind::Completion => return Ok(Some(Ending::Done)),
                StepKind::Statement(text) => {
                    self.speak(text);
                    ending = Some(Ending::Said);
                }
                StepKind::Question(question) => {
                    self.speak(question);
                    return Ok(Some(Ending::Asked));
                }
                StepKind::Motion => {
                    let approach = match advise(&self.task.history, step) {
                        Advice::Try(approach) => approach,
                        Advice::Ask(question) => {
                            self.speak(&question);
                            return Ok(Some(Ending::Asked));
                        }
                    };
                    let at = self.executor.goal()?;
                    let Some(done) = self.executor.act(step, approach, &at)? else {
                        return Ok(Some(Ending::Stopped));
                    };
                    let verdict = done.outcome.verdict;
                    self.judged(done.outcome);
                    if done.stopped {
                        return Ok(Some(Ending::Stopped));
                    }
                    if verdict != Verdict::Yes {
                        return Ok(None);
                    }
                    let (rest, changes) =
                        (&plan.steps[index + 1..], &self.executor.perception.changes);
                    if let Some(name) = overtaken::disturbed(rest, changes) {
                        return Ok(self.give_up(&name));
                    }
                    ending = None;
                }
            }
        }
        Ok(ending)
    }

    /// Shows what would be done; nothing moves.
    fn dry_run(&mut self, plan: &Plan) -> Result<Ending, BridgeError> {
        let mut outlook = self
            .executor
            .show_preview(plan, &self.task.history)?
            .into_iter();
        for step in &plan.steps {
            self.tell(&Event::Step(step));
            match step.kind() {
                StepKind::Statement(text) | StepKind::Question(text) => self.speak(text),
                StepKind::Motion => {
                    let Some(outcome) = outlook.next() else {
                        break;
                    };
                    let refused = outcome.verdict == Verdict::Refused;
                    self.judged(outcome);
                    if refused {
                        break;
                    }
                }
                StepKind::Completion => {}
            }
        }
        Ok(Ending::DryRun)
    }

    /// Remembers what came of a step.
    fn judged(&mut self, outcome: Outcome) {
        self.tell(&Event::Judged(&outcome));
        if outcome.verdict == Verdict::Refused {
            self.task.refusals.push(outcome.reason.clone());
        }
        self.task.history.push(outcome);
    }

    /// Gives up a plan whose objects somebody else moves, for another one, or in the end asks.
    fn give_up(&mut self, name: &str) -> Option<Ending> {
        self.task.overtaken += 1;
        (self.task.overtaken > PATIENCE).then(|| {
            self.speak(&format!(
                "The {name} is moved again and again. Shall I go on?"
            ));
            Ending::Asked
        })
    }

    /// Says what needs no model.
    fn reply(&mut self, words: &str) -> Ending {
        self.speak(words);
        match self.task.speech_act {
            SpeechAct::Report => Ending::Asked,
            _ => Ending::Said,
        }
    }

    /// Answers with what is seen, which is true whatever was asked.
    fn describe(&mut self) -> Ending {
        let words = seen(&self.executor.perception.views());
        self.speak(&words);
        Ending::Said
    }

    /// Leaves a task that did not succeed in its turns with a question, not in silence.
    fn ask_for_help(&mut self) {
        let failed = self.task.history.last();
        let failed = failed.filter(|last| last.verdict != Verdict::Yes);
        let question = match (failed, &self.task.rejection) {
            (Some(Outcome { step, reason, .. }), _) => {
                format!("I could not {step}: {reason}. Shall I go on?")
            }
            (None, Some(why)) => format!("I found no plan that I can carry out: {why}."),
            (None, None) => return,
        };
        self.speak(&question);
    }

    fn speak(&mut self, text: &str) {
        self.tell(&Event::Said(text));
        self.task.said.push(text.to_owned());
    }

    fn tell(&mut self, event: &Event<'_>) {
        self.executor.observers.tell(event);
    }

    fn is_stopped(&self) -> bool {
        self.executor.arm.stop_switch().is_pressed()
    }
}
