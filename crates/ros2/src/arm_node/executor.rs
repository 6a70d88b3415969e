//! Carries out motions one after another, on a thread of its own.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use enact_arm::{ArmState, ArmThread, ContactPolicy};
use enact_robot::{CollisionWorld, Gate, Robot, Trajectory};
use enact_types::StopSwitch;

use crate::trajectory::{GoalFault, Waypoints, plan_gripper, plan_joints};

/// What is to be done.
#[derive(Debug)]
pub enum Motion {
    /// The arm's joints through these points; then they may take this long to come this close to
    /// the last one.
    Joints(Waypoints, ArrivalTolerance),
    /// The gripper's joint to this position, rad or m.
    Gripper(f64),
}

/// When the arm is there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArrivalTolerance {
    /// Greatest distance of each arm joint, rad or m, where there is one.
    pub tolerance: Vec<Option<f64>>,
    /// How long it may take after the motion.
    pub patience: Duration,
}

/// A motion with a number.
#[derive(Debug)]
pub struct Job {
    /// Its number.
    pub ticket: u64,
    /// What is to be done.
    pub motion: Motion,
    /// Calls it off.
    pub cancel: StopSwitch,
}

/// What happened to a job.
#[derive(Debug)]
pub enum Event {
    /// The arm begins to move.
    Begun(u64),
    /// The arm is at rest again, or did not move.
    Done(u64, Outcome),
}

/// How a job ended.
#[derive(Debug)]
pub struct Outcome {
    /// Why it is not done; `None` if it is.
    pub fault: Option<GoalFault>,
    /// The last reading.
    pub state: Option<ArmState>,
}

/// The thread, and how it is spoken to.
pub struct Executor {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    /// What happened.
    pub events: Receiver<Event>,
}

impl Executor {
    /// Starts the thread. Between motions it reads the arm once a `pause`.
    ///
    /// # Errors
    /// [`std::io::Error`] if the system cannot start a thread.
    pub fn start(
        arm: ArmThread,
        robot: Arc<Robot>,
        around: CollisionWorld,
        pause: Duration,
    ) -> std::io::Result<Self> {
        let (jobs, inbox) = channel();
        let (teller, events) = channel();
        let worker = Worker {
            gate: Gate::new(&robot),
            stop: arm.stop_switch(),
            arm,
            robot,
            around,
        };
        let thread = std::thread::Builder::new()
            .name("ros2 motion".to_owned())
            .spawn(move || worker.serve(&inbox, &teller, pause))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
            events,
        })
    }

    /// Has a job done after those before it; `false` if the thread has ended.
    pub fn submit(&self, job: Job) -> bool {
        self.jobs
            .as_ref()
            .is_some_and(|jobs| jobs.send(job).is_ok())
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that carries out motions panicked");
        }
    }
}

struct Worker {
    arm: ArmThread,
    stop: StopSwitch,
    robot: Arc<Robot>,
    gate: Gate,
    around: CollisionWorld,
}

