//! An arm on a thread of its own, so that callers can hang or panic without affecting it.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use enact_robot::{CollisionWorld, Robot, Trajectory};

use crate::command_stream::Streamer;
use crate::executor::TrajectoryExecutor;
use crate::realtime::{self, RealtimeDenied};
use crate::{Arm, ArmError, ArmState, ContactPolicy, Execution, StopSwitch};

/// Interval at which an idle arm is polled, shorter than half of any bus watchdog that a driver
/// sets.
const IDLE: Duration = Duration::from_millis(100);

/// Drives one arm. Dropping it lets the current motion finish, then ends the thread.
///
/// # Examples
/// ```
/// # use std::path::Path;
/// use enact_arm::{ArmThread, ContactPolicy, ExecutionEnd, IdealArm};
/// use enact_robot::{Gate, Robot};
/// use enact_types::JointVector;
///
/// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101");
/// let robot = Robot::load(Path::new(folder))?;
/// let arm = ArmThread::start(Box::new(IdealArm::new(&robot)), &robot);
/// let state = arm.state()?;
/// // The first joint by 0.4 rad, in 200 control periods.
/// let sample = |step: u32| -> JointVector {
///     let t = f64::from(step) / 200.0;
///     let mut joints = state.position.clone();
///     joints[0] += 0.4 * t.powi(3) * (10.0 - 15.0 * t + 6.0 * t * t);
///     joints
/// };
/// let trajectory = Gate::new(&robot).admit((0..=200).map(sample).collect(), &state.as_start_state())?;
/// let execution = arm.execute(trajectory, ContactPolicy::Limit(0.5))?;
/// assert_eq!(execution.end, ExecutionEnd::Finished);
/// assert_eq!(execution.state.position, sample(200));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ArmThread {
    requests: Option<Sender<Request>>,
    thread: Option<JoinHandle<()>>,
    stop: StopSwitch,
}

/// Requests to the thread. Replies to a caller that has gone are dropped.
enum Request {
    Claim(Sender<Vec<RealtimeDenied>>),
    State(Sender<Result<ArmState, ArmError>>),
    Follow {
        trajectory: Box<Trajectory>,
        contact: ContactPolicy,
        /// Dead once the caller no longer waits.
        caller: Weak<()>,
        watch: Watch,
        reply: Sender<Result<Execution, ArmError>>,
    },
}

/// Called with each reading of a motion, on the arm's thread; false ends the motion.
type Watch = Box<dyn FnMut(&ArmState) -> bool + Send>;

impl ArmThread {
    /// Moves the arm to a thread of its own. The arm does not move until commanded.
    pub fn start(arm: Box<dyn Arm>, robot: &Robot) -> Self {
        Self::start_with_stop_switch(arm, robot, StopSwitch::new())
    }

    /// Starts like [`start`](Self::start) with an existing stop switch, which may already be
    /// pressed.
    pub fn start_with_stop_switch(arm: Box<dyn Arm>, robot: &Robot, stop: StopSwitch) -> Self {
        let streamer = Streamer::new(arm, robot, stop.clone());
        let (requests, inbox) = channel();
        let thread = std::thread::spawn(move || serve(streamer, &inbox));
        Self {
            requests: Some(requests),
            thread: Some(thread),
            stop,
        }
    }

    /// Requests real-time scheduling for the thread; returns what was denied.
    ///
    /// # Errors
    /// [`ArmError::Gone`] if the thread has ended.
    pub fn request_realtime(&self) -> Result<Vec<RealtimeDenied>, ArmError> {
        let (reply, answer) = channel();
        self.ask(Request::Claim(reply))?;
        answer.recv().map_err(|_| ArmError::Gone)
    }

    /// Returns the switch that stops this arm, usable from any thread.
    pub fn stop_switch(&self) -> StopSwitch {
        self.stop.clone()
    }

    /// Returns the current state.
    ///
    /// # Errors
    /// [`ArmError`] if the arm does not reply.
    pub fn state(&self) -> Result<ArmState, ArmError> {
        let (reply, answer) = channel();
        self.ask(Request::State(reply))?;
        answer.recv().map_err(|_| ArmError::Gone)?
    }

