use std::sync::mpsc::channel;

use enact_robot::{Command, Gate, Robot, StartState, Trajectory};
use enact_types::{JointVector, Refusal};

use crate::command_stream::Streamer;
use crate::testing::so101;
use crate::{
    Arm, ArmError, ArmState, ArmThread, ContactPolicy, ExecutionEnd, IdealArm, StopSwitch,
};

/// Returns a motion of the first joint by 0.8 rad in two seconds.
fn sweep(robot: &Robot) -> Trajectory {
    let steps = 400;
    let sample = |step: usize| -> JointVector {
        let t = step as f64 / steps as f64;
        let mut joints = robot.home().clone();
        joints[0] += 0.8 * t * t * t * (10.0 - 15.0 * t + 6.0 * t * t);
        joints
    };
    let start = StartState {
        measured: robot.home(),
        commanded: None,
    };
    Gate::new(robot)
        .admit((0..=steps).map(sample).collect(), &start)
        .expect("it is within limits")
}

/// An ideal arm on which something happens after a number of cycles.
struct Troubled<F> {
    arm: IdealArm,
    cycles: usize,
    after: usize,
    trouble: F,
}

impl<F: FnMut(&mut ArmState) -> Result<(), ArmError> + Send> Arm for Troubled<F> {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        self.arm.state()
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        let mut state = self.arm.cycle(command)?;
        self.cycles += 1;
        if self.cycles > self.after {
            (self.trouble)(&mut state)?;
        }
        Ok(state)
    }
}

/// Returns an arm thread on which `trouble` happens after a hundred cycles.
fn troubled(
    robot: &Robot,
    trouble: impl FnMut(&mut ArmState) -> Result<(), ArmError> + Send + 'static,
) -> ArmThread {
    let arm = Troubled {
        arm: IdealArm::new(robot),
        cycles: 0,
        after: 100,
        trouble,
    };
    ArmThread::start(Box::new(arm), robot)
}

#[test]
fn a_trajectory_is_followed_to_its_end() {
    let robot = so101();
    let arm = ArmThread::start(Box::new(IdealArm::new(&robot)), &robot);
    let trajectory = sweep(&robot);
    let end = trajectory.end_positions().clone();
    let execution = arm.execute(trajectory, ContactPolicy::Limit(0.5)).unwrap();
    assert_eq!(execution.end, ExecutionEnd::Finished);
    assert_eq!(execution.state.position, end);
    assert_eq!(execution.samples.last(), Some(&execution.state));
    assert_eq!(arm.state().unwrap().commanded, Some(end));
}

#[test]
fn a_stop_ends_at_rest_on_the_path_and_stays_until_released() {
    let robot = so101();
    // The arm presses the thread's own switch once it has one.
    let (give, take) = channel::<StopSwitch>();
    let arm = troubled(&robot, move |_| {
        if let Ok(switch) = take.try_recv() {
            switch.press();
        }
        Ok(())
    });
    give.send(arm.stop_switch()).unwrap();
    let trajectory = sweep(&robot);
    let goal = trajectory.end_positions().clone();
    let execution = arm.execute(trajectory, ContactPolicy::Expected).unwrap();
    assert_eq!(execution.end, ExecutionEnd::Stopped);
    assert!(
        execution
            .state
            .velocity
            .iter()
            .all(|rate| rate.abs() < 0.05)
    );
    assert!(execution.state.position.max_difference(&goal) > 0.2);
    let refused = arm.execute(sweep(&robot), ContactPolicy::Expected).unwrap();
    assert_eq!(refused.end, ExecutionEnd::Stopped);
    assert_eq!(refused.state, execution.state);
    arm.stop_switch().release();
    assert!(!arm.stop_switch().is_pressed());
}

#[test]
fn a_motion_that_is_called_off_ends_at_rest_and_the_next_one_begins() {
    let robot = so101();
    let cancel = StopSwitch::new();
    let arm = troubled(&robot, {
        let cancel = cancel.clone();
        move |_| {
            cancel.press();
            Ok(())
        }
    });
    let trajectory = sweep(&robot);
    let goal = trajectory.end_positions().clone();
    let execution = arm
        .execute_watched(trajectory, ContactPolicy::Expected, move |_| {
            !cancel.is_pressed()
        })
        .unwrap();
    assert_eq!(execution.end, ExecutionEnd::Stopped);
    assert!(execution.state.position.max_difference(&goal) > 0.2);
    assert!(!arm.stop_switch().is_pressed());
    let state = arm.state().unwrap();
    let stay = vec![state.commanded_or_measured().clone(); 2];
    let stay = Gate::new(&robot)
        .admit(stay, &state.as_start_state())
        .unwrap();
    let next = arm.execute(stay, ContactPolicy::Expected).unwrap();
    assert_eq!(next.end, ExecutionEnd::Finished);
}

