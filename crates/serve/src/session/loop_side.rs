//! What the loop takes and tells.

use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use enact_plan::{Outcome, Plan, StepKind, Verdict};
use enact_runtime::{TaskEnd, TaskReport};
use serde_json::json;

use super::ArmSession;
use super::state::{Activity, Decision, Inner, WaitingPlan};
use super::task::{PlanView, PlannedStep, TaskKind, TaskState, Work};

/// Interval at which whoever waits looks at the stop switch.
const POLL_PERIOD: Duration = Duration::from_millis(20);

/// Work that the loop is to do now.
#[derive(Clone, Debug)]
pub struct Job {
    /// Number of the task.
    pub id: u64,
    /// What is to be done.
    pub work: Work,
    /// Whether each plan waits for a yes.
    pub approve: bool,
}

/// How work ended.
#[derive(Clone, Debug)]
pub enum JobEnd {
    /// The loop came to an end.
    Reported {
        /// Its report.
        report: TaskReport,
        /// Whether the goal was reached.
        reached: Option<bool>,
    },
    /// A motion without a plan is over: why it did not get there, if it did not.
    Moved(Option<String>),
    /// A look was taken.
    Seen,
    /// It was stopped before there was anything to report.
    Stopped,
    /// Something failed; the arm can be used all the same.
    Failed(String),
    /// The arm failed: nothing more is taken up.
    Broken(String),
}

impl ArmSession {
    /// Waits for work and returns it; `None` once the session is to end. There is none while the arm
    /// is stopped, and while it is paused only what moves nothing.
    pub fn next_job(&self) -> Option<Job> {
        let mut inner = self.lock();
        loop {
            if inner.is_over {
                return None;
            }
            let may_begin = inner.fault.is_none() && !self.stop.is_pressed();
            if may_begin && let Some(id) = inner.take_next() {
                if let Some(job) = self.begin(&mut inner, id) {
                    return Some(job);
                }
                continue;
            }
            inner = self.wait(inner);
        }
    }

    /// Ends the session: [`next_job`](Self::next_job) returns `None` from now on, and whoever waits
    /// for an answer gets a no.
    pub fn end_session(&self) {
        self.lock().is_over = true;
        self.changed.notify_all();
    }

    fn begin(&self, inner: &mut Inner, id: u64) -> Option<Job> {
        let now = (self.clock)();
        let entry = inner.tasks.get_mut(&id)?;
        entry.record.state = TaskState::Running;
        entry.record.began_at = Some(now);
        let job = Job {
            id,
            work: entry.work.clone(),
            approve: entry.record.approve,
        };
        let told = json!({
            "task": id,
            "instruction": entry.record.instruction,
            "by": entry.record.by,
        });
        inner.running = Some(id);
        inner.activity = match job.work {
            Work::Home | Work::Jog { .. } => Activity::Moving,
            _ => Activity::Planning,
        };
        // A task that cannot be noted as begun would begin once more after a restart.
        if let Err(error) = self.save_tasks(inner) {
            self.over(
                inner,
                id,
                JobEnd::Failed(format!("the queue is not kept: {error}")),
            );
            return None;
        }
        // Keeping takes a while, and a press does not wait for it.
        if self.stop.is_pressed() {
            self.put_back(inner, id);
            return None;
        }
        self.events.push("instruction", &told);
        self.publish_task(inner, id);
        self.publish_queue(inner);
        self.publish_status_if_changed(inner);
        Some(job)
    }

    /// Has a task wait again that was taken and of which nothing was begun.
    fn put_back(&self, inner: &mut Inner, id: u64) {
        if let Some(entry) = inner.tasks.get_mut(&id) {
            entry.record.state = TaskState::Queued;
            entry.record.began_at = None;
        }
        inner.queue.push_front(id);
        inner.running = None;
        inner.activity = Activity::Idle;
        self.save_tasks_or_log(inner);
    }

    /// Notes how a task ended.
    pub fn finish_task(&self, id: u64, end: JobEnd) {
        let mut inner = self.lock();
        self.over(&mut inner, id, end);
    }

    fn over(&self, inner: &mut Inner, id: u64, end: JobEnd) {
        let now = (self.clock)();
        inner.running = inner.running.filter(|running| *running != id);
        inner.waiting = None;
        inner.activity = Activity::Idle;
        if let JobEnd::Broken(why) = &end {
            inner.fault = Some(why.clone());
        }
        if let Some(entry) = inner.tasks.get_mut(&id) {
            if let Some(plan) = &mut entry.plan {
                plan.waiting = false;
            }
            let record = &mut entry.record;
            record.ended_at = Some(now);
            record.state = TaskState::Ended;
            match end {
                JobEnd::Reported { report, reached } => {
                    let failed = report.steps.last().filter(|it| it.verdict != Verdict::Yes);
                    let is_refused = failed.is_some_and(|it| it.verdict == Verdict::Refused);
                    let ending = match report.ending {
                        TaskEnd::Stopped if entry.rejected => "rejected".to_owned(),
                        // It was to be tried once.
                        TaskEnd::OutOfTurns if record.kind == TaskKind::Skill => {
                            if is_refused { "refused" } else { "not_done" }.to_owned()
                        }
                        ending => word(ending),
                    };
                    record.ending = Some(ending);
                    record.reached = reached;
                    record.turn = report.turns;
                    let why = report.refusals.last().map(String::as_str);
                    let why = why.or(failed.map(|it| it.reason.as_str()));
                    record.reason = why.filter(|why| !why.is_empty()).map(str::to_owned);
                    record.said = report.said;
                }
                JobEnd::Moved(None) => {
                    record.ending = Some("done".to_owned());
                    record.reached = Some(true);
                }
                JobEnd::Moved(Some(why)) => {
                    let is_stop = self.stop.is_pressed();
                    let ending = if is_stop { "stopped" } else { "refused" };
                    record.ending = Some(ending.to_owned());
                    record.reached = Some(false);
                    record.reason = Some(why);
                }
                JobEnd::Seen => record.ending = Some("done".to_owned()),
                JobEnd::Stopped => record.ending = Some("stopped".to_owned()),
                JobEnd::Failed(why) | JobEnd::Broken(why) => {
                    record.state = TaskState::Failed;
                    record.reason = Some(why);
                }
            }
        }
        self.save_tasks_or_log(inner);
        self.publish_task(inner, id);
        self.publish_queue(inner);
        self.publish_status_if_changed(inner);
        self.changed.notify_all();
    }