impl Worker {
    fn serve(&self, inbox: &Receiver<Job>, teller: &Sender<Event>, pause: Duration) {
        let mut due = Instant::now();
        loop {
            let wait = due.saturating_duration_since(Instant::now());
            match inbox.recv_timeout(wait) {
                Ok(job) => {
                    let outcome = self.carry_out(&job, teller);
                    // Nobody may listen any more.
                    drop(teller.send(Event::Done(job.ticket, outcome)));
                }
                Err(RecvTimeoutError::Timeout) => {
                    // The arm notes its readings, and what is wrong.
                    drop(self.arm.state());
                    due = (due + pause).max(Instant::now());
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn carry_out(&self, job: &Job, teller: &Sender<Event>) -> Outcome {
        let mut outcome = Outcome {
            fault: None,
            state: None,
        };
        outcome.fault = self.try_out(job, teller, &mut outcome.state).err();
        outcome
    }

    fn try_out(
        &self,
        job: &Job,
        teller: &Sender<Event>,
        last: &mut Option<ArmState>,
    ) -> Result<(), GoalFault> {
        let state = self.arm.state().map_err(|why| broken(&why))?;
        *last = Some(state.clone());
        if self.stop.is_pressed() {
            let stopped = enact_arm::ExecutionEnd::Stopped;
            return GoalFault::from_execution_end(&stopped, true).map_or(Ok(()), Err);
        }
        if job.cancel.is_pressed() {
            return Err(GoalFault::invalid_goal("it was called off before it began"));
        }
        let (trajectory, contact) = self.plan(&job.motion, &state)?;
        // Nobody may listen any more.
        drop(teller.send(Event::Begun(job.ticket)));
        let cancel = job.cancel.clone();
        let execution = self
            .arm
            .execute_watched(trajectory, contact, move |_| !cancel.is_pressed())
            .map_err(|why| broken(&why))?;
        *last = Some(execution.state.clone());
        if let Some(fault) = GoalFault::from_execution_end(&execution.end, self.stop.is_pressed()) {
            return Err(fault);
        }
        match &job.motion {
            Motion::Joints(waypoints, arrival) => self.await_arrival(waypoints, arrival, last),
            Motion::Gripper(_) => Ok(()),
        }
    }

    fn plan(
        &self,
        motion: &Motion,
        state: &ArmState,
    ) -> Result<(Trajectory, ContactPolicy), GoalFault> {
        let (robot, gate, around) = (&self.robot, &self.gate, &self.around);
        match motion {
            Motion::Joints(waypoints, _) => {
                let trajectory = plan_joints(robot, gate, around, state, waypoints)?;
                Ok((
                    trajectory,
                    ContactPolicy::Limit(robot.contact_effort_ratio()),
                ))
            }
            Motion::Gripper(position) => {
                let trajectory = plan_gripper(robot, gate, around, state, *position)?;
                // Fingers close on things.
                Ok((trajectory, ContactPolicy::Expected))
            }
        }
    }

    fn await_arrival(
        &self,
        waypoints: &Waypoints,
        arrival: &ArrivalTolerance,
        last: &mut Option<ArmState>,
    ) -> Result<(), GoalFault> {
        let Some(goal) = waypoints.points.last() else {
            return Ok(());
        };
        let deadline = Instant::now() + arrival.patience;
        loop {
            let state = self.arm.state().map_err(|why| broken(&why))?;
            let far = self.first_far(&goal.positions, &state, &arrival.tolerance);
            *last = Some(state);
            match far {
                None => return Ok(()),
                Some(why) if Instant::now() >= deadline => {
                    return Err(GoalFault {
                        code: crate::messages::control::error_code::GOAL_TOLERANCE_VIOLATED,
                        why,
                    });
                }
                Some(_) => std::thread::sleep(self.robot.control_period()),
            }
        }
    }

    /// Returns how the first joint is too far from its goal.
    fn first_far(
        &self,
        goal: &[f64],
        state: &ArmState,
        tolerance: &[Option<f64>],
    ) -> Option<String> {
        let joints = self.robot.arm_joints().iter().zip(goal).zip(tolerance);
        for (index, ((joint, goal), tolerance)) in joints.enumerate() {
            let distance = (state.position[index] - goal).abs();
            let is_near = tolerance.is_none_or(|limit| distance <= limit);
            if let (Some(limit), false) = (tolerance, is_near) {
                let unit = if joint.prismatic { "m" } else { "rad" };
                return Some(format!(
                    "joint `{}`: {distance:.4} {unit} from its goal (tolerance {limit} {unit})",
                    joint.name
                ));
            }
        }
        None
    }
}

fn broken(why: &enact_arm::ArmError) -> GoalFault {
    GoalFault {
        code: crate::messages::control::error_code::PATH_TOLERANCE_VIOLATED,
        why: why.to_string(),
    }
}
