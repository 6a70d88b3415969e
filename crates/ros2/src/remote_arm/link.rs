//! The thread that hears joint states and speaks with the controllers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use enact_robot::Robot;
use futures_util::FutureExt;
use ros2_client::Subscription;

use super::action_link::{ActionLink, GoalPhase};
use super::joint_map::JointStateCollector;
use super::{GripperController, Ros2ArmOptions};
use crate::action_server::read_or_log;
use crate::messages::control::{
    FollowJointTrajectoryFeedback, FollowJointTrajectoryGoal, FollowJointTrajectoryResult,
    GripperCommandGoal, GripperCommandState,
};
use crate::messages::sensor::JointState;
use crate::settings::Ros2Settings;
use crate::{Connection, Ros2Error, qos};

/// Time between two looks at what came.
const POLL: Duration = Duration::from_millis(2);
/// Time that a server gets to know of this client, after this client knows of it.
const ACQUAINTANCE: Duration = Duration::from_millis(300);

type JointLink = ActionLink<
    FollowJointTrajectoryGoal,
    FollowJointTrajectoryResult,
    FollowJointTrajectoryFeedback,
>;
type GripperLink = ActionLink<GripperCommandGoal, GripperCommandState, GripperCommandState>;

/// What is to be sent.
pub enum ControllerOrder {
    /// A goal of the trajectory controller.
    Joints(Box<FollowJointTrajectoryGoal>),
    /// A goal of the gripper's controller.
    Gripper(GripperCommandGoal),
    /// Goals that are on their way are canceled.
    Cancel,
}

/// What is known of the robot.
#[derive(Clone, Debug)]
pub struct RemoteRobotState {
    /// Its joints.
    pub joints: JointStateCollector,
    /// When joint states were heard last.
    pub heard: Option<Instant>,
    /// How far the goal of the trajectory controller is.
    pub motion: GoalPhase<FollowJointTrajectoryResult>,
    /// How far the goal of the gripper's controller is.
    pub gripper: GoalPhase<GripperCommandState>,
    /// Orders that were carried out.
    pub orders: u64,
}

/// The thread, and what it knows.
pub struct RobotConnection {
    shared: Arc<(Mutex<RemoteRobotState>, Condvar)>,
    orders: Option<Sender<ControllerOrder>>,
    /// Orders that were sent.
    sent: AtomicU64,
    thread: Option<JoinHandle<()>>,
}

impl RobotConnection {
    /// Joins the network, and waits for joint states and the controllers.
    ///
    /// # Errors
    /// [`Ros2Error`] with what is missing.
    pub fn open(
        settings: &Ros2Settings,
        robot: &Robot,
        options: &Ros2ArmOptions,
    ) -> Result<Self, Ros2Error> {
        let mut connection = Connection::open(settings)?;
        let states = connection.create_subscription::<JointState>(
            &options.joint_states,
            ("sensor_msgs", "JointState"),
            &qos::best_effort_subscription(),
        )?;
        let action = format!(
            "{}/follow_joint_trajectory",
            options.controller.trim_end_matches('/')
        );
        let kind = ("control_msgs", "FollowJointTrajectory");
        let motion = ActionLink::new(connection.create_action_client(&action, kind)?);
        let gripper = match &options.gripper {
            GripperController::Action(name) => {
                let kind = ("control_msgs", "GripperCommand");
                Some((
                    name,
                    ActionLink::new(connection.create_action_client(name, kind)?),
                ))
            }
            GripperController::SameController | GripperController::None => None,
        };
        let deadline = Instant::now() + options.patience;
        let mut joints = JointStateCollector::new(robot);
        let mut was_heard = false;
        loop {
            while let Some((state, _)) = read_or_log("a joint state", states.take()) {
                was_heard |= joints.update_from(&state);
            }
            let missing = missing(&connection, &motion, &gripper, &action);
            let unread = joints.complete_reading().err();
            let missing = match (unread, missing) {
                (None, None) => break,
                (Some(_), _) if !was_heard => format!(
                    "no joint states on {}: is the robot running, and ROS_DOMAIN_ID the same?",
                    options.joint_states
                ),
                (Some(names), _) => format!(
                    "{} does not tell of the joints {}: are the names those of the URDF?",
                    options.joint_states,
                    names.join(", ")
                ),
                (None, Some(action)) => format!(
                    "nobody serves the action {action}: is the controller active (`ros2 control list_controllers`)?"
                ),
            };
            if Instant::now() >= deadline {
                return Err(Ros2Error::Silent(missing));
            }
            std::thread::sleep(10 * POLL);
        }
        std::thread::sleep(ACQUAINTANCE);
        let shared = Arc::new((
            Mutex::new(RemoteRobotState {
                joints,
                heard: Some(Instant::now()),
                motion: GoalPhase::Idle,
                gripper: GoalPhase::Idle,
                orders: 0,
            }),
            Condvar::new(),
        ));
        let (orders, inbox) = channel();
        let gripper = gripper.map(|(_, link)| link);
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("ros2 remote arm".to_owned())
            .spawn(move || {
                serve(&theirs, &inbox, &states, motion, gripper);
                drop(connection);
            })
            .map_err(|why| Ros2Error::cannot_create("thread of the remote arm", why))?;
        Ok(Self {
            shared,
            orders: Some(orders),
            sent: AtomicU64::new(0),
            thread: Some(thread),
        })
    }

