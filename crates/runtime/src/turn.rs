//! One task, turn after turn.

use serde::{Deserialize, Serialize};

use enact_ground::scene::change::ObjectDisplacement;
use enact_plan::{
    ConversationTurn, EndedTask, ModelResponse, Outcome, Plan, PlannerError, Situation, SpeechAct,
    StepKind, Verdict, denial_sentences_of_idle_plan,
};
use enact_types::JointVector;

use crate::approval::Consent;
use crate::event::Event;
use crate::execute::Executor;
use crate::gated_arm::Interruption;
use crate::plan_choice::PlanChoice;
use crate::preview::PlanPreview;
use crate::rank::sort_best_last;
use crate::reply_only::{
    MAX_REPLY_ATTEMPTS, describe_seen_objects, find_handled_protected_object, reason_not_an_answer,
};
use crate::report::TaskEnd;
use crate::retry_policy::{RetryDecision, retry_decision};
use crate::session::RuntimeError;
use crate::stale_plan::{self, MAX_STALE_PLANS};
use crate::vote::sort_by_votes;

/// Most turns of the arm in a task to see what it hides: what it does not hide on one side, it may on
/// the other.
const SIDES: usize = 2;

/// Bounds of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskOptions {
    /// Largest number of turns.
    pub turns: u32,
    /// Whether to stop before the first motion.
    pub dry_run: bool,
    /// How many plans are drawn each turn, and which of them is carried out.
    #[serde(flatten)]
    pub choice: PlanChoice,
    /// Whether objects are shown to the model with numbers to name, rather than pointed at by it.
    #[serde(default)]
    pub marks: bool,
}

impl TaskOptions {
    /// Creates options with at most this many turns, each of which asks for a single plan and
    /// carries it out.
    pub const fn from_max_turns(turns: u32) -> Self {
        Self {
            turns,
            dry_run: false,
            choice: PlanChoice::Only,
            marks: false,
        }
    }
}

/// State of the current task.
#[derive(Debug, Default)]
pub(crate) struct TaskState {
    instruction: String,
    /// Speech act of the instruction.
    speech_act: SpeechAct,
    pub(crate) history: Vec<Outcome>,
    rejection: Option<String>,
    must_act: bool,
    /// Number of plans given up because their premises had changed.
    outdated: usize,
    /// Where the arm stood when it was looked for what it hides.
    looked_from: Vec<JointVector>,
    /// What had changed at a look that became too old before a plan was made of it.
    unplanned_changes: Vec<ObjectDisplacement>,
    pub(crate) refusals: Vec<String>,
    pub(crate) said: Vec<String>,
}

/// A task in progress.
pub(crate) struct TaskRun<'s, 'a> {
    task: TaskState,
    options: TaskOptions,
    executor: &'s mut Executor<'a>,
    consent: &'s mut Consent<'a>,
    /// The earlier tasks.
    conversation: &'s [ConversationTurn],
}

impl<'s, 'a> TaskRun<'s, 'a> {
    pub(crate) fn new(
        instruction: &str,
        options: TaskOptions,
        executor: &'s mut Executor<'a>,
        consent: &'s mut Consent<'a>,
        conversation: &'s [ConversationTurn],
    ) -> Self {
        Self {
            task: TaskState {
                instruction: instruction.to_owned(),
                speech_act: SpeechAct::classify_after(conversation, instruction),
                ..TaskState::default()
            },
            options,
            executor,
            consent,
            conversation,
        }
    }

    /// Carries out the task within its bounds; returns its state, the reason for its end, and the
    /// last turn.
    ///
    /// # Errors
    /// If the arm, the camera or the model fails.
    pub(crate) fn run(mut self) -> Result<(TaskState, TaskEnd, u32), RuntimeError> {
        let (ending, turns) = self.turns()?;
        let calls_for_words = matches!(
            self.task.speech_act,
            SpeechAct::Question | SpeechAct::Location | SpeechAct::SmallTalk
        );
        let ending = match ending {
            TaskEnd::Said if calls_for_words => TaskEnd::Answered,
            ending => ending,
        };
        self.tell_ending(&ending);
        Ok((self.task, ending, turns))
    }

    /// Tells the agent how the task ended, for it may learn from that.
    fn tell_ending(&mut self, ending: &TaskEnd) {
        if *ending == TaskEnd::Stopped {
            return;
        }
        let task = &self.task;
        let ended = EndedTask {
            instruction: &task.instruction,
            history: &task.history,
            rejection: task.rejection.as_deref(),
            said: &task.said,
            is_done: *ending == TaskEnd::Done,
        };
        // The task is over in any case.
        if let Err(error) = self.executor.agent.task_ended(&ended) {
            tracing::warn!("nothing was learned from the task: {error}");
        }
    }

