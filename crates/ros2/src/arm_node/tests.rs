//! Everything of the arm's node that needs no network.

use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use enact_arm::{Arm, ArmError, ArmState, ArmThread, IdealArm};
use enact_robot::{Command, Robot};
use enact_types::StopSwitch;
use ros2_client::action::GoalId;
use ros2_client::builtin_interfaces::Time;

use super::executor::{ArrivalTolerance, Event, Executor, Job, Motion, Outcome};
use super::readings::{LatestReading, SharedLatestReading, WatchedArm};
use super::running::{CancelReason, GoalKind, RunningGoals};
use super::{ArmNodeOptions, diagnostics, state_topics, tolerance};
use crate::messages::control::error_code::{
    GOAL_TOLERANCE_VIOLATED, INVALID_GOAL, INVALID_JOINTS, PATH_TOLERANCE_VIOLATED,
};
use crate::messages::control::{FollowJointTrajectoryGoal, JointTolerance};
use crate::messages::diagnostic::level;
use crate::messages::trajectory::{JointTrajectory, JointTrajectoryPoint};
use crate::trajectory::Waypoints;

static ROBOT: LazyLock<Arc<Robot>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101");
    Arc::new(Robot::load(Path::new(folder)).expect("it ships"))
});

/// An arm that does something after each command, and may be off by a distance.
struct EventfulArm<F> {
    arm: IdealArm,
    commands: usize,
    after: F,
    off: f64,
}

impl<F: FnMut(usize) + Send> Arm for EventfulArm<F> {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        let mut state = self.arm.state()?;
        state.position[0] += self.off;
        Ok(state)
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        self.commands += 1;
        self.arm.cycle(command)?;
        (self.after)(self.commands);
        self.state()
    }
}

fn executor(
    after: impl FnMut(usize) + Send + 'static,
    off: f64,
    stop: &StopSwitch,
    readings: &SharedLatestReading,
) -> Executor {
    let arm = EventfulArm {
        arm: IdealArm::new(&ROBOT),
        commands: 0,
        after,
        off,
    };
    let watched = WatchedArm {
        arm: Box::new(arm),
        readings: readings.clone(),
    };
    let thread = ArmThread::start_with_stop_switch(Box::new(watched), &ROBOT, stop.clone());
    let around = ArmNodeOptions::new(&ROBOT).around;
    Executor::start(thread, Arc::clone(&ROBOT), around, Duration::from_millis(5))
        .expect("there is a thread")
}

/// Returns the first joint by 0.5 rad in two seconds.
fn turn() -> Waypoints {
    let joints = ROBOT.arm_joints().iter();
    let names: Vec<String> = joints.map(|joint| joint.name.clone()).collect();
    let mut positions = ROBOT.home()[..names.len()].to_vec();
    positions[0] += 0.5;
    let point = JointTrajectoryPoint::from_positions(positions, 2.0);
    let trajectory = JointTrajectory::new(names.clone(), vec![point]);
    Waypoints::read(&trajectory, &names).expect("it is one")
}