    /// Returns what is known now.
    pub fn robot_state(&self) -> RemoteRobotState {
        self.lock().clone()
    }

    /// Sends something; returns the number of this order, `None` if the thread has ended.
    pub fn send_order(&self, order: ControllerOrder) -> Option<u64> {
        self.orders.as_ref()?.send(order).ok()?;
        Some(self.sent.fetch_add(1, Ordering::SeqCst) + 1)
    }

    /// Waits until `is_so` of what is known; returns what is known then, or at `deadline`.
    pub fn wait_until(
        &self,
        deadline: Instant,
        is_so: impl Fn(&RemoteRobotState) -> bool,
    ) -> RemoteRobotState {
        let mut known = self.lock();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if is_so(&known) || left.is_zero() {
                return known.clone();
            }
            let waited = self.shared.1.wait_timeout(known, left);
            known = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, RemoteRobotState> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for RobotConnection {
    fn drop(&mut self) {
        drop(self.orders.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the remote arm panicked");
        }
    }
}

/// Returns the first action that nobody serves yet.
fn missing(
    connection: &Connection,
    motion: &JointLink,
    gripper: &Option<(&String, GripperLink)>,
    action: &str,
) -> Option<String> {
    let node = connection.node();
    let goals = motion.client().goal_client();
    if goals.wait_for_service(node).now_or_never().is_none() {
        return Some(action.to_owned());
    }
    let (name, link) = gripper.as_ref()?;
    let goals = link.client().goal_client();
    match goals.wait_for_service(node).now_or_never() {
        None => Some((*name).clone()),
        Some(()) => None,
    }
}

fn serve(
    shared: &(Mutex<RemoteRobotState>, Condvar),
    inbox: &Receiver<ControllerOrder>,
    states: &Subscription<JointState>,
    mut motion: JointLink,
    mut gripper: Option<GripperLink>,
) {
    loop {
        let mut carried_out = 0;
        let is_over = loop {
            match inbox.try_recv() {
                Ok(ControllerOrder::Joints(goal)) => motion.send_goal(*goal),
                Ok(ControllerOrder::Gripper(goal)) => {
                    if let Some(gripper) = &mut gripper {
                        gripper.send_goal(goal);
                    }
                }
                Ok(ControllerOrder::Cancel) => {
                    motion.cancel_goal();
                    if let Some(gripper) = &mut gripper {
                        gripper.cancel_goal();
                    }
                }
                Err(TryRecvError::Empty) => break false,
                Err(TryRecvError::Disconnected) => break true,
            }
            carried_out += 1;
        };
        if is_over {
            // Whoever leaves does not leave a robot behind that moves.
            motion.cancel_goal();
            if let Some(gripper) = &mut gripper {
                gripper.cancel_goal();
            }
            std::thread::sleep(50 * POLL);
            return;
        }
        motion.poll();
        if let Some(gripper) = &mut gripper {
            gripper.poll();
        }
        let mut news = Vec::new();
        while let Some((state, _)) = read_or_log("a joint state", states.take()) {
            news.push(state);
        }
        {
            let mut known = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
            for state in &news {
                if known.joints.update_from(state) {
                    known.heard = Some(Instant::now());
                }
            }
            known.motion = motion.goal_phase().clone();
            if let Some(gripper) = &gripper {
                known.gripper = gripper.goal_phase().clone();
            }
            known.orders += carried_out;
        }
        shared.1.notify_all();
        std::thread::sleep(POLL);
    }
}