    fn turns(&mut self) -> Result<(TaskEnd, u32), RuntimeError> {
        match self.reconsider() {
            Err(error) if error.is_caused_by_stop() => return Ok((TaskEnd::Stopped, 0)),
            done => done?,
        }
        let (instruction, execute_step) = (&self.task.instruction, self.task.speech_act);
        let reply = execute_step.reply(instruction).map(str::to_owned);
        if let Some(reply) =
            reply.or_else(|| self.executor.agent.reply_if_not_understood(instruction))
        {
            return Ok((self.reply(&reply), 0));
        }
        self.executor.forget_stale_look()?;
        let turns = if execute_step.is_request() {
            self.options.turns
        } else {
            self.options.turns.min(MAX_REPLY_ATTEMPTS)
        };
        for turn in 1..=turns {
            if self.is_stopped() {
                return Ok((TaskEnd::Stopped, turn - 1));
            }
            self.notify(&Event::TurnStarted(turn));
            let ending = match self.turn() {
                Err(error) if error.is_caused_by_stop() => Some(TaskEnd::Stopped),
                ending => ending?,
            };
            if let Some(ending) = ending {
                return Ok((ending, turn));
            }
        }
        if !execute_step.is_request() {
            return Ok((self.describe(), turns));
        }
        self.ask_for_help();
        Ok((TaskEnd::OutOfTurns, turns))
    }

    /// Takes what sounds like news or a question for a request if, about what is seen, it surely is one
    /// in other words.
    fn reconsider(&mut self) -> Result<(), RuntimeError> {
        if !self.task.speech_act.may_be_request() {
            return Ok(());
        }
        self.executor.forget_stale_look()?;
        if self.executor.perception.look.is_none() {
            self.executor.look_at_table(&[])?;
        }
        self.task.speech_act = self.situation().speech_act();
        Ok(())
    }

    /// Looks, asks and acts; returns `Some` if that ends the task.
    fn turn(&mut self) -> Result<Option<TaskEnd>, RuntimeError> {
        if self.executor.perception.look.is_none() {
            // After a stop the fingers may have let go.
            if self.executor.perception.memory.held_object().is_some() {
                self.executor.notice_loss()?;
            }
            if self.consent.may_move()
                && !self.options.dry_run
                && self.task.speech_act.is_request()
                && let Some(Interruption::Stopped) = self.executor.go_home()?
            {
                return Ok(Some(TaskEnd::Stopped));
            }
            self.executor.look_at_table(&[])?;
            let noticed = std::mem::take(&mut self.task.unplanned_changes);
            self.executor.perception.changes.splice(0..0, noticed);
        }
        let mut plan = self.ask()?;
        while let Some(last) = &plan
            && self.looks_behind_arm(&denial_sentences_of_idle_plan(last))?
        {
            plan = self.ask()?;
        }
        let Some(plan) = plan else {
            self.executor.forget_stale_look()?;
            let perception = &self.executor.perception;
            if perception.look.is_none() {
                self.task.unplanned_changes.clone_from(&perception.changes);
            }
            return Ok(None);
        };
        if self.options.dry_run {
            self.dry_run(&plan).map(Some)
        } else if !self.is_approved(&plan)? {
            Ok(Some(TaskEnd::Stopped))
        } else if let Some(name) = self.outdated(&plan)? {
            self.executor.perception.look = None;
            self.consent.lapse();
            Ok(self.give_up(&name))
        } else {
            self.carry_out(&plan)
        }
    }

    /// Looks again where the arm hides a part of the table, to either side of it in each task, before
    /// `denials` are said of what is not seen. Returns whether it did.
    fn looks_behind_arm(&mut self, denials: &[String]) -> Result<bool, RuntimeError> {
        let may_move =
            self.consent.may_move() && !self.options.dry_run && self.task.speech_act.is_request();
        if denials.is_empty() || !may_move || self.task.looked_from.len() >= SIDES {
            return Ok(false);
        }
        let executor = &mut self.executor;
        executor.look_behind_arm(denials, &mut self.task.looked_from)
    }

