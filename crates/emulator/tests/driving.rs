//! Tests the driver with servos that work.

mod common;

use std::time::Duration;

use common::{Bench, PROTOCOLS, bench};
use enact_arm::bus::Transport;
use enact_arm::{Arm, ArmThread, ArmingFault, ContactPolicy, ExecutionEnd, ShutdownMode};
use enact_emulator::Fault;

#[test]
fn an_arm_is_armed_where_it_is_and_follows() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        assert_eq!(bench.torque(), [false; 6]);
        let mut arm = bench.arm().unwrap();
        assert_eq!(bench.torque(), [true; 6]);
        let state = arm.state().unwrap();
        let home = bench.robot.home();
        assert!(
            state.position.max_difference(home) < 0.001,
            "{}",
            state.position
        );
        assert_eq!(state.alarm, None);
        let trajectory = bench.sweep(&state, 0.6);
        let begun = bench.now();
        for at in 0..trajectory.len() {
            arm.cycle(&trajectory.command_at(at)).unwrap();
        }
        let seconds = bench.now() - begun;
        assert!(
            (seconds - 1.5).abs() < 0.01,
            "300 cycles at 200 Hz took {seconds} s"
        );
        assert!((bench.truth(0) - home[0] - 0.6).abs() < 0.02);
        let timing = arm.cycle_stats();
        assert_eq!((timing.overruns, timing.outliers, timing.resent), (0, 0, 0));
        let counters = arm.bus_stats();
        assert_eq!(
            (counters.missing, counters.retries, counters.corrupt),
            (0, 0, 0)
        );
    }
}

#[test]
fn an_arm_is_left_as_chosen() {
    for protocol in PROTOCOLS {
        for shutdown in [
            ShutdownMode::Hold,
            ShutdownMode::Lower,
            ShutdownMode::Release,
        ] {
            let bench = bench(protocol, Vec::new());
            let mut arm = bench.arm_to(shutdown).unwrap();
            let trajectory = bench.sweep(&arm.state().unwrap(), 0.6);
            for at in 0..trajectory.len() {
                arm.cycle(&trajectory.command_at(at)).unwrap();
            }
            arm.shut_down().unwrap();
            let held = shutdown == ShutdownMode::Hold;
            assert_eq!(bench.torque(), [held; 6], "{shutdown:?}");
            bench.line.with_locked_bus(|emulated_bus| {
                let now = Duration::from_secs(60);
                emulated_bus.advance(now);
            });
            let sunk = trajectory.end_positions()[0] - bench.truth(0);
            assert_eq!(sunk.abs() < 0.02, held, "{shutdown:?} sank by {sunk}");
        }
    }
}

#[test]
fn an_arm_is_armed_again_and_again() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        for shutdown in [
            ShutdownMode::Hold,
            ShutdownMode::Lower,
            ShutdownMode::Hold,
            ShutdownMode::Release,
        ] {
            let before = bench.truth(0);
            let mut arm = bench.arm_to(shutdown).unwrap();
            let state = arm.state().unwrap();
            assert!((state.position[0] - bench.truth(0)).abs() < 0.002);
            assert!((bench.truth(0) - before).abs() < 0.05, "it did not jump");
        }
    }
}

#[test]
fn an_arm_that_still_sinks_is_armed_once_it_lies_still() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        // It was held 0.8 rad above its resting position, and is released now.
        let above = bench.robot.home()[0] + 0.8;
        bench.guide(Some(above));
        bench.line.clone().sleep_until(Duration::from_secs(1));
        bench.guide(None);
        let arm = bench.arm().unwrap();
        assert!(bench.now() > 2.5, "it took its time: {} s", bench.now());
        assert!((bench.truth(0) - bench.robot.home()[0]).abs() < 0.01);
        drop(arm);
        // It reports that somebody keeps moving it.
        bench.guide(Some(above + 20.0));
        let error = bench.arm().map(drop).unwrap_err();
        assert_eq!(error, ArmingFault::Moves("shoulder_pan".to_owned()).into());
        assert_eq!(bench.torque(), [false; 6]);
    }
}

/// Fault 25.
#[test]
fn a_panic_in_mid_move_leaves_the_arm_as_chosen() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        let mut arm = bench.arm_to(ShutdownMode::Release).unwrap();
        let trajectory = bench.sweep(&arm.state().unwrap(), 0.6);
        let driving = std::thread::spawn(move || {
            for at in 0..trajectory.len() {
                assert!(at < 100, "something that nobody thought of");
                arm.cycle(&trajectory.command_at(at)).unwrap();
            }
        });
        assert!(driving.join().is_err());
        assert_eq!(bench.torque(), [false; 6]);
    }
}

