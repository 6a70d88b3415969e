//! Waits until a task is over, tells what happens meanwhile, and has a person asked for plans.

use std::future::pending;
use std::time::Duration;

use rmcp::model::{CallToolResponse, InputRequiredResult};
use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval};

use super::answers;
use super::approval::{Question, Reply, about_plan, input_required_result};
use super::call::Call;
use super::progress::Progress;
use super::{McpServer, PlanApprover};
use crate::access::{Client, Role};
use crate::problem::{Problem, ProblemKind};
use crate::session::task::{PlanView, TaskRecord, TaskState};
use crate::session::{ArmSession, Work};

/// Interval at which the lease of a client whose call is going on is renewed.
const RENEWAL: Duration = Duration::from_secs(5);

/// A task that was taken up for a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct FollowedTask {
    /// Its number.
    pub(super) id: u64,
    /// Whether it may move the arm.
    pub(super) moves: bool,
    /// Number of the newest event before the call.
    pub(super) at: u64,
    /// Whether the client asks a person for each plan.
    pub(super) asks: bool,
    /// Number of the plan that was answered before this call.
    pub(super) answered: Option<u64>,
}

/// The question that a person is being asked, with the number of the plan that it is about.
type Asked = Option<(u64, Question)>;

/// What came of following a task.
pub(super) enum FollowOutcome {
    /// It is over.
    Over(TaskRecord, Vec<Value>),
    /// The client asks a person, and calls again.
    AskFirst(InputRequiredResult),
}

impl From<FollowOutcome> for CallToolResponse {
    fn from(followed: FollowOutcome) -> Self {
        match followed {
            FollowOutcome::Over(record, steps) => answers::task(&record, steps).into(),
            FollowOutcome::AskFirst(question) => question.into(),
        }
    }
}

impl McpServer {
    /// Takes the lease, for work that moves the arm. A pause that was for this client's absence alone
    /// is over if nothing would begin by that.
    pub(super) async fn take_lease(&self) -> Result<(), Problem> {
        let client = self.client.clone();
        let taken = self.served.run_with_session(move |session| {
            session.take_lease(&client, false)?;
            let status = session.status(&client);
            if status.task.is_none() && status.queue.is_empty() {
                session.resume_after_absence(&client);
            }
            Ok(())
        });
        taken.await?;
        self.check_pause().await
    }

    /// Refuses what would wait for somebody to end a pause.
    pub(super) async fn check_pause(&self) -> Result<(), Problem> {
        match self.status().await?.pause_reason {
            None => Ok(()),
            Some(reason) => {
                let detail = format!(
                    "the arm is paused: {reason}; `resume` asks a person whether it may go on"
                );
                Err(Problem::new(ProblemKind::Busy, detail))
            }
        }
    }

    /// Takes work up, to be followed.
    pub(super) async fn take_up(
        &self,
        work: Work,
        approve: bool,
        asks: bool,
    ) -> Result<FollowedTask, Problem> {
        let at = self.newest_event_number();
        let client = self.client.clone();
        let moves = work.may_move_arm();
        let accepted = self
            .served
            .run_with_session(move |session| session.submit_work(&client, work, approve, None))
            .await?;
        Ok(FollowedTask {
            id: accepted.id,
            moves,
            at,
            asks,
            answered: None,
        })
    }

    /// Returns the number of the newest event.
    pub(super) fn newest_event_number(&self) -> u64 {
        *self
            .served
            .session
            .event_log()
            .watch_newest_number()
            .borrow()
    }

    /// Waits until a task is over. A call that is cancelled takes the task out of the queue, or stops
    /// the arm; a look or a plan that nobody waits for any more comes to its end.
    pub(super) async fn follow(
        &self,
        call: &Call,
        following: FollowedTask,
    ) -> Result<FollowOutcome, Problem> {
        let mut question = None;
        tokio::select! {
            biased;
            () = call.wait_until_cancelled() => {
                self.give_up(following).await;
                if let Some((_, asked)) = question {
                    asked.take_back().await;
                }
                Err(Problem::new(ProblemKind::Over, "the call was cancelled"))
            }
            followed = self.watch(call, following, &mut question) => followed,
        }
    }

    async fn give_up(&self, following: FollowedTask) {
        let client = self.client.clone();
        let FollowedTask { id, moves, .. } = following;
        let cancelled = self.served.run_with_session(move |session| {
            if moves || session.task(id)?.state == TaskState::Queued {
                session.cancel_task(&client, id)?;
            }
            Ok(())
        });
        if let Err(problem) = cancelled.await {
            tracing::info!("nothing to cancel: {problem}");
        }
    }