#[test]
fn an_arm_whose_caller_is_gone_stops() {
    let robot = so101();
    let mut streamer = Streamer::new(Box::new(IdealArm::new(&robot)), &robot, StopSwitch::new());
    let trajectory = sweep(&robot);
    let mut readings = Vec::new();
    let mut watch = |state: &ArmState| {
        readings.push(state.clone());
        readings.len() <= 150
    };
    let execution = streamer
        .follow_trajectory(&trajectory, ContactPolicy::Expected, &mut watch)
        .unwrap();
    assert_eq!(execution.end, ExecutionEnd::Stopped);
    assert_eq!(execution.followed, 150, "braking begins at once");
    assert_eq!(execution.samples, readings, "it is shown to the end");
    assert!(
        execution
            .state
            .position
            .max_difference(trajectory.end_positions())
            > 0.1
    );
}

#[test]
fn an_arm_that_does_not_follow_is_stopped() {
    let robot = so101();
    let arm = troubled(&robot, |state| {
        state.position[2] += 0.4;
        Ok(())
    });
    let execution = arm.execute(sweep(&robot), ContactPolicy::Expected).unwrap();
    let ExecutionEnd::Fault(Refusal::FollowingError { joint, .. }) = execution.end else {
        panic!("{:?}", execution.end);
    };
    assert_eq!(joint, "elbow_flex");
    assert!(execution.state.velocity[0].abs() < 0.05);
}

#[test]
fn resistance_stops_the_arm_unless_it_is_expected() {
    let robot = so101();
    let push = |state: &mut ArmState| {
        state.effort[1] = -0.8;
        Ok(())
    };
    let execution = troubled(&robot, push)
        .execute(sweep(&robot), ContactPolicy::Limit(0.6))
        .unwrap();
    let met = ExecutionEnd::Contact {
        joint: "shoulder_lift".to_owned(),
        effort: -0.8,
    };
    assert_eq!(execution.end, met);
    let pan = |state: &ArmState| state.position[0];
    let farthest = execution.samples.iter().map(pan).fold(f64::MIN, f64::max);
    let backed_off = farthest - pan(&execution.state);
    assert!(backed_off > 0.02, "{backed_off}");
    assert!(pan(&execution.state) > robot.home()[0]);
    assert!(execution.state.velocity[0].abs() < 0.05);
    let execution = troubled(&robot, push)
        .execute(sweep(&robot), ContactPolicy::Expected)
        .unwrap();
    assert_eq!(execution.end, ExecutionEnd::Finished);
}

/// Cycles after which the arm of `backing_off` is at its fastest.
const MIDWAY: usize = 30;

/// Returns an arm that meets resistance and has `trouble` while backing off, which is passed the
/// number of cycles since then.
fn backing_off(
    robot: &Robot,
    mut trouble: impl FnMut(&mut ArmState, usize) + Send + 'static,
) -> ArmThread {
    let mut cycles = 0;
    troubled(robot, move |state| {
        state.effort[1] = -0.8;
        if state.velocity[0] < 0.0 {
            cycles += 1;
            trouble(state, cycles);
        }
        Ok(())
    })
}

/// Returns how a sweep with contact ends, and how many of its commands backed off.
fn backed_off(robot: &Robot, arm: &ArmThread) -> (ExecutionEnd, usize) {
    let execution = arm
        .execute(sweep(robot), ContactPolicy::Limit(0.6))
        .unwrap();
    assert!(execution.state.velocity[0].abs() < 0.05, "it is at rest");
    let back = |state: &&ArmState| state.velocity[0] < 0.0;
    (execution.end, execution.samples.iter().filter(back).count())
}

#[test]
fn a_stop_ends_the_way_back_too() {
    let robot = so101();
    let (_, undisturbed) = backed_off(&robot, &backing_off(&robot, |_, _| {}));
    let (give, take) = channel::<StopSwitch>();
    let arm = backing_off(&robot, move |_, cycle| {
        if cycle == MIDWAY
            && let Ok(switch) = take.try_recv()
        {
            switch.press();
        }
    });
    give.send(arm.stop_switch()).unwrap();
    let (end, back) = backed_off(&robot, &arm);
    assert_eq!(end, ExecutionEnd::Stopped);
    assert!(0 < back && back < undisturbed, "{back} of {undisturbed}");
}

