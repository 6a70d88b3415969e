//! Many episodes at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use enact_plan::{Mind, PlannerError};
use enact_robot::Robot;
use enact_types::Reason;
use thiserror::Error;

use crate::draw;
use crate::episode::{self, Record, Thinker};
use crate::keep::{KeepError, Kept};
use crate::suite::Suite;

/// What is evaluated.
pub struct Job<'a> {
    /// The tasks.
    pub suite: &'a Suite,
    /// Text of the scene that the suite builds on.
    pub scene: &'a str,
    /// Who acts.
    pub robot: &'a Arc<Robot>,
    /// What chance decides.
    pub seed: u64,
    /// How many episodes.
    pub episodes: u64,
    /// How many at once.
    pub workers: usize,
    /// Makes a mind for a worker; `None` for the oracle. A mind is never shared: two
    /// requests in flight on one model go wrong.
    pub minds: Option<&'a (dyn Fn() -> Result<Box<dyn Mind>, PlannerError> + Sync)>,
}

/// An evaluation that cannot go on.
#[derive(Debug, Error)]
pub enum RunError {
    /// The suite asks for something impossible.
    #[error("{0}")]
    Draw(#[source] Reason),
    /// A mind cannot be made.
    #[error(transparent)]
    Mind(PlannerError),
    /// An episode cannot be kept.
    #[error(transparent)]
    Keep(#[from] KeepError),
}

/// Runs what is not kept yet; all records by number. `progress` is told of each.
pub fn run(
    job: &Job<'_>,
    mut kept: Option<Kept>,
    progress: &mut dyn FnMut(&Record),
) -> Result<Vec<Record>, RunError> {
    let mut records: BTreeMap<u64, Record> = BTreeMap::new();
    for record in kept.iter().flat_map(|kept| &kept.done) {
        if record.episode < job.episodes {
            progress(record);
            records.insert(record.episode, record.clone());
        }
    }
    let open: Vec<u64> = (0..job.episodes)
        .filter(|number| !records.contains_key(number))
        .collect();
    let next = AtomicU64::new(0);
    let (send, receive) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..job.workers.max(1) {
            let (send, next, open) = (send.clone(), &next, &open);
            scope.spawn(move || work(job, open, next, &send));
        }
        drop(send);
        for result in receive {
            let finished = result.and_then(|record: Record| {
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
    job: &Job<'_>,
    open: &[u64],
    next: &AtomicU64,
    send: &mpsc::Sender<Result<Record, RunError>>,
) {
    let mut mind = match job.minds.map(|make| make()).transpose() {
        Ok(mind) => mind,
        Err(error) => {
            let _ = send.send(Err(RunError::Mind(error)));
            return;
        }
    };
    loop {
        let turn = next.fetch_add(1, Ordering::Relaxed) as usize;
        let Some(&number) = open.get(turn) else {
            return;
        };
        let drawn = draw::episode(job.suite, job.scene, job.robot, job.seed, number);
        let result = drawn.map_err(RunError::Draw).map(|drawn| {
            let thinker = match &mut mind {
                Some(mind) => Thinker::Mind(&mut **mind),
                None => Thinker::Oracle,
            };
            episode::run(
                number,
                &drawn,
                job.robot,
                job.suite.turns,
                thinker,
                Vec::new(),
            )
        });
        if send.send(result).is_err() {
            return;
        }
    }
}