    async fn watch(
        &self,
        call: &Call,
        following: FollowedTask,
        question: &mut Asked,
    ) -> Result<FollowOutcome, Problem> {
        let FollowedTask {
            id,
            at,
            mut asks,
            // The session may not have taken the answer yet.
            mut answered,
            ..
        } = following;
        let events = self.served.session.event_log();
        let mut newest = events.watch_newest_number();
        let mut progress = Progress::new(call, id, at);
        let mut renewal = interval(RENEWAL);
        renewal.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_there = true;
        loop {
            newest.borrow_and_update();
            progress.tell_news(events).await;
            let told = self.served.run_with_session(move |session| {
                Ok((session.task(id)?, session.plan_of_task(id).ok()))
            });
            let (record, plan) = told.await?;
            let is_over = !matches!(record.state, TaskState::Queued | TaskState::Running);
            let waiting = plan.filter(|it| it.waiting && !is_over && Some(it.plan) != answered);
            if let Some((_, asked)) =
                question.take_if(|(plan, _)| waiting.as_ref().is_none_or(|it| it.plan != *plan))
            {
                asked.take_back().await;
            }
            if is_over {
                return Ok(FollowOutcome::Over(record, progress.steps));
            }
            if let Some(plan) = waiting
                && question.is_none()
            {
                let about = about_plan(&record.instruction, &plan);
                if asks && call.asks_between_calls() {
                    let state = Some(state_of(id, &plan));
                    return Ok(FollowOutcome::AskFirst(input_required_result(about, state)));
                }
                if asks {
                    match Question::put(call, about).await {
                        Ok(asked) => *question = Some((plan.plan, asked)),
                        Err(why) => asks = self.without_question(id, plan.plan, &why).await?,
                    }
                } else {
                    progress.say(self.who_says_yes().await?).await;
                }
            }
            tokio::select! {
                changed = newest.changed() => {
                    if changed.is_err() {
                        return Err(Problem::new(ProblemKind::Internal, "the session ended"));
                    }
                }
                _ = renewal.tick(), if is_there => self.note(ArmSession::renew_lease).await?,
                () = call.wait_until_disconnected(), if is_there => {
                    is_there = false;
                    self.note(ArmSession::note_connection_lost).await?;
                }
                (plan, reply) = reply_to(question) => {
                    *question = None;
                    asks = self.answer_plan(id, plan, &reply).await?;
                    answered = Some(plan).filter(|_| reply.is_from_person()).or(answered);
                }
            }
        }
    }

    /// Tells the session what a person said to a plan, if they could be asked. Returns whether the
    /// client goes on asking.
    ///
    /// # Errors
    /// If nobody can be asked.
    pub(super) async fn answer_plan(
        &self,
        id: u64,
        plan: u64,
        reply: &Reply,
    ) -> Result<bool, Problem> {
        match reply {
            Reply::Yes => self.decide(id, plan, true).await,
            Reply::No => self.decide(id, plan, false).await,
            Reply::Unable(why) => self.without_question(id, plan, why).await,
        }
    }

    /// Tells the session what a person said to a plan. Returns whether the client goes on asking: not
    /// if somebody else drives now.
    async fn decide(&self, id: u64, plan: u64, agreed: bool) -> Result<bool, Problem> {
        let client = self.client.clone();
        let decided = self.served.run_with_session(move |session| {
            session.take_lease(&client, false)?;
            session.decide_on_plan(&client, id, plan, agreed, None)?;
            if agreed {
                session.resume_after_absence(&client);
            }
            Ok(())
        });
        match decided.await {
            Ok(()) => Ok(true),
            // Somebody was faster.
            Err(problem) if problem.kind == ProblemKind::NotWaiting => Ok(true),
            Err(Problem {
                kind: ProblemKind::Leased | ProblemKind::NotDriver,
                ..
            }) => Ok(false),
            Err(problem) => Err(problem),
        }
    }

    /// Goes on where the client cannot ask: the console may, and without one the task is over.
    async fn without_question(&self, id: u64, plan: u64, why: &str) -> Result<bool, Problem> {
        tracing::warn!("the client could not ask a person: {why}");
        if self.approver != PlanApprover::Client {
            return Ok(false);
        }
        self.decide(id, plan, false).await?;
        let detail = format!(
            "the client could not ask a person for a yes to the plan, so it is not carried out: {why}"
        );
        Err(Problem::new(ProblemKind::Invalid, detail))
    }

    /// Notes whether the client is there.
    async fn note(&self, act: fn(&ArmSession, &Client)) -> Result<(), Problem> {
        let client = self.client.clone();
        let noted = self.served.run_with_session(move |session| {
            act(session, &client);
            Ok(())
        });
        noted.await
    }

    async fn who_says_yes(&self) -> Result<String, Problem> {
        Ok(match self.status().await?.driver {
            Some(driver) if driver.name != self.client.name || self.client.role < Role::Drive => {
                format!("the plan waits until {} approves it", driver.name)
            }
            _ => "the plan waits until somebody approves it at the console".to_owned(),
        })
    }
}

/// Waits for the reply to a question, if one is being asked.
async fn reply_to(question: &mut Asked) -> (u64, Reply) {
    match question {
        Some((plan, question)) => (*plan, question.reply().await),
        None => pending().await,
    }
}

/// Returns what tells which plan a client asks about.
fn state_of(id: u64, plan: &PlanView) -> String {
    format!("{id}.{}", plan.plan)
}

/// Returns task and plan that a client asked about.
pub(super) fn parse_plan_state(state: &str) -> Option<(u64, u64)> {
    let (id, plan) = state.split_once('.')?;
    Some((id.parse().ok()?, plan.parse().ok()?))
}
