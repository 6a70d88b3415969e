//! Answers requests, publishes states, and hands goals to the executor.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use enact_arm::ArmState;
use enact_robot::Robot;
use enact_types::StopSwitch;
use ros2_client::action::{GoalId, GoalStatusEnum};
use ros2_client::builtin_interfaces::Time;
use ros2_client::ros2::LogLevel;
use ros2_client::{Publisher, RosoutRaw, Server};

use super::diagnostics::{self, GoalCounts};
use super::executor::{Event, Executor, Job, Motion, Outcome};
use super::readings::SharedLatestReading;
use super::running::{CancelReason, GoalKind, RunningGoals};
use super::state_topics::StateTopics;
use super::{ArmNodeOptions, tolerance};
use crate::action_server::{ClientRequest, NetworkActionServer, log_write_error, read_or_log};
use crate::messages::control::{
    FollowJointTrajectoryFeedback, FollowJointTrajectoryGoal, FollowJointTrajectoryResult,
    GripperCommandGoal, GripperCommandState, error_code,
};
use crate::messages::diagnostic::DiagnosticArray;
use crate::messages::std_msgs::{Header, TriggerRequest, TriggerResponse};
use crate::messages::trajectory::{JointTrajectoryPoint, MultiDofJointTrajectoryPoint};
use crate::trajectory::{GoalFault, Waypoints};
use crate::{Connection, Ros2Error, qos};

/// Time between two looks for requests.
const POLL: Duration = Duration::from_millis(4);
/// Time between two messages of feedback.
const FEEDBACK: Duration = Duration::from_millis(50);
/// Time between two diagnostic reports.
const DIAGNOSTICS: Duration = Duration::from_secs(1);
/// How far the start time of a goal may be from now; a later start is not waited for, seconds.
const START_LEEWAY: f64 = 0.5;
/// How close a gripper is to where it was sent, rad and m.
const GRIPPER_TOLERANCE: (f64, f64) = (0.03, 0.001);

type Trigger = Server<TriggerRequest, TriggerResponse>;
type JointAction = NetworkActionServer<
    FollowJointTrajectoryGoal,
    FollowJointTrajectoryResult,
    FollowJointTrajectoryFeedback,
>;
type GripperAction =
    NetworkActionServer<GripperCommandGoal, GripperCommandState, GripperCommandState>;

/// What the node offers, and what it does.
pub struct NodeLoop {
    robot: Arc<Robot>,
    /// Names of the controller's joints.
    joints: Vec<String>,
    period: Duration,
    readings: SharedLatestReading,
    executor: Executor,
    stop: StopSwitch,
    topics: StateTopics,
    diagnostics: Publisher<DiagnosticArray>,
    stop_service: Trigger,
    clear_service: Trigger,
    arm_action: JointAction,
    gripper_action: Option<GripperAction>,
    running: RunningGoals,
    counts: GoalCounts,
}

impl NodeLoop {
    /// Creates all that the node offers.
    ///
    /// # Errors
    /// [`Ros2Error`] if something cannot be created.
    pub fn create(
        connection: &mut Connection,
        robot: Arc<Robot>,
        options: &ArmNodeOptions,
        readings: SharedLatestReading,
        executor: Executor,
        stop: StopSwitch,
    ) -> Result<Self, Ros2Error> {
        let trigger = ("std_srvs", "Trigger");
        let gripper_action = match robot.gripper() {
            Some(_) => Some(NetworkActionServer::create(
                connection,
                &options.gripper_action,
                ("control_msgs", "GripperCommand"),
            )?),
            None => None,
        };
        let diagnostics = ("diagnostic_msgs", "DiagnosticArray");
        Ok(Self {
            topics: StateTopics::create(connection, &robot, options)?,
            diagnostics: connection.create_publisher("diagnostics", diagnostics, &qos::states())?,
            stop_service: connection.create_service("enact/stop", trigger)?,
            clear_service: connection.create_service("enact/clear", trigger)?,
            arm_action: NetworkActionServer::create(
                connection,
                &format!("{}/follow_joint_trajectory", options.controller),
                ("control_msgs", "FollowJointTrajectory"),
            )?,
            gripper_action,
            joints: robot
                .arm_joints()
                .iter()
                .map(|joint| joint.name.clone())
                .collect(),
            period: Duration::from_secs_f64(1.0 / options.rate),
            robot,
            readings,
            executor,
            stop,
            running: RunningGoals::default(),
            counts: GoalCounts::default(),
        })
    }

