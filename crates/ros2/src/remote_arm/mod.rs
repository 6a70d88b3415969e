//! A robot that runs ros2_control as an arm: joint states in, whole trajectories out.
//!
//! A controller of ROS 2 keeps time better than a network does, so an admitted trajectory goes to
//! it as one goal before the first command ([`Arm::admits`]); [`Arm::cycle`] then only keeps pace,
//! and compares what it reads with what the gate admitted. A command that is not the trajectory's
//! next one comes from a stop: the goal is canceled, and the controller holds the robot by its own
//! rules. The arm does not back off along its path after a contact for the same reason.
//!
//! | module | idea |
//! |---|---|
//! | [`joint_map`] | joint states in the order of the robot description |
//! | [`goal`] | a trajectory as a goal |
//! | [`action_link`] | one goal at a time at a controller |
//! | [`link`] | the thread that hears and speaks |

pub mod action_link;
pub mod goal;
pub mod joint_map;
pub mod link;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use enact_arm::{Arm, ArmError, ArmState};
use enact_robot::{Command, Robot, Trajectory};
use enact_types::{JointVector, Refusal, Stamp};
use ros2_client::action::GoalStatusEnum;

use crate::Ros2Error;
use crate::settings::Ros2Settings;
use action_link::GoalPhase;
use link::{ControllerOrder, RemoteRobotState, RobotConnection};

/// Greatest age of joint states.
const STALE: Duration = Duration::from_millis(500);
/// Time that a controller gets to answer a goal.
const ANSWER: Duration = Duration::from_secs(2);
/// Time that a controller gets to end a motion after it is over.
const SETTLING: Duration = Duration::from_secs(3);

/// Which controller moves the gripper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GripperController {
    /// The robot has none, or it is left alone.
    None,
    /// The one that moves the arm: its trajectories have the gripper's joint too.
    SameController,
    /// An action `control_msgs/GripperCommand` of this name.
    Action(String),
}

/// Where the robot is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ros2ArmOptions {
    /// Name of the trajectory controller.
    pub controller: String,
    /// Which controller moves the gripper.
    pub gripper: GripperController,
    /// Topic of joint states.
    pub joint_states: String,
    /// Time to wait for robot and controllers.
    pub patience: Duration,
}

impl Ros2ArmOptions {
    /// Creates the usual options: names as `ros2_control` has them.
    pub fn new(robot: &Robot) -> Self {
        Self {
            controller: "arm_controller".to_owned(),
            gripper: match robot.gripper() {
                Some(_) => GripperController::Action("gripper_controller/gripper_cmd".to_owned()),
                None => GripperController::None,
            },
            joint_states: "joint_states".to_owned(),
            patience: Duration::from_secs(10),
        }
    }
}

/// A robot that runs ros2_control. Dropping it cancels what is under way.
pub struct Ros2Arm {
    robot: Arc<Robot>,
    gripper: GripperController,
    link: RobotConnection,
    begun: Instant,
    pursuit: Mutex<Option<Pursuit>>,
    commanded: Option<JointVector>,
}

/// A trajectory on its way.
struct Pursuit {
    samples: Vec<JointVector>,
    period: Duration,
    /// When the first command was due.
    start: Instant,
    /// Index of the next command.
    next: usize,
    /// Whether the trajectory controller has a goal, rather than the gripper's alone.
    moves_arm: bool,
    is_canceled: bool,
}

impl Ros2Arm {
    /// Joins the network, and waits for the robot and its controllers. Nothing moves.
    ///
    /// # Errors
    /// [`Ros2Error`] with what is missing.
    pub fn open(
        settings: &Ros2Settings,
        robot: Arc<Robot>,
        options: &Ros2ArmOptions,
    ) -> Result<Self, Ros2Error> {
        Ok(Self {
            link: RobotConnection::open(settings, &robot, options)?,
            gripper: options.gripper.clone(),
            robot,
            begun: Instant::now(),
            pursuit: Mutex::new(None),
            commanded: None,
        })
    }

    fn pursuit(&self) -> MutexGuard<'_, Option<Pursuit>> {
        self.pursuit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Cancels what is under way if nobody keeps pace with it any more.
    fn abandon(&self) {
        let left = self.pursuit().take();
        let is_open = |left: Pursuit| !left.is_canceled && left.next < left.samples.len();
        if left.is_some_and(is_open) {
            self.link.send_order(ControllerOrder::Cancel);
        }
    }

    fn reading(&self, known: &RemoteRobotState) -> Result<ArmState, ArmError> {
        let age = known.heard.map(|heard| heard.elapsed());
        if age.is_none_or(|age| age > STALE) {
            let age = age.unwrap_or_default().as_secs_f64();
            return Err(ArmError::Silent(format!(
                "no joint states from ROS 2 for {age:.1} s"
            )));
        }
        let reading = known.joints.complete_reading().map_err(|names| {
            ArmError::Silent(format!(
                "nothing is known of the joints {}",
                names.join(", ")
            ))
        })?;
        Ok(ArmState {
            stamp: Stamp::ZERO.later_by(self.begun.elapsed()),
            position: reading.position,
            velocity: reading.velocity,
            effort: reading.effort,
            commanded: self.commanded.clone(),
            alarm: None,
        })
    }