    /// Returns whether a plan with this preview may be carried out: waits for a yes if the task
    /// needs one. A stop, a pause that ends the session, and silence are a no.
    pub fn wait_for_approval(&self, plan: &Plan, preview: &[Outcome]) -> bool {
        let mut inner = self.lock();
        let Some(id) = inner.running else {
            return false;
        };
        let Some(entry) = inner.tasks.get_mut(&id) else {
            return false;
        };
        let steps = previewed(plan, preview);
        let is_feasible = preview.iter().all(|it| it.verdict != Verdict::Refused);
        let is_agreed = entry.agreed.take().is_some_and(|agreed| agreed == *plan);
        let needs_yes = entry.record.approve && !(is_agreed && is_feasible);
        let known = entry.plan.get_or_insert_with(|| PlanView {
            plan: 0,
            steps: Vec::new(),
            waiting: false,
            edited: false,
            thoughts: Vec::new(),
            critic: Vec::new(),
        });
        known.steps = steps;
        known.waiting = needs_yes;
        let told = known.clone();
        self.tell_verdicts(id, &told);
        if !needs_yes {
            return true;
        }
        inner.waiting = Some(WaitingPlan {
            task: id,
            plan: told.plan,
            decision: None,
        });
        inner.activity = Activity::Waiting;
        self.tell_plan(id, &told);
        self.publish_status_if_changed(&mut inner);
        let decision = loop {
            if inner.is_over || self.stop.is_pressed() {
                break None;
            }
            if let Some(decision) = inner.waiting.as_mut().and_then(|it| it.decision.take()) {
                break Some(decision);
            }
            inner = self.wait(inner);
        };
        inner.waiting = None;
        inner.activity = Activity::Planning;
        let mut agreed = false;
        if let Some(entry) = inner.tasks.get_mut(&id) {
            if let Some(plan) = &mut entry.plan {
                plan.waiting = false;
            }
            match decision {
                Some(Decision::Approve) => agreed = true,
                Some(Decision::Edit(plan)) => {
                    entry.edited = Some(plan.without_repeated_placements())
                }
                Some(Decision::Reject) => entry.rejected = true,
                None => {}
            }
        }
        self.publish_status_if_changed(&mut inner);
        agreed
    }

    /// Returns the plan that a person put in the place of the one that was refused, to be carried
    /// out now.
    pub fn take_edited_plan(&self, id: u64) -> Option<Plan> {
        let mut inner = self.lock();
        let entry = inner.tasks.get_mut(&id)?;
        let edited = entry.edited.take()?;
        entry.agreed = Some(edited.clone());
        Some(edited)
    }

    /// Waits until something changed, or it is time to look at the stop switch again.
    fn wait<'a>(&self, inner: MutexGuard<'a, Inner>) -> MutexGuard<'a, Inner> {
        let woken = self.changed.wait_timeout(inner, POLL_PERIOD);
        woken.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Waits while the session is paused. A stop ends the wait: what follows it is refused then.
    pub(super) fn wait_while_paused(&self) {
        let mut inner = self.lock();
        while inner.paused.is_some() && !inner.is_over && !self.stop.is_pressed() {
            if inner.activity != Activity::Held {
                inner.activity = Activity::Held;
                self.publish_status_if_changed(&mut inner);
            }
            inner = self.wait(inner);
        }
    }

    pub(super) fn tell_plan(&self, id: u64, plan: &PlanView) {
        let steps: Vec<_> = plan
            .steps
            .iter()
            .map(|it| json!({"step": it.step, "text": it.text}))
            .collect();
        self.events.push(
            "plan",
            &json!({
                "task": id,
                "plan": plan.plan,
                "steps": steps,
                "waiting": plan.waiting,
                "edited": plan.edited,
            }),
        );
    }

    fn tell_verdicts(&self, id: u64, plan: &PlanView) {
        for (index, step) in plan.steps.iter().enumerate() {
            if step.verdict.is_some() {
                self.events.push(
                    "verdict",
                    &json!({
                        "task": id,
                        "plan": plan.plan,
                        "index": index,
                        "verdict": step.verdict,
                        "reason": step.reason,
                    }),
                );
            }
        }
    }
}

/// Tells the steps of a plan with what a preview says of those that move the arm.
fn previewed(plan: &Plan, preview: &[Outcome]) -> Vec<PlannedStep> {
    let mut preview = preview.iter();
    let mut steps = PlannedStep::list_from_plan(plan);
    for (told, step) in steps.iter_mut().zip(&plan.steps) {
        if step.kind() != StepKind::Motion {
            continue;
        }
        let Some(outcome) = preview.next() else {
            break;
        };
        let is_refused = outcome.verdict == Verdict::Refused;
        told.verdict = Some(if is_refused { "refused" } else { "feasible" }.to_owned());
        told.reason = is_refused.then(|| outcome.reason.clone());
    }
    steps
}

/// Returns the word for an ending.
fn word(ending: TaskEnd) -> String {
    let word = json!(ending);
    word.as_str().unwrap_or_default().to_owned()
}
