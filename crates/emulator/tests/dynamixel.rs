//! Tests the driver with behavior that only Dynamixels have.

mod common;

use std::time::Duration;

use common::{Bench, bench, built};
use enact_arm::bus::Transport;
use enact_arm::calibration::JointCalibration;
use enact_arm::driver::joint::ServoJoint;
use enact_arm::{Arm, ArmError, ArmingFault};
use enact_emulator::{Faults, FreeJoints};

const WIRING: &str = "bus-dynamixel.toml";
/// Extended position mode.
const EXTENDED: i64 = 4;

fn drive_mode(bench: &Bench, servo: usize, value: i64) {
    bench.set(Some(servo), |map| map.drive_mode.unwrap(), value);
}

fn operating_mode(bench: &Bench, value: i64) {
    bench.set(None, |map| map.operating_mode, value);
}

/// Shifts all readings of a joint by a number of steps.
fn read_farther(joint: &mut JointCalibration, steps: i64) {
    joint.homing_offset += steps;
    joint.range_min += steps;
    joint.range_max += steps;
}

/// Stores a joint's calibration in its servo.
fn keep(bench: &Bench, index: usize) {
    let own = bench.calibration.joints[index].1;
    for (register, value) in own.registers(bench.bus_config.servos[index].model) {
        bench.set(Some(index), |_| register, value);
    }
}

#[test]
fn a_drive_mode_that_means_something_else_gets_no_torque() {
    for value in [2, 4, 5, 8] {
        let bench = bench(WIRING, Vec::new());
        drive_mode(&bench, 1, value);
        let error = bench.arm().map(drop).unwrap_err();
        let odd = ArmingFault::DriveMode {
            joint: "shoulder_lift".to_owned(),
            drive_mode: value,
        };
        assert_eq!(error, odd.into());
        assert!(error.to_string().contains("register 10"), "{error}");
        assert_eq!(bench.torque(), [false; 6]);
    }
}

/// Fault 21.
#[test]
fn a_servo_counts_the_way_that_its_calibration_says() {
    let mut bench = bench(WIRING, Vec::new());
    drive_mode(&bench, 5, 1);
    let error = bench.arm().map(drop).unwrap_err();
    let ArmError::Unfit(ArmingFault::OtherCalibration(differences)) = &error else {
        panic!("{error}");
    };
    let [difference] = &differences[..] else {
        panic!("{error}");
    };
    assert_eq!(difference.joint, "gripper");
    assert_eq!((difference.file, difference.servo), (0, 1));
    assert!(error.to_string().contains("drive_mode"), "{error}");
    bench.calibration.joints[5].1.drive_mode = 1;
    let mut arm = bench.arm().unwrap();
    let at = arm.state().unwrap().position[5];
    assert!(
        (at - bench.robot.home()[5]).abs() < 0.002,
        "its own count is the joint's: {at}"
    );
}

/// Switching torque on sets a Dynamixel's goal to its position, even one outside its range.
#[test]
fn the_goal_is_given_again_after_torque() {
    let bench = built(
        WIRING,
        Faults::default(),
        |robot, bus_config, calibration| {
            let joints = ServoJoint::joints_of_robot(robot, bus_config, calibration).unwrap();
            let mut at = robot.home().clone();
            at[0] = joints[0].position_from_steps(joints[0].calibration.range_max + 80);
            Box::new(FreeJoints::from_positions(&at))
        },
    );
    operating_mode(&bench, EXTENDED);
    let mut arm = bench.arm().unwrap();
    let end = bench.calibration.joints[0].1.range_max;
    assert_eq!(bench.registers(|map| map.goal_position)[0], end);
    let state = arm.state().unwrap();
    let off = (state.position[0] - state.commanded.unwrap()[0]).abs();
    assert!(off < 0.01, "it is back in its range: {off}");
}

#[test]
fn a_watchdog_that_would_move_the_arm_is_not_set() {
    for (mode, offset, set) in [(3, 7, 25), (EXTENDED, 7, 0), (5, 7, 0), (EXTENDED, 0, 25)] {
        let mut bench = bench(WIRING, Vec::new());
        operating_mode(&bench, mode);
        // The same pose, read elsewhere in the turn.
        let pan = &mut bench.calibration.joints[0].1;
        read_farther(pan, offset - pan.homing_offset);
        keep(&bench, 0);
        let _arm = bench.arm().unwrap();
        let found = bench.registers(|map| map.watchdog.unwrap())[0];
        assert_eq!(found, set, "mode {mode}, offset {offset}");
    }
}

#[test]
fn an_arm_whose_host_freezes_stays_in_every_mode() {
    for mode in [3, EXTENDED, 5] {
        let bench = bench(WIRING, Vec::new());
        operating_mode(&bench, mode);
        let _arm = bench.arm().unwrap();
        let before: Vec<f64> = (0..6).map(|joint| bench.truth(joint)).collect();
        let later = Duration::from_secs_f64(bench.now() + 5.0);
        bench.line.clone().sleep_until(later);
        for (joint, before) in before.into_iter().enumerate() {
            let way = bench.truth(joint) - before;
            assert!(
                way.abs() < 0.01,
                "mode {mode}: joint {joint} moved by {way}"
            );
        }
    }
}

#[test]
fn an_offset_that_position_mode_ignores_needs_extended_mode() {
    let mut bench = bench(WIRING, Vec::new());
    // The same pose, read a turn farther.
    let lift = &mut bench.calibration.joints[1].1;
    read_farther(lift, 4096);
    let offset = lift.homing_offset;
    keep(&bench, 1);
    let error = bench.arm().map(drop).unwrap_err();
    let ignored = ArmingFault::Offset {
        joint: "shoulder_lift".to_owned(),
        offset,
        heeded: 1024,
    };
    assert_eq!(error, ignored.into());
    let text = error.to_string();
    assert!(text.contains("extended position mode"), "{text}");
    assert_eq!(bench.torque(), [false; 6]);
    operating_mode(&bench, EXTENDED);
    let mut arm = bench.arm().unwrap();
    let at = arm.state().unwrap().position[1];
    assert!((at - bench.robot.home()[1]).abs() < 0.002, "{at}");
}