    /// Serves until `ended`; then calls off what moves.
    pub fn run(&mut self, connection: &Connection, ended: &AtomicBool) {
        let begun = Instant::now();
        let (mut state_due, mut feedback_due, mut report_due) = (begun, begun, begun);
        let mut published = 0;
        while !ended.load(Ordering::SeqCst) {
            self.answer_services();
            self.take_goals(connection);
            self.follow_events(connection);
            let now = Instant::now();
            if now >= state_due {
                state_due = next(state_due, self.period, now);
                let newest = self.readings.newest();
                // An old reading is not published again as if it were new.
                if let Some((stamp, state)) = newest.reading.filter(|_| newest.count > published) {
                    published = newest.count;
                    self.topics.publish(&self.robot, stamp, &state);
                    self.watch_path(&state);
                    if now >= feedback_due {
                        feedback_due = next(feedback_due, FEEDBACK, now);
                        self.tell_feedback(stamp, &state);
                    }
                }
            }
            if now >= report_due {
                report_due = next(report_due, DIAGNOSTICS, now);
                self.report();
            }
            let due = state_due.saturating_duration_since(Instant::now());
            std::thread::sleep(due.min(POLL));
        }
        self.running
            .call_off_matching(&CancelReason::Preempted, |_| true);
    }

    fn answer_services(&mut self) {
        while let Some((request, _)) = read_or_log("a request", self.stop_service.receive_request())
        {
            self.stop.press();
            tracing::warn!("stopped by /enact/stop");
            let answer = done("the arm is stopped until /enact/clear is called");
            log_write_error(
                "an answer",
                self.stop_service.send_response(request, answer),
            );
        }
        while let Some((request, _)) =
            read_or_log("a request", self.clear_service.receive_request())
        {
            let answer = match self.stop.is_pressed() {
                true => done("the arm may move again"),
                false => done("the arm was not stopped"),
            };
            self.stop.release();
            log_write_error(
                "an answer",
                self.clear_service.send_response(request, answer),
            );
        }
    }

    fn take_goals(&mut self, connection: &Connection) {
        for asked in self.arm_action.take_requests() {
            match asked {
                ClientRequest::Goal(id, goal) => self.take_joint_goal(connection, id, &goal),
                ClientRequest::Cancel(ids) => self
                    .running
                    .call_off_matching(&CancelReason::Canceled, |running| {
                        ids.contains(&running.id)
                    }),
            }
        }
        let asked = self
            .gripper_action
            .as_mut()
            .map(NetworkActionServer::take_requests);
        for asked in asked.unwrap_or_default() {
            match asked {
                ClientRequest::Goal(id, goal) => self.take_gripper_goal(id, &goal),
                ClientRequest::Cancel(ids) => self
                    .running
                    .call_off_matching(&CancelReason::Canceled, |running| {
                        ids.contains(&running.id)
                    }),
            }
        }
    }

    fn take_joint_goal(
        &mut self,
        connection: &Connection,
        id: GoalId,
        goal: &FollowJointTrajectoryGoal,
    ) {
        match self.read_joint_goal(goal) {
            Ok((motion, path)) => {
                // As the controller of ROS 2 does: a newer goal takes the place of the running one.
                let is_joints = |kind: &GoalKind| matches!(kind, GoalKind::Joints(_));
                self.running
                    .call_off_matching(&CancelReason::Preempted, |running| {
                        is_joints(&running.kind)
                    });
                self.submit(id, GoalKind::Joints(path), motion);
            }
            Err(fault) => {
                self.missed(connection, &fault.why);
                let status = GoalStatusEnum::Aborted;
                self.arm_action.finish_goal(id, status, fault.into());
            }
        }
    }