    /// Returns the planner's next plan, or `None` if its answer is rejected.
    fn ask(&mut self) -> Result<Option<Plan>, RuntimeError> {
        let situation = self.situation();
        let drawn = self.draw(&situation);
        if drawn.is_err() {
            // The next turn repeats a look for which no answer came.
            self.executor.perception.look = None;
        }
        let mut answers = drawn?;
        for answer in &answers {
            self.executor.usage += answer.usage;
            self.notify(&Event::Planned {
                situation: &situation,
                answer,
            });
        }
        let Some(answer) = answers.pop() else {
            return Ok(None);
        };
        let task = &mut self.task;
        match answer.parsed {
            Ok(plan) => {
                if let Some(why) = reason_not_an_answer(task.speech_act, &plan, &situation) {
                    task.rejection = Some(why);
                    return Ok(None);
                }
                if let Some(name) = find_handled_protected_object(&plan, &situation) {
                    task.rejection = Some(format!("the {name} is not to be touched"));
                    return Ok(None);
                }
                if let Some(name) = situation.seen_object_denied_by(&plan) {
                    task.rejection = Some(format!("you deny seeing the {name}, but it is listed"));
                    task.must_act = true;
                    return Ok(None);
                }
                task.rejection = None;
                Ok(Some(plan.without_repeated_placements()))
            }
            Err(rejection) => {
                task.rejection = Some(rejection.to_string());
                Ok(None)
            }
        }
    }

    /// Asks for as many plans as the bounds say, or for the one that no model is asked for. The best
    /// answer is last.
    fn draw(&mut self, situation: &Situation) -> Result<Vec<ModelResponse<Plan>>, RuntimeError> {
        let executor = &mut *self.executor;
        let Some(frame) = &executor.perception.look else {
            return Ok(Vec::new());
        };
        let choice = self.options.choice;
        // Drawn again it would be the same, and a vote on it would say nothing.
        let is_settled =
            choice.drawn_plan_count() > 1 && executor.agent.plans_without_model(situation);
        let drawn = if is_settled {
            1
        } else {
            choice.drawn_plan_count()
        };
        let answers: Vec<ModelResponse<Plan>> = (0..drawn)
            .map(|_| executor.agent.plan(frame, situation))
            .collect::<Result<_, _>>()?;
        if answers.len() < 2 {
            return Ok(answers);
        }
        let at = executor.commanded_or_measured()?;
        let mut previewed = Vec::with_capacity(answers.len());
        for answer in answers {
            // Previews are not awaited after a stop either.
            if executor.arm.stop_switch().is_pressed() {
                return Err(PlannerError::Stopped.into());
            }
            let preview = |plan| executor.preview(plan, &situation.history, at.clone());
            let preview = answer.parsed.as_ref().ok().map(preview);
            previewed.push((answer, preview));
        }
        if let PlanChoice::Vote(_) = choice {
            return Ok(sort_by_votes(previewed, &situation.history));
        }
        let outcomes = |preview: Option<PlanPreview>| preview.map(|it| it.outcomes);
        let previewed = previewed
            .into_iter()
            .map(|(answer, preview)| (answer, outcomes(preview).unwrap_or_default()));
        Ok(sort_best_last(previewed.collect(), &situation.history))
    }

    fn situation(&self) -> Situation {
        let (perception, task) = (&self.executor.perception, &self.task);
        Situation {
            instruction: task.instruction.clone(),
            conversation: self.conversation.to_vec(),
            objects: perception.object_views(),
            infeasibilities: perception.grounder.infeasibilities(&perception.memory),
            holding: perception.memory.held_object_name().map(str::to_owned),
            history: task.history.clone(),
            rejection: task.rejection.clone(),
            vetoes: Vec::new(),
            changes: perception
                .changes
                .iter()
                .map(ObjectDisplacement::to_string)
                .collect(),
            must_act: task.must_act,
            examples: Vec::new(),
            notes: Vec::new(),
            pictures: Vec::new(),
            thought_tokens: None,
        }
    }

    /// Returns whether a plan may be carried out.
    fn is_approved(&mut self, plan: &Plan) -> Result<bool, RuntimeError> {
        if !self.consent.has_approver() || !stale_plan::plan_moves_arm(plan) {
            return Ok(true);
        }
        let preview = self.executor.show_preview(plan, &self.task.history)?;
        let agreed = self.consent.ask(plan, &preview);
        self.notify(&Event::Approved(agreed));
        Ok(agreed)
    }

    /// Returns a name in the plan whose object has left the place where the plan's look showed it,
    /// if that look is old.
    fn outdated(&mut self, plan: &Plan) -> Result<Option<String>, RuntimeError> {
        let executor = &mut *self.executor;
        let arm_at_look = executor.perception.arm_at_look.as_ref();
        let Some(looked) = arm_at_look.map(|arm| arm.stamp) else {
            return Ok(None);
        };
        if !stale_plan::plan_moves_arm(plan) || !stale_plan::is_old(looked, executor.state()?.stamp)
        {
            return Ok(None);
        }
        let names = stale_plan::object_names(&plan.steps);
        executor
            .perception
            .find_displaced_object(names, &mut executor.observers)
    }