/// Has a job done; returns whether the arm moved, and how it ended.
fn done(executor: &Executor, motion: Motion, cancel: &StopSwitch) -> (bool, Outcome) {
    let job = Job {
        ticket: 7,
        motion,
        cancel: cancel.clone(),
    };
    assert!(executor.submit(job));
    let mut moved = false;
    loop {
        match executor.events.recv().expect("it tells") {
            Event::Begun(7) => moved = true,
            Event::Done(7, outcome) => return (moved, outcome),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_motion_is_carried_out_and_its_readings_are_noted() {
    let (stop, readings) = (StopSwitch::new(), SharedLatestReading::default());
    let executor = executor(|_| {}, 0.0, &stop, &readings);
    let motion = Motion::Joints(turn(), ArrivalTolerance::default());
    let (moved, outcome) = done(&executor, motion, &StopSwitch::new());
    assert!(moved);
    assert_eq!(outcome.fault, None);
    let newest = readings.newest();
    assert!(newest.count > 400, "{}", newest.count);
    let state = outcome.state.unwrap();
    assert!((state.position[0] - ROBOT.home()[0] - 0.5).abs() < 1e-9);
}

#[test]
fn a_motion_that_is_called_off_leaves_the_next_one_alone_and_a_stop_does_not() {
    let (stop, cancel) = (StopSwitch::new(), StopSwitch::new());
    let (presses, button) = (cancel.clone(), stop.clone());
    let after = move |count| match count {
        150 => presses.press(),
        600 => button.press(),
        _ => {}
    };
    let executor = executor(after, 0.0, &stop, &SharedLatestReading::default());
    let motion = || Motion::Joints(turn(), ArrivalTolerance::default());
    let (_, outcome) = done(&executor, motion(), &cancel);
    assert_eq!(outcome.fault.unwrap().code, PATH_TOLERANCE_VIOLATED);
    let at = outcome.state.unwrap();
    assert!(at.position[0] - ROBOT.home()[0] < 0.45, "{at:?}");
    assert!(at.velocity[0].abs() < 0.05, "{at:?}");
    // The same switch again: it does not begin.
    let (moved, outcome) = done(&executor, motion(), &cancel);
    assert!(!moved);
    assert!(outcome.fault.unwrap().why.contains("before it began"));
    // The next one is stopped, and so are all after it.
    let fresh = StopSwitch::new();
    let mut outcomes = (0..4).map(|_| done(&executor, motion(), &fresh));
    let (_, stopped) = outcomes
        .find(|(_, outcome)| outcome.fault.is_some())
        .expect("it is stopped after 600 commands");
    assert!(stopped.fault.unwrap().why.contains("/enact/clear"));
    let (moved, outcome) = done(&executor, motion(), &fresh);
    assert!(!moved);
    assert!(outcome.fault.unwrap().why.contains("/enact/clear"));
    stop.release();
    assert_eq!(done(&executor, Motion::Gripper(1.0), &fresh).1.fault, None);
}

#[test]
fn an_arm_that_does_not_arrive_says_so() {
    let (stop, readings) = (StopSwitch::new(), SharedLatestReading::default());
    let executor = executor(|_| {}, 0.004, &stop, &readings);
    let arrival = |limit| ArrivalTolerance {
        tolerance: vec![Some(limit); 5],
        patience: Duration::ZERO,
    };
    let fresh = StopSwitch::new();
    let motion = Motion::Joints(turn(), arrival(0.01));
    assert_eq!(done(&executor, motion, &fresh).1.fault, None);
    let motion = Motion::Joints(turn(), arrival(0.001));
    let fault = done(&executor, motion, &fresh).1.fault.unwrap();
    assert_eq!(fault.code, GOAL_TOLERANCE_VIOLATED);
    assert!(fault.why.contains("shoulder_pan"), "{}", fault.why);
}

#[test]
fn what_the_gate_refuses_does_not_begin() {
    let executor = executor(
        |_| {},
        0.0,
        &StopSwitch::new(),
        &SharedLatestReading::default(),
    );
    let (moved, outcome) = done(&executor, Motion::Gripper(9.0), &StopSwitch::new());
    assert!(!moved);
    let fault = outcome.fault.unwrap();
    assert_eq!(fault.code, INVALID_GOAL);
    assert!(fault.why.contains("gripper"), "{}", fault.why);
}

#[test]
fn tolerances_are_those_of_the_goal() {
    let mut goal = FollowJointTrajectoryGoal::new(JointTrajectory::new(vec![], vec![]));
    let tolerance = |name: &str, position| JointTolerance {
        name: name.to_owned(),
        position,
        velocity: 0.0,
        acceleration: 0.0,
    };
    goal.path_tolerance = vec![tolerance("elbow_flex", 0.1), tolerance("wrist_roll", -1.0)];
    let limits = tolerance::path_tolerances(&ROBOT, &goal).unwrap();
    assert_eq!(limits, [None, None, Some(0.1), None, None]);
    let mut state = IdealArm::new(&ROBOT).state().unwrap();
    state.commanded = Some(state.position.clone());
    assert_eq!(tolerance::path_violation(&ROBOT, &state, &limits), None);
    state.position[2] += 0.2;
    let why = tolerance::path_violation(&ROBOT, &state, &limits).unwrap();
    assert!(why.contains("elbow_flex") && why.contains("0.1"), "{why}");
    state.position[2] = f64::NAN;
    assert!(tolerance::path_violation(&ROBOT, &state, &limits).is_some());
    goal.path_tolerance = vec![tolerance("knee", 0.1)];
    assert_eq!(
        tolerance::path_tolerances(&ROBOT, &goal).unwrap_err().code,
        INVALID_JOINTS
    );
    goal.path_tolerance = vec![tolerance("elbow_flex", f64::NAN)];
    tolerance::path_tolerances(&ROBOT, &goal).unwrap_err();
}

#[test]
fn transforms_lead_from_the_base_to_every_link() {
    let mut joints = ROBOT.home().clone();
    joints[1] += 0.3;
    let mut all = state_topics::moving_transforms(&ROBOT, Time::ZERO, &joints).transforms;
    all.extend(state_topics::fixed_transforms(&ROBOT, Time::ZERO).transforms);
    let links = ROBOT.links();
    assert_eq!(all.len(), links.len() - 1, "each link has one parent");
    let poses = ROBOT.link_poses(&joints);
    for transform in &all {
        let index = |name: &str| links.iter().position(|link| link.name == name).unwrap();
        let parent = &poses[index(&transform.header.frame_id)];
        let child = &poses[index(&transform.child_frame_id)];
        let expected = (parent.inverse() * child).translation.vector;
        let found = transform.transform.translation;
        let off = (expected - enact_types::Vector3::new(found.x, found.y, found.z)).norm();
        assert!(off < 1e-9, "{}: {off}", transform.child_frame_id);
    }
}

#[test]
fn joint_states_have_efforts_in_newton_meters() {
    let mut state = IdealArm::new(&ROBOT).state().unwrap();
    state.effort[0] = -0.5;
    let message = state_topics::joint_state(&ROBOT, Time::new(1, 2), &state);
    assert_eq!(message.name[0], "shoulder_pan");
    assert_eq!(message.effort[0], -0.5 * ROBOT.joints()[0].limits.effort);
    assert_eq!(message.position, state.position.to_vec());
}

#[test]
fn reports_tell_the_worst() {
    let counts = diagnostics::GoalCounts::default();
    let report = |newest: &LatestReading, is_stopped| {
        let mut report =
            diagnostics::diagnostics_message(&ROBOT, newest, is_stopped, false, &counts);
        report.status.remove(0)
    };
    let mut newest = LatestReading::default();
    assert_eq!(report(&newest, false).level, level::STALE);
    let state = IdealArm::new(&ROBOT).state().unwrap();
    newest.reading = Some((Time::ZERO, state));
    assert_eq!(report(&newest, false).level, level::OK);
    assert_eq!(report(&newest, true).level, level::WARN);
    newest.fault = Some("the arm does not answer".to_owned());
    let worst = report(&newest, true);
    assert_eq!(
        (worst.level, worst.message.contains("answer")),
        (level::ERROR, true)
    );
}

#[test]
fn the_first_reason_to_call_a_goal_off_counts() {
    let mut goals = RunningGoals::default();
    let cancel = StopSwitch::new();
    let kind = GoalKind::Gripper(0.5);
    let ticket = goals.add(GoalId::new_random(), kind.clone(), cancel.clone());
    let other = goals.add(
        GoalId::new_random(),
        GoalKind::Joints(vec![]),
        StopSwitch::new(),
    );
    goals.call_off_matching(&CancelReason::Canceled, |goal| goal.kind == kind);
    goals.call_off_matching(&CancelReason::Preempted, |_| true);
    assert!(cancel.is_pressed());
    let goal = goals.remove(ticket).unwrap();
    assert_eq!(goal.called_off, Some(CancelReason::Canceled));
    let goal = goals.remove(other).unwrap();
    assert_eq!(goal.called_off, Some(CancelReason::Preempted));
}