    /// Reads a goal; returns it with the greatest distances from the path.
    fn read_joint_goal(
        &self,
        goal: &FollowJointTrajectoryGoal,
    ) -> Result<(Motion, Vec<Option<f64>>), GoalFault> {
        if !goal.multi_dof_trajectory.points.is_empty() {
            return Err(GoalFault::invalid_goal(
                "the controller has no joints of several degrees of freedom (multi_dof_trajectory)",
            ));
        }
        let waypoints = Waypoints::read(&goal.trajectory, &self.joints)?;
        check_start_time(goal.trajectory.header.stamp, waypoints.duration())?;
        let arrival = tolerance::arrival_tolerance(&self.robot, goal)?;
        let path = tolerance::path_tolerances(&self.robot, goal)?;
        Ok((Motion::Joints(waypoints, arrival), path))
    }

    fn take_gripper_goal(&mut self, id: GoalId, goal: &GripperCommandGoal) {
        let position = goal.command.position;
        let is_gripper = |kind: &GoalKind| matches!(kind, GoalKind::Gripper(_));
        self.running
            .call_off_matching(&CancelReason::Preempted, |running| {
                is_gripper(&running.kind)
            });
        self.submit(id, GoalKind::Gripper(position), Motion::Gripper(position));
    }

    fn submit(&mut self, id: GoalId, kind: GoalKind, motion: Motion) {
        let cancel = StopSwitch::new();
        let ticket = self.running.add(id, kind, cancel.clone());
        let job = Job {
            ticket,
            motion,
            cancel,
        };
        if !self.executor.submit(job) {
            tracing::error!("the thread that carries out motions has ended");
        }
    }

    fn follow_events(&mut self, connection: &Connection) {
        while let Ok(event) = self.executor.events.try_recv() {
            match event {
                Event::Begun(ticket) => {
                    let Some(running) = self.running.get_mut(ticket) else {
                        continue;
                    };
                    running.is_moving = true;
                    match (&running.kind, &mut self.gripper_action) {
                        (GoalKind::Joints(_), _) => self.arm_action.mark_executing(running.id),
                        (GoalKind::Gripper(_), Some(action)) => action.mark_executing(running.id),
                        (GoalKind::Gripper(_), None) => {}
                    }
                }
                Event::Done(ticket, outcome) => self.finish(connection, ticket, outcome),
            }
        }
    }

    fn finish(&mut self, connection: &Connection, ticket: u64, outcome: Outcome) {
        let Some(running) = self.running.remove(ticket) else {
            return;
        };
        let (status, fault) = match (outcome.fault, running.called_off) {
            (None, _) => (GoalStatusEnum::Succeeded, None),
            // What stops everything counts more than who called this off.
            (Some(fault), _) if self.stop.is_pressed() => (GoalStatusEnum::Aborted, Some(fault)),
            (Some(_), Some(CancelReason::Canceled)) => {
                let fault = GoalFault {
                    code: error_code::SUCCESSFUL,
                    why: "canceled; the arm slowed down along its path".to_owned(),
                };
                (GoalStatusEnum::Canceled, Some(fault))
            }
            (Some(_), Some(CancelReason::Preempted)) => {
                let fault = GoalFault::invalid_goal("a newer goal took its place");
                (GoalStatusEnum::Aborted, Some(fault))
            }
            (Some(_), Some(CancelReason::Astray(why))) => {
                let code = error_code::PATH_TOLERANCE_VIOLATED;
                (GoalStatusEnum::Aborted, Some(GoalFault { code, why }))
            }
            (Some(fault), None) => (GoalStatusEnum::Aborted, Some(fault)),
        };
        match &fault {
            Some(fault) if status == GoalStatusEnum::Aborted => {
                self.missed(connection, &fault.why);
            }
            Some(_) => {}
            None => self.counts.reached += 1,
        }
        match (running.kind, &mut self.gripper_action) {
            (GoalKind::Gripper(position), Some(action)) => {
                let state = outcome.state.as_ref();
                let result = gripper_state(&self.robot, state, position, fault.is_none());
                action.finish_goal(running.id, status, result);
            }
            _ => {
                let result = fault.map(FollowJointTrajectoryResult::from);
                let result = result.unwrap_or_default();
                self.arm_action.finish_goal(running.id, status, result);
            }
        }
    }

    /// Notes why a goal was missed, where people look: the node's log.
    fn missed(&mut self, connection: &Connection, why: &str) {
        self.counts.missed += 1;
        self.counts.last_fault = Some(why.to_owned());
        tracing::warn!("a goal is not reached: {why}");
        let node = connection.node();
        node.rosout_raw(
            Time::now(),
            LogLevel::Warn,
            "enact",
            why,
            file!(),
            "missed",
            line!(),
        );
    }

