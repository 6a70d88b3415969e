//! Runs many episodes in parallel.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use enact_plan::PlannerError;
use enact_robot::Robot;
use enact_runtime::{PlanChoice, TaskOptions};
use enact_types::Reason;
use thiserror::Error;

use crate::episode::{self, EpisodeResult, WorkerAgent};
use crate::episode_setup;
use crate::shard::Shard;
use crate::store::{EpisodeStore, StoreError};
use crate::suite::Suite;

/// Settings of an evaluation.
pub struct EvalConfig<'a> {
    /// Tasks to run.
    pub suite: &'a Suite,
    /// Text of the scene that the suite builds on.
    pub scene: &'a str,
    /// Robot that acts.
    pub robot: &'a Arc<Robot>,
    /// Seed of the evaluation.
    pub seed: u64,
    /// Number of episodes.
    pub episodes: u64,
    /// Which of them are run here.
    pub shard: Shard,
    /// Number of episodes in parallel.
    pub workers: usize,
    /// Whether things are shown with numbers, for the perceiver to say what each is.
    pub marks: bool,
    /// How many plans are drawn each turn, and which of them is carried out.
    pub choice: PlanChoice,
    /// Makes an agent for a worker; `None` for the oracle. An agent is never shared, because two
    /// concurrent requests to one model go wrong.
    pub agents: Option<&'a (dyn Fn() -> Result<WorkerAgent, PlannerError> + Sync)>,
}

impl EvalConfig<'_> {
    /// Returns the numbers of the episodes that are run here.
    pub fn episode_numbers(&self) -> Vec<u64> {
        self.shard
            .episode_numbers(self.episodes, self.suite.tasks.len())
    }

    /// Returns the options of each episode.
    pub fn task_options(&self) -> TaskOptions {
        TaskOptions {
            marks: self.marks,
            choice: self.choice,
            ..TaskOptions::from_max_turns(self.suite.turns)
        }
    }
}

/// An evaluation that cannot continue.
#[derive(Debug, Error)]
pub enum RunError {
    /// The suite asks for something impossible.
    #[error("{0}")]
    Draw(#[source] Reason),
    /// An agent cannot be made.
    #[error(transparent)]
    Agent(PlannerError),
    /// An episode cannot be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Runs the episodes that are not stored yet; returns all records by number. `progress` receives
/// each.
///
/// # Errors
/// The first episode that cannot be drawn or stored, or the agent that cannot be made.
pub fn run(
    job: &EvalConfig<'_>,
    mut kept: Option<EpisodeStore>,
    progress: &mut dyn FnMut(&EpisodeResult),
) -> Result<Vec<EpisodeResult>, RunError> {
    let mut open: BTreeSet<u64> = job.episode_numbers().into_iter().collect();
    let mut records: BTreeMap<u64, EpisodeResult> = BTreeMap::new();
    for record in kept.iter().flat_map(|kept| &kept.done) {
        if open.remove(&record.episode) {
            progress(record);
            records.insert(record.episode, record.clone());
        }
    }
    let open: Vec<u64> = open.into_iter().collect();
    let next = AtomicU64::new(0);
    let (send, receive) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..job.workers.max(1) {
            let (send, next, open) = (send.clone(), &next, &open);
            scope.spawn(move || work(job, open, next, &send));
        }
        drop(send);
        for result in receive {
            let finished = result.and_then(|record: EpisodeResult| {
                if let Some(kept) = &mut kept {
                    kept.add(&record)?;
                }
                progress(&record);
                records.insert(record.episode, record);
                Ok(())
            });
            if let Err(error) = finished {
                next.store(u64::MAX / 2, Ordering::Relaxed);
                return Err(error);
            }
        }
        Ok(())
    })?;
    Ok(records.into_values().collect())
}

fn work(
    job: &EvalConfig<'_>,
    open: &[u64],
    next: &AtomicU64,
    send: &mpsc::Sender<Result<EpisodeResult, RunError>>,
) {
    let mut agent = match job.agents.map(|make| make()).transpose() {
        Ok(agent) => agent,
        Err(error) => {
            let _ = send.send(Err(RunError::Agent(error)));
            return;
        }
    };
    loop {
        let turn = next.fetch_add(1, Ordering::Relaxed) as usize;
        let Some(&number) = open.get(turn) else {
            return;
        };
        let setup =
            episode_setup::draw_random_episode(job.suite, job.scene, job.robot, job.seed, number);
        let result = setup.map_err(RunError::Draw).map(|setup| {
            let agent = WorkerAgent::episode_agent(agent.as_mut());
            episode::run(
                number,
                &setup,
                job.robot,
                job.task_options(),
                agent,
                Vec::new(),
            )
        });
        if send.send(result).is_err() {
            return;
        }
    }
}