#[test]
fn an_arm_that_is_left_limp_keeps_no_bounds_of_ours() {
    for protocol in PROTOCOLS {
        for shutdown in [ShutdownMode::Lower, ShutdownMode::Release] {
            let bench = bench(protocol, Vec::new());
            // Another program limits the gripper permanently.
            bench.set(Some(5), |map| map.output_ceiling, 800);
            let arm = bench.arm_to(shutdown).unwrap();
            let bounded = bench.registers(|map| map.output_limit);
            assert!(bounded[5] < 800, "{bounded:?}");
            arm.shut_down().unwrap();
            assert_eq!(bench.torque(), [false; 6]);
            assert_eq!(
                bench.registers(|map| map.output_limit),
                bench.registers(|map| map.output_ceiling),
                "{shutdown:?}"
            );
            assert_eq!(bench.registers(|map| map.speed_limit), [0; 6]);
            if let Some(watchdogs) = watchdogs(&bench) {
                assert_eq!(watchdogs, [0; 6], "{shutdown:?}");
            }
        }
    }
}

#[test]
fn an_arm_that_is_left_holding_keeps_its_bounds_and_no_watchdog() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        let arm = bench.arm_to(ShutdownMode::Hold).unwrap();
        let bounds = || {
            let speed = bench.registers(|map| map.speed_limit);
            (speed, bench.registers(|map| map.output_limit))
        };
        let before = bounds();
        arm.shut_down().unwrap();
        assert_eq!(bounds(), before);
        assert!(before.0.iter().all(|speed| *speed > 0));
        if let Some(watchdogs) = watchdogs(&bench) {
            assert_eq!(watchdogs, [0; 6]);
        }
    }
}

#[test]
fn a_silent_servo_leaves_no_watchdog_running_in_others() {
    let bench = bench("bus-dynamixel.toml", Vec::new());
    let arm = bench.arm_to(ShutdownMode::Hold).unwrap();
    assert_eq!(watchdogs(&bench), Some(vec![25; 6]));
    bench.strike(Fault::Silent, Some(1), 60.0);
    assert!(arm.shut_down().is_err());
    assert_eq!(watchdogs(&bench).unwrap()[1..], [0; 5]);
}

/// Returns the values of the watchdogs, if there are any.
fn watchdogs(bench: &Bench) -> Option<Vec<i64>> {
    bench.bus_config.servos[0].model.map.watchdog?;
    Some(bench.registers(|map| map.watchdog.unwrap()))
}

#[test]
fn a_motion_beyond_the_calibrated_range_does_not_begin() {
    for protocol in PROTOCOLS {
        let mut bench = bench(protocol, Vec::new());
        let pan = &mut bench.calibration.joints[0].1;
        let middle = (pan.range_min + pan.range_max) / 2;
        (pan.range_min, pan.range_max) = (middle - 200, middle + 201);
        bench.set(Some(0), |map| map.min_position, middle - 200);
        bench.set(Some(0), |map| map.max_position, middle + 201);
        let mut arm = bench.arm().unwrap();
        let trajectory = bench.sweep(&arm.state().unwrap(), 0.6);
        let goals = bench.registers(|map| map.goal_position);
        let thread = ArmThread::start(Box::new(arm), &bench.robot);
        let execution = thread.execute(trajectory, ContactPolicy::Expected).unwrap();
        let ExecutionEnd::Fault(refusal) = execution.end else {
            panic!("{:?}", execution.end);
        };
        let text = refusal.to_string();
        assert!(text.starts_with("joint `shoulder_pan`: 0.3"), "{text}");
        assert!(
            text.contains("outside its calibrated range [-0.30") && text.contains("calibrate"),
            "{text}"
        );
        assert_eq!(execution.followed, 0);
        assert_eq!(bench.registers(|map| map.goal_position), goals);
    }
}

#[test]
fn the_firmware_of_every_servo_is_known_once_the_arm_is_armed() {
    for (protocol, usual, other) in [
        ("bus.toml", "3.10", "3.9"),
        ("bus-dynamixel.toml", "46", "9"),
    ] {
        let bench = bench(protocol, Vec::new());
        bench.set(Some(2), |map| *map.firmware.last().unwrap(), 9);
        let arm = bench.arm().unwrap();
        assert_eq!(
            arm.firmware_versions(),
            [usual, usual, other, usual, usual, usual]
        );
    }
}