    fn watch_path(&mut self, state: &ArmState) {
        let Some(GoalKind::Joints(limits)) =
            self.running.moving_goal().map(|running| &running.kind)
        else {
            return;
        };
        if let Some(why) = tolerance::path_violation(&self.robot, state, limits) {
            self.running
                .call_off_matching(&CancelReason::Astray(why), |running| running.is_moving);
        }
    }

    fn tell_feedback(&self, stamp: Time, state: &ArmState) {
        let Some(running) = self.running.moving_goal() else {
            return;
        };
        match (&running.kind, &self.gripper_action) {
            (GoalKind::Joints(_), _) => {
                let count = self.joints.len();
                let goal = &state.commanded_or_measured()[..count];
                let (at, rate) = (&state.position[..count], &state.velocity[..count]);
                let apart = goal.iter().zip(at).map(|(goal, at)| goal - at).collect();
                let feedback = FollowJointTrajectoryFeedback {
                    header: Header::new(stamp, ""),
                    joint_names: self.joints.clone(),
                    desired: JointTrajectoryPoint::from_positions(goal.to_vec(), 0.0),
                    actual: JointTrajectoryPoint {
                        velocities: rate.to_vec(),
                        ..JointTrajectoryPoint::from_positions(at.to_vec(), 0.0)
                    },
                    error: JointTrajectoryPoint::from_positions(apart, 0.0),
                    multi_dof_joint_names: Vec::new(),
                    multi_dof_desired: MultiDofJointTrajectoryPoint::empty(),
                    multi_dof_actual: MultiDofJointTrajectoryPoint::empty(),
                    multi_dof_error: MultiDofJointTrajectoryPoint::empty(),
                };
                self.arm_action.send_feedback(running.id, feedback);
            }
            (GoalKind::Gripper(position), Some(action)) => {
                let feedback = gripper_state(&self.robot, Some(state), *position, false);
                action.send_feedback(running.id, feedback);
            }
            (GoalKind::Gripper(_), None) => {}
        }
    }

    fn report(&self) {
        let report = diagnostics::diagnostics_message(
            &self.robot,
            &self.readings.newest(),
            self.stop.is_pressed(),
            self.running.moving_goal().is_some(),
            &self.counts,
        );
        drop(self.diagnostics.publish(report));
    }
}

/// Returns when something is due again; what was missed is not made up for.
fn next(due: Instant, period: Duration, now: Instant) -> Instant {
    let next = due + period;
    if next > now { next } else { now + period }
}

fn done(message: &str) -> TriggerResponse {
    TriggerResponse {
        success: true,
        message: message.to_owned(),
    }
}

/// Checks when a goal is to start. Zero is now.
fn check_start_time(stamp: Time, duration: f64) -> Result<(), GoalFault> {
    if stamp == Time::ZERO {
        return Ok(());
    }
    let ahead = (stamp.to_nanos() - Time::now().to_nanos()) as f64 / 1e9;
    if ahead + duration < 0.0 {
        return Err(GoalFault {
            code: error_code::OLD_HEADER_TIMESTAMP,
            why: format!("the motion was to end {:.2} s ago", -(ahead + duration)),
        });
    }
    if ahead.abs() <= START_LEEWAY {
        return Ok(());
    }
    Err(GoalFault::invalid_goal(format!(
        "the motion is to start {ahead:.2} s from now, and it starts at once: leave header.stamp zero"
    )))
}

fn gripper_state(
    robot: &Robot,
    state: Option<&ArmState>,
    goal: f64,
    is_over: bool,
) -> GripperCommandState {
    let Some((gripper, state)) = robot.gripper().zip(state) else {
        return GripperCommandState::default();
    };
    let joint = &robot.joints()[gripper.joint];
    let tolerance = match joint.prismatic {
        false => GRIPPER_TOLERANCE.0,
        true => GRIPPER_TOLERANCE.1,
    };
    let position = state.position[gripper.joint];
    let reached_goal = (position - goal).abs() <= tolerance;
    GripperCommandState {
        position,
        effort: state.effort[gripper.joint] * joint.limits.effort,
        stalled: is_over && !reached_goal,
        reached_goal,
    }
}