    /// Carries out step after step until one fails; returns `Some` if that ends the task.
    fn carry_out(&mut self, plan: &Plan) -> Result<Option<TaskEnd>, RuntimeError> {
        let mut ending = None;
        for (index, step) in plan.steps.iter().enumerate() {
            if step.moves_arm() && self.is_stopped() {
                return Ok(Some(TaskEnd::Stopped));
            }
            self.notify(&Event::StepStarted(step));
            match step.kind() {
                StepKind::Completion => return Ok(Some(TaskEnd::Done)),
                StepKind::Statement(text) => {
                    self.speak(text);
                    ending = Some(TaskEnd::Said);
                }
                StepKind::Question(question) => {
                    self.speak(question);
                    return Ok(Some(TaskEnd::Asked));
                }
                StepKind::Motion => {
                    let attempt = match retry_decision(&self.task.history, step) {
                        RetryDecision::Try(attempt) => attempt,
                        RetryDecision::Ask(question) => {
                            self.speak(&question);
                            return Ok(Some(TaskEnd::Asked));
                        }
                    };
                    let at = self.executor.commanded_or_measured()?;
                    let Some(done) = self.executor.execute_step(step, attempt, &at)? else {
                        return Ok(Some(TaskEnd::Stopped));
                    };
                    let verdict = done.outcome.verdict;
                    self.judged(done.outcome);
                    if done.stopped {
                        return Ok(Some(TaskEnd::Stopped));
                    }
                    if verdict != Verdict::Yes {
                        return Ok(None);
                    }
                    let (rest, changes) =
                        (&plan.steps[index + 1..], &self.executor.perception.changes);
                    if let Some(name) = stale_plan::find_disturbed_object(rest, changes) {
                        return Ok(self.give_up(&name));
                    }
                    ending = None;
                }
            }
        }
        Ok(ending)
    }

    /// Shows the plan without moving anything.
    fn dry_run(&mut self, plan: &Plan) -> Result<TaskEnd, RuntimeError> {
        let mut preview = self
            .executor
            .show_preview(plan, &self.task.history)?
            .into_iter();
        for step in &plan.steps {
            self.notify(&Event::StepStarted(step));
            match step.kind() {
                StepKind::Statement(text) | StepKind::Question(text) => self.speak(text),
                StepKind::Motion => {
                    let Some(outcome) = preview.next() else {
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
        Ok(TaskEnd::DryRun)
    }

    /// Records the outcome of a step.
    fn judged(&mut self, outcome: Outcome) {
        self.notify(&Event::StepVerified(&outcome));
        if outcome.verdict == Verdict::Refused {
            self.task.refusals.push(outcome.reason.clone());
        }
        self.task.history.push(outcome);
    }

    /// Gives up a plan whose objects somebody else moves, for another plan; after several such
    /// plans it asks the person.
    fn give_up(&mut self, name: &str) -> Option<TaskEnd> {
        self.task.outdated += 1;
        (self.task.outdated > MAX_STALE_PLANS).then(|| {
            self.speak(&format!(
                "The {name} is moved again and again. Shall I go on?"
            ));
            TaskEnd::Asked
        })
    }

    /// Speaks a reply that needs no model.
    fn reply(&mut self, instruction: &str) -> TaskEnd {
        self.speak(instruction);
        match self.task.speech_act {
            SpeechAct::Report => TaskEnd::Asked,
            _ => TaskEnd::Said,
        }
    }

    /// Answers with the visible objects, which is true whatever was asked.
    fn describe(&mut self) -> TaskEnd {
        let instruction = describe_seen_objects(&self.executor.perception.object_views());
        self.speak(&instruction);
        TaskEnd::Said
    }

    /// Ends a task that did not succeed within its turns with a question rather than silence. One
    /// that was to be tried only once is not to go on, and nobody is asked.
    fn ask_for_help(&mut self) {
        let is_tried_once = self.options.turns == 1;
        let failed = self.task.history.last();
        let failed = failed.filter(|last| last.verdict != Verdict::Yes);
        let question = match (failed, &self.task.rejection) {
            (Some(Outcome { step, reason, .. }), _) if is_tried_once => {
                format!("I could not {step}: {reason}.")
            }
            (Some(Outcome { step, reason, .. }), _) => {
                format!("I could not {step}: {reason}. Shall I go on?")
            }
            (None, Some(why)) => format!("I found no plan that I can carry out: {why}."),
            (None, None) => return,
        };
        self.speak(&question);
    }

    fn speak(&mut self, text: &str) {
        self.notify(&Event::Said(text));
        self.task.said.push(text.to_owned());
    }

    fn notify(&mut self, event: &Event<'_>) {
        self.executor.observers.notify(event);
    }

    fn is_stopped(&self) -> bool {
        self.executor.arm.stop_switch().is_pressed()
    }
}
