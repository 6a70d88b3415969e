//! What clients change.

use enact_plan::Plan;
use serde_json::json;

use super::ArmSession;
use super::state::{Decision, Inner};
use super::task::{Accepted, PlanView, TaskEntry, TaskRecord, TaskState, Work};
use crate::access::{Client, Role};
use crate::problem::{Problem, ProblemKind};

/// Largest number of tasks that wait.
const MAX_WAITING_TASKS: usize = 64;
/// Largest number of an instruction's characters.
const MAX_INSTRUCTION_CHARS: usize = 2000;

impl ArmSession {
    /// Takes work up; the same `key` with the same work takes up nothing more.
    ///
    /// # Errors
    /// Why it is not taken up.
    pub fn submit_work(
        &self,
        client: &Client,
        work: Work,
        approve: bool,
        key: Option<&str>,
    ) -> Result<Accepted, Problem> {
        let is_asked = !work.may_move_arm() || matches!(work, Work::Instruction { .. });
        client.require_role(if is_asked { Role::Ask } else { Role::Drive })?;
        let mut inner = self.lock();
        let print = work.fingerprint(approve);
        if let Some(key) = key
            && let Some(known) = known(&inner, client, key, &print)?
        {
            return Ok(known);
        }
        self.check_work(&work)?;
        if work.may_move_arm() && (!is_asked || !approve) {
            self.require_lease(&inner, client)?;
        }
        if let Some(fault) = &inner.fault {
            return Err(Problem::new(ProblemKind::Faulted, fault.clone()));
        }
        if self.stop.is_pressed() {
            let detail = "the arm is stopped; POST /v1/clear lets it move again";
            return Err(Problem::new(ProblemKind::Stopped, detail));
        }
        if work.is_immediate() && (inner.running.is_some() || !inner.queue.is_empty()) {
            let detail = "other tasks are carried out or wait; this is for an arm that is idle";
            return Err(Problem::new(ProblemKind::Busy, detail));
        }
        if inner.queue.len() >= MAX_WAITING_TASKS {
            let detail = format!("{MAX_WAITING_TASKS} tasks wait already");
            return Err(Problem::new(ProblemKind::QueueFull, detail));
        }
        let id = inner.next;
        let record = TaskRecord {
            id,
            kind: work.kind(),
            instruction: work.describe_in_words(),
            by: client.name.clone(),
            approve: approve && work.kind() == super::task::TaskKind::Instruction,
            state: TaskState::Queued,
            place: None,
            turn: 0,
            ending: None,
            reached: None,
            said: Vec::new(),
            reason: None,
            asked_at: (self.clock)(),
            began_at: None,
            ended_at: None,
        };
        let entry = TaskEntry {
            record,
            work,
            key: key.map(str::to_owned),
            print,
            plan: None,
            edited: None,
            agreed: None,
            rejected: false,
        };
        let before = inner.next;
        inner.tasks.insert(id, entry);
        inner.queue.push_back(id);
        inner.next += 1;
        if let Err(error) = self.save_tasks(&mut inner) {
            inner.tasks.remove(&id);
            inner.queue.retain(|queued| *queued != id);
            inner.next = before;
            let detail = format!("the queue cannot be kept, so nothing is taken up: {error}");
            return Err(Problem::new(ProblemKind::Internal, detail));
        }
        let place = inner.queue.len() - 1;
        self.publish_task(&inner, id);
        self.publish_queue(&inner);
        self.publish_status_if_changed(&mut inner);
        self.changed.notify_all();
        Ok(Accepted { id, place })
    }

    /// Returns all tasks that are known, the newest last.
    pub fn tasks(&self) -> Vec<TaskRecord> {
        let inner = self.lock();
        let ids: Vec<u64> = inner.tasks.keys().copied().collect();
        ids.into_iter()
            .filter_map(|id| inner.task_record(id))
            .collect()
    }