#[test]
fn an_alarm_ends_the_way_back_too() {
    let robot = so101();
    let (_, undisturbed) = backed_off(&robot, &backing_off(&robot, |_, _| {}));
    let why = || "joint `gripper`: too hot".to_owned();
    let arm = backing_off(&robot, move |state, cycle| {
        state.alarm = (cycle >= MIDWAY).then(why);
    });
    let (end, back) = backed_off(&robot, &arm);
    assert_eq!(end, ExecutionEnd::Fault(Refusal::NotApplicable(why())));
    assert!(back < undisturbed, "{back} of {undisturbed}");
}

#[test]
fn an_arm_that_does_not_follow_its_way_back_is_stopped() {
    let robot = so101();
    let (end, undisturbed) = backed_off(&robot, &backing_off(&robot, |_, _| {}));
    assert!(matches!(end, ExecutionEnd::Contact { .. }));
    let arm = backing_off(&robot, |state, _| state.position[2] += 0.4);
    let (end, back) = backed_off(&robot, &arm);
    let ExecutionEnd::Fault(Refusal::FollowingError { joint, .. }) = end else {
        panic!("{end:?}");
    };
    assert_eq!(joint, "elbow_flex");
    assert!(back < undisturbed, "{back} of {undisturbed}");
}

#[test]
fn an_arm_that_is_held_when_it_turns_back_may_catch_up() {
    let robot = so101();
    let arm = backing_off(&robot, |state, cycle| {
        if cycle < 5 {
            state.position[0] += 0.4;
        }
    });
    let (end, _) = backed_off(&robot, &arm);
    assert!(matches!(end, ExecutionEnd::Contact { .. }), "{end:?}");
}

/// An arm that has tighter limits than the gate.
struct Short(IdealArm);

impl Arm for Short {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        self.0.state()
    }

    fn admits(&self, _: &Trajectory) -> Result<(), Refusal> {
        Err(Refusal::NotApplicable("too far".to_owned()))
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        panic!("{command:?} was sent");
    }
}

#[test]
fn an_arm_that_cannot_go_all_the_way_does_not_begin() {
    let robot = so101();
    let arm = ArmThread::start(Box::new(Short(IdealArm::new(&robot))), &robot);
    let execution = arm.execute(sweep(&robot), ContactPolicy::Expected).unwrap();
    let why = Refusal::NotApplicable("too far".to_owned());
    assert_eq!(execution.end, ExecutionEnd::Fault(why));
    assert_eq!((execution.followed, execution.samples.len()), (0, 1));
}

#[test]
fn an_alarm_brakes_the_arm_and_keeps_it_from_moving() {
    let robot = so101();
    let arm = troubled(&robot, |state| {
        state.alarm = Some("joint `gripper`: too hot".to_owned());
        Ok(())
    });
    let alarm = Refusal::NotApplicable("joint `gripper`: too hot".to_owned());
    let execution = arm.execute(sweep(&robot), ContactPolicy::Expected).unwrap();
    assert_eq!(execution.end, ExecutionEnd::Fault(alarm));
    assert!(execution.state.velocity[0].abs() < 0.05);
}

#[test]
fn a_single_strange_reading_is_no_contact() {
    let robot = so101();
    let mut once = true;
    let arm = troubled(&robot, move |state| {
        if std::mem::take(&mut once) {
            state.effort[1] = 1.0;
        }
        Ok(())
    });
    let execution = arm
        .execute(sweep(&robot), ContactPolicy::Limit(0.6))
        .unwrap();
    assert_eq!(execution.end, ExecutionEnd::Finished);
}

#[test]
fn the_gripper_may_always_press() {
    let robot = so101();
    let arm = troubled(&robot, |state| {
        state.effort[5] = -1.0;
        Ok(())
    });
    let execution = arm
        .execute(sweep(&robot), ContactPolicy::Limit(0.6))
        .unwrap();
    assert_eq!(execution.end, ExecutionEnd::Finished);
}

#[test]
fn broken_communication_is_an_error_and_a_dead_thread_too() {
    let robot = so101();
    let silent = ArmError::Silent("unplugged".to_owned());
    let arm = troubled(&robot, {
        let silent = silent.clone();
        move |_| Err(silent.clone())
    });
    assert_eq!(
        arm.execute(sweep(&robot), ContactPolicy::Expected),
        Err(silent)
    );
    let arm = troubled(&robot, |_| panic!("a broken driver"));
    assert_eq!(
        arm.execute(sweep(&robot), ContactPolicy::Expected),
        Err(ArmError::Gone)
    );
    assert_eq!(arm.state(), Err(ArmError::Gone));
}
