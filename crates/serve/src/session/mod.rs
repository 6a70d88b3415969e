//! The session of one arm: who drives, what waits, what is going on.
//!
//! | module | idea |
//! |---|---|
//! | [`task`] | what was asked, and what became of it |
//! | [`status`] | what a session tells |
//! | [`events`] | the newest events, with numbers |
//! | [`skill_info`] | what the robot can be told to do |
//! | [`readings`] | the newest reading of the joints |
//! | `lease` | one client drives at a time |
//! | `store` | the tasks as a file |
//! | `restart` | what becomes of the tasks of an earlier server |
//! | `state` | the state that requests and the loop share |
//! | `driving` | how clients come by the lease, and lose it |
//! | `requests` | what clients change |
//! | `loop_side` | what the loop takes and tells |
//! | [`observer`] | what happens in the loop, as events |
//! | `warden` | watches the stop switch and the lease |

mod driving;
pub mod events;
mod lease;
mod loop_side;
pub mod observer;
pub mod readings;
mod requests;
mod restart;
pub mod skill_info;
mod state;
pub mod status;
mod store;
pub mod task;
mod warden;

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use enact_types::StopSwitch;
use thiserror::Error;

pub use driving::OpenEventStream;
pub use loop_side::{Job, JobEnd};
pub use observer::ServeObserver;
pub use task::Work;

use crate::access::Client;
use events::EventLog;
use readings::LatestArmReading;
use state::Inner;
use status::{RequestingClient, RobotInfo, Scene, Status};
use store::TaskStore;

/// Number of presses that may wait to be told; more say nothing new.
const PRESSES: usize = 16;

/// What a session is made of.
#[derive(Clone, Debug)]
pub struct SessionOptions {
    /// The robot.
    pub robot: RobotInfo,
    /// Name of the recording, if the session is recorded.
    pub recording: Option<String>,
    /// The switch that stops the arm.
    pub stop: StopSwitch,
    /// The file in which tasks survive the program; none: they do not.
    pub state: Option<PathBuf>,
    /// How long the lease lasts after its holder was last heard of.
    pub lease: Duration,
    /// Another text for each run of the program.
    pub run: String,
    /// Returns the seconds since 1970.
    pub clock: fn() -> f64,
}

impl SessionOptions {
    /// How long a lease lasts, unless somebody says otherwise.
    pub const DEFAULT_LEASE: Duration = Duration::from_secs(30);
}

/// The tasks of earlier runs of the program cannot be read.
#[derive(Debug, Error)]
#[error("cannot use the queue {path}: {source}\nhint: --state names another file")]
pub struct LoadTasksError {
    /// The file.
    path: String,
    /// What is wrong with it.
    source: io::Error,
}

/// The session of one arm, shared by the loop and by whoever answers requests.
#[derive(Debug)]
pub struct ArmSession {
    robot: RobotInfo,
    recording: Option<String>,
    stop: StopSwitch,
    clock: fn() -> f64,
    inner: Mutex<Inner>,
    /// Notified when the loop may have something to do.
    changed: Condvar,
    events: EventLog,
    readings: Arc<LatestArmReading>,
    store: TaskStore,
    presses: SyncSender<String>,
}

impl ArmSession {
    /// Opens a session with the tasks that earlier runs of the program left. Whatever waits stays
    /// paused: nothing moves by itself.
    ///
    /// # Errors
    /// If these tasks cannot be read.
    pub fn open(options: SessionOptions) -> Result<Arc<Self>, LoadTasksError> {
        let path = options.state.clone().unwrap_or_default();
        let failed = |source| LoadTasksError {
            path: path.display().to_string(),
            source,
        };
        let store = TaskStore::open(options.state.as_deref()).map_err(failed)?;
        let kept = store.read().map_err(failed)?;
        let (presses, pressed): (_, Receiver<String>) = sync_channel(PRESSES);
        let session = Arc::new(Self {
            robot: options.robot,
            recording: options.recording,
            stop: options.stop,
            clock: options.clock,
            inner: Mutex::new(Inner::from_kept_tasks(kept, options.lease)),
            changed: Condvar::new(),
            events: EventLog::new(&options.run),
            readings: Arc::default(),
            store,
            presses,
        });
        warden::spawn_stop_and_lease_watcher(&session, pressed);
        Ok(session)
    }

    /// Stops the arm: presses the switch and waits for nothing and nobody.
    pub fn press_stop(&self, by: &str) {
        self.stop.press();
        // Told by the warden; a press that finds no room follows one that is told.
        let _ = self.presses.try_send(format!("{by} pressed stop"));
    }

    /// Returns the robot.
    pub fn robot_info(&self) -> &RobotInfo {
        &self.robot
    }

    /// Returns the events.
    pub fn event_log(&self) -> &EventLog {
        &self.events
    }

    /// Returns where readings of the joints go.
    pub fn latest_arm_reading(&self) -> &Arc<LatestArmReading> {
        &self.readings
    }

    /// Returns the status as a client sees it.
    pub fn status(&self, client: &Client) -> Status {
        let inner = self.lock();
        let mut status = self.status_for_all_clients(&inner);
        status.you = Some(RequestingClient {
            name: client.name.clone(),
            role: client.role,
            is_driver: inner.lease.is_held_by(&client.name, Instant::now()),
        });
        status.joints = Some(self.joint_readings());
        status
    }

    /// Returns what was seen last.
    pub fn scene(&self) -> Scene {
        let inner = self.lock();
        Scene {
            age_s: inner.seen_at.map(|at| at.elapsed().as_secs_f64()),
            ..inner.scene.clone()
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