    /// Returns a task.
    ///
    /// # Errors
    /// [`ProblemKind::NotFound`].
    pub fn task(&self, id: u64) -> Result<TaskRecord, Problem> {
        self.lock().task_record(id).ok_or_else(|| no_task(id))
    }

    /// Returns the newest plan of a task.
    ///
    /// # Errors
    /// [`ProblemKind::NotFound`].
    pub fn plan_of_task(&self, id: u64) -> Result<PlanView, Problem> {
        let inner = self.lock();
        let entry = inner.tasks.get(&id).ok_or_else(|| no_task(id))?;
        entry.plan.clone().ok_or_else(|| {
            Problem::new(
                ProblemKind::NotFound,
                format!("there is no plan for task {id} yet"),
            )
        })
    }

    /// Takes a task that waits out of the queue, or stops the one that is being carried out.
    ///
    /// # Errors
    /// [`ProblemKind::Over`], [`ProblemKind::Role`] if it is another client's, or
    /// [`ProblemKind::NotFound`].
    pub fn cancel_task(&self, client: &Client, id: u64) -> Result<TaskRecord, Problem> {
        client.require_role(Role::Ask)?;
        let mut inner = self.lock();
        let entry = inner.tasks.get_mut(&id).ok_or_else(|| no_task(id))?;
        if entry.record.by != client.name {
            client.require_role(Role::Drive)?;
        }
        match entry.record.state {
            TaskState::Queued => {
                entry.record.state = TaskState::Cancelled;
                entry.record.reason = Some(format!("{} cancelled it", client.name));
                entry.record.ended_at = Some((self.clock)());
                inner.queue.retain(|queued| *queued != id);
                self.save_tasks_or_log(&mut inner);
                self.publish_task(&inner, id);
                self.publish_queue(&inner);
                self.publish_status_if_changed(&mut inner);
            }
            TaskState::Running => self.press_stop(&client.name),
            _ => {
                let detail = format!("task {id} is over");
                return Err(Problem::new(ProblemKind::Over, detail));
            }
        }
        inner.task_record(id).ok_or_else(|| no_task(id))
    }

    /// Says yes or no to a plan that waits; `steps` replace its own.
    ///
    /// # Errors
    /// [`ProblemKind::NotWaiting`] if this is not the plan that waits, or
    /// [`ProblemKind::NotDriver`].
    pub fn decide_on_plan(
        &self,
        client: &Client,
        id: u64,
        plan: u64,
        agreed: bool,
        steps: Option<Plan>,
    ) -> Result<TaskRecord, Problem> {
        client.require_role(Role::Drive)?;
        let mut inner = self.lock();
        self.require_lease(&inner, client)?;
        if !inner.tasks.contains_key(&id) {
            return Err(no_task(id));
        }
        let waiting = inner.waiting.as_mut().filter(|waiting| {
            waiting.task == id && waiting.plan == plan && waiting.decision.is_none()
        });
        let Some(waiting) = waiting else {
            return Err(Problem::new(
                ProblemKind::NotWaiting,
                format!("plan {plan} of task {id} does not wait for an answer (any more)"),
            ));
        };
        waiting.decision = Some(match (agreed, steps) {
            (false, _) => Decision::Reject,
            (true, None) => Decision::Approve,
            (true, Some(steps)) => Decision::Edit(steps),
        });
        self.changed.notify_all();
        inner.task_record(id).ok_or_else(|| no_task(id))
    }