    /// Follows a trajectory and waits until the arm is at rest. If the caller's thread unwinds
    /// meanwhile, the arm stops and holds its position.
    ///
    /// # Errors
    /// [`ArmError`] if the arm does not reply. Everything else is an
    /// [`ExecutionEnd`](crate::ExecutionEnd).
    pub fn execute(
        &self,
        trajectory: Trajectory,
        contact: ContactPolicy,
    ) -> Result<Execution, ArmError> {
        self.execute_watched(trajectory, contact, |_| true)
    }

    /// Follows a trajectory as [`execute`](Self::execute) does, and calls `watch` with each reading,
    /// on the arm's thread: it must be quick. Once it has returned false, the arm stops and holds its
    /// position, as if the switch had been pressed for this motion alone.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    pub fn execute_watched(
        &self,
        trajectory: Trajectory,
        contact: ContactPolicy,
        watch: impl FnMut(&ArmState) -> bool + Send + 'static,
    ) -> Result<Execution, ArmError> {
        let caller = Arc::new(());
        let (reply, answer) = channel();
        self.ask(Request::Follow {
            trajectory: Box::new(trajectory),
            contact,
            caller: Arc::downgrade(&caller),
            watch: Box::new(watch),
            reply,
        })?;
        answer.recv().map_err(|_| ArmError::Gone)?
    }

    fn ask(&self, request: Request) -> Result<(), ArmError> {
        let requests = self.requests.as_ref().ok_or(ArmError::Gone)?;
        requests.send(request).map_err(|_| ArmError::Gone)
    }
}

impl TrajectoryExecutor for ArmThread {
    fn state(&self) -> Result<ArmState, ArmError> {
        Self::state(self)
    }

    fn execute(
        &self,
        trajectory: Trajectory,
        _around: &CollisionWorld,
        contact: ContactPolicy,
    ) -> Result<Execution, ArmError> {
        // The gate has just checked it, in this program.
        Self::execute(self, trajectory, contact)
    }

    fn stop_switch(&self) -> StopSwitch {
        Self::stop_switch(self)
    }
}

impl Drop for ArmThread {
    fn drop(&mut self) {
        drop(self.requests.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that drives the arm panicked");
        }
    }
}

/// The error of an idle arm.
#[derive(Debug, Default)]
struct IdleError(Option<ArmError>);

impl IdleError {
    /// Returns the error if it is new.
    fn news(&mut self, found: Option<ArmError>) -> Option<&ArmError> {
        if found == self.0 {
            return None;
        }
        self.0 = found;
        self.0.as_ref()
    }
}

fn serve(mut streamer: Streamer, inbox: &Receiver<Request>) {
    let mut complaint = IdleError::default();
    loop {
        let request = match inbox.recv_timeout(IDLE) {
            Ok(request) => request,
            Err(RecvTimeoutError::Timeout) => {
                // The next caller is told about the error.
                if let Some(error) = complaint.news(streamer.maintain_while_idle().err()) {
                    tracing::warn!("{error}");
                }
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        match request {
            Request::Claim(reply) => drop(reply.send(realtime::request_realtime())),
            Request::State(reply) => drop(reply.send(streamer.state())),
            Request::Follow {
                trajectory,
                contact,
                caller,
                mut watch,
                reply,
            } => {
                let mut watch = |state: &ArmState| watch(state) && caller.strong_count() > 0;
                drop(reply.send(streamer.follow_trajectory(&trajectory, contact, &mut watch)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_once_until_it_changes() {
        let mut complaint = IdleError::default();
        let deaf = || Some(ArmError::Silent("deaf".to_owned()));
        assert_eq!(complaint.news(None), None);
        assert_eq!(complaint.news(deaf()), deaf().as_ref());
        assert_eq!(complaint.news(deaf()), None);
        assert_eq!(complaint.news(Some(ArmError::Gone)), Some(&ArmError::Gone));
        assert_eq!(complaint.news(None), None);
        assert_eq!(complaint.news(deaf()), deaf().as_ref());
    }
}
