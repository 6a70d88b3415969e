//! One task, turn after turn.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use enact_ground::scene::change::Change;
use enact_plan::{Exchange, Outcome, Plan, Situation, SpeechAct, StepKind, Usage, Verdict};

use crate::act::Interruption;
use crate::event::Event;
use crate::overtaken::PATIENCE;
use crate::persistence::{Advice, advise};
use crate::report::{Ending, Report};
use crate::respond::{TURNS_OF_AN_ANSWER, no_answer, spared};
use crate::session::{BridgeError, Session};

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
    pub(crate) words: String,
    /// What the person does by saying that.
    pub(crate) speech_act: SpeechAct,
    pub(crate) history: Vec<Outcome>,
    pub(crate) rejection: Option<String>,
    pub(crate) must_act: bool,
    /// How many plans were given up because what they rest on had changed.
    pub(crate) overtaken: usize,
    pub(crate) refusals: Vec<String>,
    pub(crate) said: Vec<String>,
}

impl Session<'_> {
    /// Does what `words` ask for, as far as `bounds` allow.
    pub fn run(&mut self, words: &str, bounds: Bounds) -> Result<Report, BridgeError> {
        let robot = Arc::clone(&self.robot);
        self.marks = bounds.marks;
        self.tell(&Event::Started {
            task: words,
            robot: &robot,
            bounds,
        });
        let result = self.carry_on(words, bounds);
        match &result {
            Ok(report) => self.tell(&Event::Ended(report)),
            Err(error) => self.tell(&Event::Broke(error)),
        }
        result
    }

    fn carry_on(&mut self, words: &str, bounds: Bounds) -> Result<Report, BridgeError> {
        self.usage = Usage::default();
        self.slow = false;
        let started = self.state()?.stamp;
        let mut task = Task {
            words: words.to_owned(),
            speech_act: SpeechAct::of(words),
            ..Task::default()
        };
        let (ending, turns) = self.turns(&mut task, bounds)?;
        self.conversation.push(Exchange {
            task: words.to_owned(),
            replies: task.said.clone(),
        });
        Ok(Report {
            ending,
            turns,
            steps: task.history,
            refusals: task.refusals,
            said: task.said,
            arm_seconds: self.state()?.stamp.since(started).as_secs_f64(),
            usage: self.usage,
        })
    }

    fn turns(&mut self, task: &mut Task, bounds: Bounds) -> Result<(Ending, u32), BridgeError> {
        if let Some(reply) = task.speech_act.reply(&task.words) {
            return Ok((self.reply(reply, task), 0));
        }
        if let Some(reply) = self.mind.declines(&task.words) {
            return Ok((self.reply(&reply, task), 0));
        }
        let turns = if task.speech_act.is_request() {
            bounds.turns
        } else {
            bounds.turns.min(TURNS_OF_AN_ANSWER)
        };
        for turn in 1..=turns {
            if self.stop_switch().is_pressed() {
                return Ok((Ending::Stopped, turn - 1));
            }
            self.tell(&Event::Turn(turn));
            let ending = match self.turn(task, bounds) {
                Err(error) if error.is_stop() => Some(Ending::Stopped),
                ending => ending?,
            };
            if let Some(ending) = ending {
                return Ok((ending, turn));
            }
        }
        if !task.speech_act.is_request() {
            return Ok((self.describe(task), turns));
        }
        self.ask_for_help(task);
        Ok((Ending::OutOfTurns, turns))
    }

    /// Looks, asks and acts; `Some` if that ends the task.
    fn turn(&mut self, task: &mut Task, bounds: Bounds) -> Result<Option<Ending>, BridgeError> {
        if self.look.is_none() {
            if self.may_move
                && !bounds.dry_run
                && task.speech_act.is_request()
                && let Some(Interruption::Stopped) = self.go_home()?
            {
                return Ok(Some(Ending::Stopped));
            }
            self.look_again(&[])?;
        }
        let Some(plan) = self.ask(task, bounds.rank)? else {
            return Ok(None);
        };
        if bounds.dry_run {
            self.dry_run(&plan, task).map(Some)
        } else if !self.is_approved(&plan, &task.history)? {
            Ok(Some(Ending::Stopped))
        } else if let Some(name) = self.overtaken(&plan)? {
            self.look = None;
            // What was agreed to is not done, so the next plan needs a yes of its own.
            self.may_move = self.approver.is_none();
            Ok(self.give_up(&name, task))
        } else {
            self.carry_out(&plan, task)
        }
    }

    /// Leaves a task that did not succeed in its turns with a question, not in silence.
    fn ask_for_help(&mut self, task: &mut Task) {
        let failed = task.history.last();
        let failed = failed.filter(|last| last.verdict != Verdict::Yes);
        if let Some(Outcome { step, reason, .. }) = failed.cloned() {
            let question = format!("I could not {step}: {reason}. Shall I go on?");
            self.speak(&question, task);
        } else if let Some(rejection) = task.rejection.clone() {
            self.speak(
                &format!("I found no plan that I can carry out: {rejection}."),
                task,
            );
        }
    }

    /// The planner's next plan, or `None` if its answer is rejected.
    fn ask(&mut self, task: &mut Task, rank: u32) -> Result<Option<Plan>, BridgeError> {
        let situation = self.situation(task);
        let Some(frame) = self.look.take() else {
            return Ok(None);
        };
        let mut answers = self.draw(&frame, &situation, rank.max(1))?;
        self.look = Some(frame);
        for answer in &answers {
            self.usage += answer.usage;
            self.tell(&Event::Planned {
                situation: &situation,
                answer,
            });
        }
        let Some(answer) = answers.pop() else {
            return Ok(None);
        };
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

    fn situation(&self, task: &Task) -> Situation {
        Situation {
            task: task.words.clone(),
            conversation: self.conversation.clone(),
            objects: self.views(),
            hindrances: self.grounder.hindrances(&self.memory),
            holding: self.memory.holding().map(str::to_owned),
            history: task.history.clone(),
            rejection: task.rejection.clone(),
            changes: self.changes.iter().map(Change::to_string).collect(),
            must_act: task.must_act,
        }
    }

    /// Does step after step until one fails; `Some` if that ends the task.
    fn carry_out(&mut self, plan: &Plan, task: &mut Task) -> Result<Option<Ending>, BridgeError> {
        let mut ending = None;
        for (index, step) in plan.steps.iter().enumerate() {
            if step.moves() && self.stop_switch().is_pressed() {
                return Ok(Some(Ending::Stopped));
            }
            self.tell(&Event::Step(step));
            match step.kind() {
                StepKind::Completion => return Ok(Some(Ending::Done)),
                StepKind::Statement(text) => {
                    self.speak(text, task);
                    ending = Some(Ending::Said);
                }
                StepKind::Question(question) => {
                    self.speak(question, task);
                    return Ok(Some(Ending::Asked));
                }
                StepKind::Motion => {
                    let approach = match advise(&task.history, step) {
                        Advice::Try(approach) => approach,
                        Advice::Ask(question) => {
                            self.speak(&question, task);
                            return Ok(Some(Ending::Asked));
                        }
                    };
                    let at = self.goal()?;
                    let Some(done) = self.act(step, approach, &at)? else {
                        return Ok(Some(Ending::Stopped));
                    };
                    let verdict = done.outcome.verdict;
                    if verdict == Verdict::Refused {
                        task.refusals.push(done.outcome.reason.clone());
                    }
                    self.tell(&Event::Judged(&done.outcome));
                    task.history.push(done.outcome);
                    if done.stopped {
                        return Ok(Some(Ending::Stopped));
                    }
                    if verdict != Verdict::Yes {
                        return Ok(None);
                    }
                    if let Some(name) = self.disturbed(&plan.steps[index + 1..]) {
                        return Ok(self.give_up(&name, task));
                    }
                    ending = None;
                }
            }
        }
        Ok(ending)
    }

    /// Gives up a plan whose objects somebody else moves, for another one, or in the end asks.
    fn give_up(&mut self, name: &str, task: &mut Task) -> Option<Ending> {
        task.overtaken += 1;
        (task.overtaken > PATIENCE).then(|| {
            let question = format!("The {name} is moved again and again. Shall I go on?");
            self.speak(&question, task);
            Ending::Asked
        })
    }

    pub(crate) fn speak(&mut self, text: &str, task: &mut Task) {
        self.tell(&Event::Said(text));
        task.said.push(text.to_owned());
    }
}