    /// Releases the stop switch. Whatever waits stays paused.
    ///
    /// # Errors
    /// [`ProblemKind::NotDriver`], or [`ProblemKind::Busy`] while the task that was stopped has not
    /// come to its end: it must not go on.
    pub fn clear_stop(&self, client: &Client) -> Result<(), Problem> {
        client.require_role(Role::Drive)?;
        let mut inner = self.lock();
        self.require_lease(&inner, client)?;
        if self.stop.is_pressed() {
            if inner.running.is_some() {
                let detail = "the arm is being stopped; clear once it is";
                return Err(Problem::new(ProblemKind::Busy, detail));
            }
            if !inner.queue.is_empty() {
                inner.paused = Some("it was stopped; resume goes on with what waits".to_owned());
            }
            inner.stopped = None;
            self.stop.release();
            self.events
                .push("stop", &json!({"stopped": false, "reason": null}));
        }
        self.publish_status_if_changed(&mut inner);
        self.changed.notify_all();
        Ok(())
    }

    /// Has the loop wait before the next step.
    ///
    /// # Errors
    /// [`ProblemKind::NotDriver`].
    pub fn pause_work(&self, client: &Client) -> Result<(), Problem> {
        client.require_role(Role::Drive)?;
        let mut inner = self.lock();
        self.require_lease(&inner, client)?;
        let reason = || format!("{} paused it", client.name);
        inner.paused.get_or_insert_with(reason);
        self.publish_status_if_changed(&mut inner);
        Ok(())
    }

    /// Lets the loop go on.
    ///
    /// # Errors
    /// [`ProblemKind::NotDriver`].
    pub fn resume_work(&self, client: &Client) -> Result<(), Problem> {
        client.require_role(Role::Drive)?;
        let mut inner = self.lock();
        self.require_lease(&inner, client)?;
        inner.paused = None;
        self.publish_status_if_changed(&mut inner);
        self.changed.notify_all();
        Ok(())
    }

    /// Refuses work that makes no sense for this robot.
    fn check_work(&self, work: &Work) -> Result<(), Problem> {
        let invalid = |detail: String| Err(Problem::new(ProblemKind::Invalid, detail));
        match work {
            Work::Instruction { instruction } | Work::Plan { instruction } => {
                if !instruction.contains(char::is_alphanumeric) {
                    return invalid("the instruction has no words".to_owned());
                }
                if instruction.chars().count() > MAX_INSTRUCTION_CHARS {
                    return invalid(format!(
                        "the instruction has more than {MAX_INSTRUCTION_CHARS} characters"
                    ));
                }
            }
            Work::Skill { step } if !step.moves_arm() => {
                return invalid(format!("`{step}` moves nothing"));
            }
            Work::Skill { .. } | Work::Look | Work::Home => {}
            Work::Jog { joint, by } => {
                let Some(known) = self.robot.joints.iter().find(|it| it.name == *joint) else {
                    let names: Vec<&str> = self.robot.joints.iter().map(|it| &*it.name).collect();
                    let names = names.join(", ");
                    return invalid(format!("there is no joint `{joint}`; there are {names}"));
                };
                let most = known.largest_jog();
                if !by.is_finite() || *by == 0.0 || by.abs() > most {
                    return invalid(format!(
                        "a jog of `{joint}` is at most {most} {}, and not 0",
                        known.unit
                    ));
                }
            }
        }
        Ok(())
    }
}

/// Returns what a client's key was answered before.
fn known(
    inner: &Inner,
    client: &Client,
    key: &str,
    print: &str,
) -> Result<Option<Accepted>, Problem> {
    let is_it =
        |entry: &&TaskEntry| entry.record.by == client.name && entry.key.as_deref() == Some(key);
    let Some(entry) = inner.tasks.values().find(is_it) else {
        return Ok(None);
    };
    if entry.print != print {
        let detail = format!(
            "the key was used for task {}, which is another",
            entry.record.id
        );
        return Err(Problem::new(ProblemKind::KeyReused, detail));
    }
    let id = entry.record.id;
    let place = inner.queue.iter().position(|queued| *queued == id);
    Ok(Some(Accepted {
        id,
        place: place.unwrap_or(0),
    }))
}

fn no_task(id: u64) -> Problem {
    Problem::new(ProblemKind::NotFound, format!("there is no task {id}"))
}
