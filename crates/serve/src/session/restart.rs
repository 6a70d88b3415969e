//! What a server that starts again makes of the tasks that an earlier one left.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::lease::Lease;
use super::state::{Activity, Inner};
use super::status::Scene;
use super::store::SavedTasks;
use super::task::TaskState;

impl Inner {
    /// Creates the state with the tasks that were kept. One that was being carried out is
    /// interrupted; those that waited go on waiting until somebody continues.
    pub(super) fn from_kept_tasks(kept: SavedTasks, lease: Duration) -> Self {
        let mut tasks = BTreeMap::new();
        let mut queue = VecDeque::new();
        for mut entry in kept.tasks {
            let record = &mut entry.record;
            match record.state {
                TaskState::Queued => queue.push_back(record.id),
                TaskState::Running => {
                    record.state = TaskState::Interrupted;
                    record.reason = Some("the program was killed meanwhile".to_owned());
                }
                _ => {}
            }
            tasks.insert(record.id, entry);
        }
        let paused = (!queue.is_empty())
            .then(|| "the server was started again, and tasks were left".to_owned());
        let known = tasks.last_key_value().map_or(0, |(id, _)| *id);
        Self {
            activity: Activity::Idle,
            paused,
            fault: None,
            stopped: None,
            lease: Lease::new(lease),
            next: kept.next.max(known + 1),
            next_plan: 1,
            queue,
            running: None,
            tasks,
            waiting: None,
            scene: Scene::default(),
            seen_at: None,
            is_over: false,
            told: None,
        }
    }
}