    /// Sends one order and waits until it is answered.
    fn send(
        &self,
        order: ControllerOrder,
        is_answered: impl Fn(&RemoteRobotState) -> bool,
    ) -> Result<RemoteRobotState, Refusal> {
        let gone = || Refusal::NotApplicable("the connection to ROS 2 has ended".to_owned());
        let number = self.link.send_order(order).ok_or_else(gone)?;
        let deadline = Instant::now() + ANSWER;
        let known = self.link.wait_until(deadline, |known| {
            known.orders >= number && is_answered(known)
        });
        if known.orders < number || !is_answered(&known) {
            self.link.send_order(ControllerOrder::Cancel);
            return Err(Refusal::NotApplicable(format!(
                "the robot's controller did not answer for {:.0} s",
                ANSWER.as_secs_f64()
            )));
        }
        Ok(known)
    }
}

impl Arm for Ros2Arm {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        self.abandon();
        let mut state = self.reading(&self.link.robot_state())?;
        // Others may have moved the robot meanwhile; motion begins where it is.
        let arm = self.robot.arm_joints().len();
        let limit = self.robot.max_following_error();
        let is_there = self.commanded.as_ref().is_none_or(|commanded| {
            let mut pairs = commanded[..arm].iter().zip(&state.position[..arm]);
            pairs.all(|(to, at)| (to - at).abs() <= limit)
        });
        if !is_there {
            self.commanded = None;
            state.commanded = None;
        }
        Ok(state)
    }

    fn admits(&self, trajectory: &Trajectory) -> Result<(), Refusal> {
        if let GripperController::Action(_) = self.gripper
            && let Some(goal) = goal::gripper_goal(&self.robot, trajectory)
        {
            let known = self.send(ControllerOrder::Gripper(goal), |known| {
                known.gripper != GoalPhase::Sent
            })?;
            if known.gripper == GoalPhase::Rejected {
                let why = "the gripper's controller rejected the goal".to_owned();
                return Err(Refusal::NotApplicable(why));
            }
        }
        let joint_goal = goal::joint_goal(&self.robot, trajectory, &self.gripper);
        let moves_arm = joint_goal.is_some();
        if let Some(goal) = joint_goal {
            let known = self.send(ControllerOrder::Joints(Box::new(goal)), |known| {
                known.motion != GoalPhase::Sent
            })?;
            if known.motion == GoalPhase::Rejected {
                self.link.send_order(ControllerOrder::Cancel);
                let why = "the robot's controller rejected the trajectory; its log says why";
                return Err(Refusal::NotApplicable(why.to_owned()));
            }
        }
        *self.pursuit() = Some(Pursuit {
            samples: trajectory.positions().to_vec(),
            period: trajectory.sample_period(),
            start: Instant::now(),
            next: 0,
            moves_arm,
            is_canceled: false,
        });
        Ok(())
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        let (due, is_last, moves_arm, is_canceled) = {
            let mut pursuit = self.pursuit();
            let Some(pursuit) = pursuit.as_mut() else {
                return Err(ArmError::Silent(
                    "a robot of ros2_control takes whole trajectories, not single commands"
                        .to_owned(),
                ));
            };
            let expected = pursuit.samples.get(pursuit.next);
            if expected != Some(command.positions()) && !pursuit.is_canceled {
                pursuit.is_canceled = true;
                self.link.send_order(ControllerOrder::Cancel);
            }
            let due = pursuit.start + pursuit.period * pursuit.next as u32;
            pursuit.next += 1;
            let is_last = pursuit.next == pursuit.samples.len();
            (due, is_last, pursuit.moves_arm, pursuit.is_canceled)
        };
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        if is_canceled {
            // The controller holds the robot by its own rules: motion begins where it is.
            self.commanded = None;
            return self.reading(&self.link.robot_state());
        }
        self.commanded = Some(command.positions().clone());
        let known = match is_last {
            false => self.link.robot_state(),
            true => {
                let is_over = |known: &RemoteRobotState| {
                    !known.motion.is_unfinished() && !known.gripper.is_unfinished()
                };
                self.link.wait_until(Instant::now() + SETTLING, is_over)
            }
        };
        let mut state = self.reading(&known)?;
        state.alarm = fault(&known, is_last).filter(|_| moves_arm);
        if state.alarm.is_some() {
            self.commanded = None;
            self.link.send_order(ControllerOrder::Cancel);
        }
        Ok(state)
    }

    fn idle(&mut self) -> Result<(), ArmError> {
        self.abandon();
        Ok(())
    }
}

/// Returns why a motion is over before its time.
fn fault(known: &RemoteRobotState, is_last: bool) -> Option<String> {
    match &known.motion {
        GoalPhase::Ended(GoalStatusEnum::Succeeded, _) | GoalPhase::Idle => {}
        GoalPhase::Ended(status, result) => {
            return Some(format!(
                "the robot's controller gave up ({status:?}, error code {}): {}",
                result.error_code,
                match result.error_string.as_str() {
                    "" => "it does not say why",
                    why => why,
                }
            ));
        }
        GoalPhase::Sent | GoalPhase::Accepted if is_last => {
            return Some(format!(
                "the robot's controller has not ended the motion {:.0} s after its time",
                SETTLING.as_secs_f64()
            ));
        }
        GoalPhase::Sent | GoalPhase::Accepted | GoalPhase::Rejected => {}
    }
    // A gripper that closed on something ends as it likes.
    None
}
