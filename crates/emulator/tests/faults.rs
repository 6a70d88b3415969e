//! Tests the driver with servos and wires that fail; each test names its fault's number in
//! docs/faults.md.

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::{Bench, PROTOCOLS, bench, built, finished, seeded};
use enact_arm::bus::BusError;
use enact_arm::driver::joint::ServoJoint;
use enact_arm::{Arm, ArmError, ArmThread, ArmingFault, ContactPolicy, ExecutionEnd, ShutdownMode};
use enact_emulator::plant::{JointDrive, JointMeasurement};
use enact_emulator::{Fault, Faults, FreeJoints, Plant, Rule};

/// Checks that a sweep during which a fault occurs at this rate ends well.
fn survives(protocol: &str, rule: Rule) -> Bench {
    let bench = bench(protocol, Vec::new());
    let mut arm = bench.arm().unwrap();
    bench
        .line
        .with_locked_bus(|emulated_bus| emulated_bus.faults_mut().add(rule.clone()));
    let trajectory = bench.sweep(&arm.state().unwrap(), 0.6);
    let thread = ArmThread::start(Box::new(arm), &bench.robot);
    let execution = thread.execute(trajectory, ContactPolicy::Limit(0.5));
    match execution {
        Ok(execution) => assert!(
            finished(&execution, &bench, 0.6),
            "{rule:?}: {:?}",
            execution.end
        ),
        Err(error) => panic!("{rule:?}: {error}"),
    }
    drop(thread);
    bench
}

/// Returns, for a motion that a fault ends, the arm's message and how far the first joint got.
fn ended_by(bench: &Bench, fault: Fault, servo: Option<u8>, seconds: f64) -> (String, f64) {
    let mut arm = bench.arm_to(ShutdownMode::Hold).unwrap();
    let trajectory = bench.sweep(&arm.state().unwrap(), 0.6);
    let quarter = trajectory.len() / 4;
    for at in 0..quarter {
        arm.cycle(&trajectory.command_at(at)).unwrap();
    }
    bench.strike(fault, servo, seconds);
    let mut end = None;
    for at in quarter..trajectory.len() {
        match arm.cycle(&trajectory.command_at(at)) {
            Ok(state) if state.alarm.is_none() => {}
            Ok(state) => end = state.alarm,
            Err(error) => end = Some(error.to_string()),
        }
        if end.is_some() {
            break;
        }
    }
    (
        end.unwrap_or_default(),
        bench.truth(0) - bench.robot.home()[0],
    )
}

#[test]
fn fault_01_a_servo_that_misses_some_answers_costs_nothing() {
    for protocol in PROTOCOLS {
        survives(
            protocol,
            Rule::always(Fault::Silent)
                .with_servo(3)
                .with_probability(0.3),
        );
    }
}

#[test]
fn fault_01_a_servo_that_stays_silent_ends_the_motion_and_the_arm_holds() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        let begun = bench.now();
        let (error, way) = ended_by(&bench, Fault::Silent, Some(3), 60.0);
        assert!(
            error.contains("elbow_flex") && error.contains("servo 3"),
            "{error}"
        );
        assert!(way < 0.1, "no new motion: {way}");
        assert!(bench.now() - begun < 4.0);
        assert_eq!(bench.torque(), [true; 6]);
    }
}

#[test]
fn fault_02_wrong_checksums_are_never_believed() {
    for protocol in PROTOCOLS {
        survives(protocol, Rule::always(Fault::Corrupt).with_probability(0.1));
    }
}

#[test]
fn fault_03_truncated_answers_and_answers_in_pieces() {
    for protocol in PROTOCOLS {
        survives(
            protocol,
            Rule::always(Fault::Truncated).with_probability(0.1),
        );
        survives(protocol, Rule::always(Fault::Pieces));
    }
}

#[test]
fn fault_04_garbage_and_echoes() {
    for protocol in PROTOCOLS {
        survives(protocol, Rule::always(Fault::Garbage));
        survives(protocol, Rule::always(Fault::Echo));
        let bench = bench(protocol, vec![Rule::always(Fault::Echo)]);
        assert!(finished(&bench.run(0.4).unwrap(), &bench, 0.4));
    }
}

#[test]
fn fault_05_late_answers_and_answers_of_others() {
    for protocol in PROTOCOLS {
        survives(
            protocol,
            Rule::always(Fault::Late { ms: 60.0 }).with_probability(0.05),
        );
        survives(protocol, Rule::always(Fault::OtherId).with_probability(0.1));
    }
}

#[test]
fn fault_06_two_servos_with_one_id_get_no_torque() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        bench.line.with_locked_bus(|emulated_bus| {
            let id = emulated_bus.servos_mut()[1].model().map.id;
            emulated_bus.servos_mut()[2].set_register(id, 2);
        });
        let error = bench.arm().map(drop).unwrap_err();
        let shared = ArmingFault::SharedId {
            joint: "shoulder_lift".to_owned(),
            id: 2,
        };
        assert_eq!(error, shared.into());
        assert_eq!(bench.torque(), [false; 6]);
    }
}

#[test]
fn fault_07_lengths_that_lie() {
    for protocol in PROTOCOLS {
        for length in [0, 1, 20, 255, 65535] {
            survives(
                protocol,
                Rule::always(Fault::LyingLength { length }).with_probability(0.2),
            );
        }
    }
}

#[test]
fn fault_09_an_arm_unplugged_in_mid_move_is_lost_until_armed_anew() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        let mut arm = bench.arm_to(ShutdownMode::Hold).unwrap();
        let trajectory = bench.sweep(&arm.state().unwrap(), 0.6);
        for at in 0..80 {
            arm.cycle(&trajectory.command_at(at)).unwrap();
        }
        bench.strike(Fault::Unplugged, None, 1.0);
        let begun = bench.now();
        let error = arm.cycle(&trajectory.command_at(80)).unwrap_err();
        assert!(matches!(error, ArmError::Bus(BusError::Lost(_))), "{error}");
        assert!(bench.now() - begun < 0.006, "within one cycle");
        let heard = bench
            .line
            .with_locked_bus(|emulated_bus| emulated_bus.received_packets().len());
        bench
            .line
            .with_locked_bus(|emulated_bus| emulated_bus.advance(Duration::from_secs(60)));
        // It is plugged in again: nothing old is sent, not even at the end.
        assert_eq!(arm.cycle(&trajectory.command_at(81)), Err(error.clone()));
        assert_eq!(arm.state().map(drop), Err(error));
        drop(arm);
        assert_eq!(
            bench
                .line
                .with_locked_bus(|emulated_bus| emulated_bus.received_packets().len()),
            heard
        );
        bench.arm().unwrap();
    }
}

#[test]
fn fault_10_another_arm_is_refused() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        bench.line.with_locked_bus(|emulated_bus| {
            let number = emulated_bus.servos_mut()[3].model().map.model_number;
            emulated_bus.servos_mut()[3].set_register(number, 1111);
        });
        let error = bench.arm().map(drop).unwrap_err();
        assert!(
            matches!(&error, ArmError::Unfit(ArmingFault::OtherModel { joint, found: 1111, .. }) if joint == "wrist_flex"),
            "{error}"
        );
        assert_eq!(bench.torque(), [false; 6]);
    }
}

#[test]
fn fault_12_a_slow_adapter_lowers_the_rate_and_loses_nothing() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, vec![Rule::always(Fault::Late { ms: 16.0 })]);
        let mut arm = bench.arm().unwrap();
        let trajectory = bench.sweep(&arm.state().unwrap(), 0.6);
        let before = bench
            .line
            .with_locked_bus(|emulated_bus| emulated_bus.received_packets().len());
        let half = trajectory.len() / 2;
        for at in 0..trajectory.len() {
            if at == half {
                bench
                    .line
                    .with_locked_bus(|emulated_bus| emulated_bus.faults_mut().clear());
            }
            arm.cycle(&trajectory.command_at(at)).unwrap();
        }
        let log = bench
            .line
            .with_locked_bus(|emulated_bus| emulated_bus.received_packets()[before..].to_vec());
        assert_eq!(log.len(), 2 * trajectory.len(), "a write and a read each");
        let writes: Vec<f64> = log
            .iter()
            .step_by(2)
            .map(|arrival| arrival.at.as_secs_f64())
            .collect();
        let pauses: Vec<f64> = writes.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let (slow, fast) = pauses.split_at(half);
        assert!(
            slow.iter().all(|pause| (0.016..0.025).contains(pause)),
            "{slow:?}"
        );
        assert!(
            fast.iter().all(|pause| (0.0049..0.0051).contains(pause)),
            "no burst: {fast:?}"
        );
        assert!(
            arm.cycle_stats().overruns >= half as u64 - 1,
            "missed deadlines are counted"
        );
        assert_eq!(arm.bus_stats().missing, 0);
    }
}

#[test]
fn fault_13_an_overload_stops_the_motion_and_torque_off_still_works() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        let mut arm = bench.arm().unwrap();
        let trajectory = bench.sweep(&arm.state().unwrap(), 0.6);
        bench.strike(Fault::Overload, Some(2), 60.0);
        let thread = ArmThread::start(Box::new(arm), &bench.robot);
        let execution = thread.execute(trajectory, ContactPolicy::Expected).unwrap();
        let ExecutionEnd::Fault(refusal) = execution.end else {
            panic!("{:?}", execution.end);
        };
        assert_eq!(refusal.to_string(), "joint `shoulder_lift`: overload");
        drop(thread);
        assert_eq!(bench.torque(), [false; 6]);
    }
}

#[test]
fn fault_14_heat_and_bad_power_stop_the_motion() {
    for (fault, why) in [
        (Fault::Heat { celsius: 68 }, "68 °C is too hot"),
        (Fault::Supply { volts: 3.1 }, "3.1 V is outside"),
        (Fault::Supply { volts: 19.0 }, "19.0 V is outside"),
    ] {
        for protocol in PROTOCOLS {
            let other = bench(protocol, Vec::new());
            let (alarm, _) = ended_by(&other, fault, Some(4), 60.0);
            assert!(
                alarm.starts_with("joint `wrist_flex`") && alarm.contains(why),
                "{alarm}"
            );
            let bench = bench(protocol, vec![Rule::always(fault).with_servo(4)]);
            let error = bench.arm().map(drop).unwrap_err();
            assert!(
                matches!(
                    error,
                    ArmError::Unfit(ArmingFault::Hot { .. } | ArmingFault::Voltage { .. })
                ),
                "{error}"
            );
            assert_eq!(bench.torque(), [false; 6]);
        }
    }
}

#[test]
fn fault_14_a_sag_of_the_supply_is_no_alarm() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        let (alarm, _) = ended_by(&bench, Fault::Supply { volts: 3.1 }, Some(4), 0.05);
        assert_eq!(alarm, "");
    }
}

#[test]
fn fault_15_a_servo_that_shut_down_is_named_and_not_driven_before_a_reboot() {
    let bench = bench("bus-dynamixel.toml", Vec::new());
    let (alarm, _) = ended_by(&bench, Fault::Overload, Some(3), 0.1);
    assert_eq!(alarm, "joint `elbow_flex`: overload");
    assert!(!bench.torque()[2]);
    let error = bench.arm().map(drop).unwrap_err();
    assert!(
        matches!(&error, ArmError::Unfit(ArmingFault::Alarm { joint, .. }) if joint == "elbow_flex"),
        "{error}"
    );
    bench
        .line
        .host_side_bus(&bench.bus_config)
        .reboot(3)
        .unwrap();
    bench
        .line
        .with_locked_bus(|emulated_bus| emulated_bus.faults_mut().clear());
    bench.arm().unwrap();
}

#[test]
fn fault_16_a_tripped_watchdog_is_recognized_and_never_resumes_by_itself() {
    let bench = bench("bus-dynamixel.toml", Vec::new());
    let mut arm = bench.arm_to(ShutdownMode::Hold).unwrap();
    let trajectory = bench.sweep(&arm.state().unwrap(), 0.6);
    for at in 0..100 {
        arm.cycle(&trajectory.command_at(at)).unwrap();
    }
    let before = bench.truth(0);
    // The host is frozen for longer than the servos wait.
    let now = Duration::from_secs_f64(bench.now() + 0.8);
    enact_arm::bus::Transport::sleep_until(&mut bench.line.clone(), now);
    let mut result = Ok(());
    for at in 100..200 {
        result = arm.cycle(&trajectory.command_at(at)).map(drop);
        if result.is_err() {
            break;
        }
    }
    let error = result.unwrap_err();
    assert!(matches!(error, ArmError::WatchdogTripped(_)), "{error}");
    assert!((bench.truth(0) - before).abs() < 0.03);
    assert_eq!(arm.state().map(drop), Err(error));
    drop(arm);
    let arm = bench.arm().unwrap();
    assert!((bench.truth(0) - before).abs() < 0.05, "armed where it is");
    drop(arm);
}

#[test]
fn a_stream_that_stood_still_in_mid_move_ends_the_motion_and_the_arm_holds() {
    for protocol in PROTOCOLS {
        for (pause, goes_on) in [(0.09, true), (0.12, false), (0.4, false)] {
            let bench = bench(protocol, Vec::new());
            let mut arm = bench.arm_to(ShutdownMode::Hold).unwrap();
            let trajectory = bench.sweep(&arm.state().unwrap(), 0.6);
            for at in 0..150 {
                arm.cycle(&trajectory.command_at(at)).unwrap();
            }
            // The host is frozen, for less than a watchdog waits.
            let end = Duration::from_secs_f64(bench.now() + pause);
            enact_arm::bus::Transport::sleep_until(&mut bench.line.clone(), end);
            let (before, goals) = (bench.truth(0), bench.registers(|map| map.goal_position));
            let result = arm.cycle(&trajectory.command_at(150));
            assert_eq!(result.is_ok(), goes_on, "{pause} s: {result:?}");
            let Err(error) = result else {
                continue;
            };
            assert!(matches!(error, ArmError::Stale(115..)), "{error}");
            assert_eq!(arm.cycle(&trajectory.command_at(151)), Err(error));
            bench
                .line
                .with_locked_bus(|emulated_bus| emulated_bus.advance(Duration::from_secs(60)));
            assert!((bench.truth(0) - before).abs() < 0.005, "it holds");
            assert_eq!(bench.registers(|map| map.goal_position), goals);
            assert_eq!(bench.torque(), [true; 6]);
            drop(arm);
            // Armed anew, it moves again.
            let mut arm = bench.arm().unwrap();
            let trajectory = bench.sweep(&arm.state().unwrap(), -0.2);
            for at in 0..trajectory.len() {
                arm.cycle(&trajectory.command_at(at)).unwrap();
            }
        }
    }
}

#[test]
fn fault_17_a_lost_sync_write_is_found_and_sent_again() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        let mut arm = bench.arm().unwrap();
        let trajectory = bench.sweep(&arm.state().unwrap(), 0.6);
        let last = trajectory.len() - 1;
        for at in 0..last - 40 {
            arm.cycle(&trajectory.command_at(at)).unwrap();
        }
        // The goals of the last cycles do not arrive; neither do their replies.
        bench.strike(Fault::LostRequest, None, 0.004);
        arm.cycle(&trajectory.command_at(last - 40)).unwrap();
        let goal = |index: usize| {
            bench.line.with_locked_bus(|emulated_bus| {
                let servo = &emulated_bus.servos_mut()[index];
                servo.register_value(servo.model().map.goal_position)
            })
        };
        let missed = goal(0);
        arm.state().unwrap();
        assert_ne!(goal(0), missed, "the goal was sent again");
        assert_eq!(arm.cycle_stats().resent, 1);
    }
}

#[test]
fn fault_17_torque_off_is_sent_until_it_is_confirmed() {
    for protocol in PROTOCOLS {
        for seed in 0..10 {
            let bench = seeded(protocol, Vec::new(), seed);
            let arm = bench.arm().unwrap();
            let lossy = Rule::always(Fault::LostRequest).with_probability(0.4);
            bench
                .line
                .with_locked_bus(|emulated_bus| emulated_bus.faults_mut().add(lossy));
            let confirmed = arm.shut_down().is_ok();
            let torque = bench.torque();
            assert!(!confirmed || torque == [false; 6], "{torque:?}");
            assert!(confirmed || seed > 0, "it is not always in vain");
        }
    }
}

#[test]
fn fault_18_no_torque_and_no_goal_before_a_valid_pose() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, vec![Rule::always(Fault::Silent).with_servo(6)]);
        // A goal that another program left behind.
        bench.line.with_locked_bus(|emulated_bus| {
            for servo in emulated_bus.servos_mut() {
                let goal = servo.model().map.goal_position;
                servo.set_register(goal, 3000);
            }
        });
        let error = bench.arm().map(drop).unwrap_err();
        assert_eq!(
            error,
            ArmingFault::Missing {
                joint: "gripper".to_owned(),
                id: 6
            }
            .into()
        );
        assert_eq!(bench.torque(), [false; 6]);
        let before = bench.truth(0);
        bench
            .line
            .with_locked_bus(|emulated_bus| emulated_bus.faults_mut().clear());
        let _arm = bench.arm().unwrap();
        assert!(
            (bench.truth(0) - before).abs() < 0.002,
            "the first goal is the pose"
        );
    }
}

/// Joints that record their largest speed.
struct Watched(FreeJoints, Arc<Mutex<f64>>);

impl Plant for Watched {
    fn advance(&mut self, time: Duration, drives: &[JointDrive]) {
        self.0.advance(time, drives);
        let fastest = (0..6).map(|joint| self.0.joint_measurement(joint).velocity.abs());
        let mut record = self.1.lock().unwrap();
        *record = fastest.fold(*record, f64::max);
    }

    fn joint_measurement(&self, joint: usize) -> JointMeasurement {
        self.0.joint_measurement(joint)
    }

    fn guide(&mut self, joint: usize, to: Option<f64>) {
        self.0.guide(joint, to);
    }
}

/// Returns an arm whose first joint is a number of steps outside its range, and the joints' largest
/// speed.
fn beyond(protocol: &str, steps: i64) -> (Bench, Arc<Mutex<f64>>) {
    let fastest = Arc::new(Mutex::new(0.0));
    let record = Arc::clone(&fastest);
    let bench = built(
        protocol,
        Faults::default(),
        move |robot, bus_config, calibration| {
            let joints = ServoJoint::joints_of_robot(robot, bus_config, calibration).unwrap();
            let mut at = robot.home().clone();
            at[0] = joints[0].position_from_steps(joints[0].calibration.range_max + steps);
            Box::new(Watched(FreeJoints::from_positions(&at), record))
        },
    );
    (bench, fastest)
}

#[test]
fn fault_19_a_joint_beyond_its_range_creeps_back_and_never_jumps() {
    for protocol in PROTOCOLS {
        let (bench, fastest) = beyond(protocol, 80);
        let mut arm = bench.arm().unwrap();
        let state = arm.state().unwrap();
        let speed = *fastest.lock().unwrap();
        assert!((0.1..0.25).contains(&speed), "{speed} rad/s");
        let commanded = state.commanded.unwrap();
        assert!(
            (state.position[0] - commanded[0]).abs() < 0.01,
            "it is back"
        );
        let (bench, _) = beyond(protocol, 150);
        let error = bench.arm().map(drop).unwrap_err();
        assert!(
            matches!(error, ArmError::Unfit(ArmingFault::OutsideRange { .. })),
            "{error}"
        );
        assert_eq!(bench.torque(), [false; 6]);
    }
}

#[test]
fn fault_20_a_jump_that_no_servo_makes_is_no_pose() {
    for protocol in PROTOCOLS {
        let bench = survives(
            protocol,
            Rule::always(Fault::Jump { rad: 1.0 })
                .with_servo(2)
                .with_probability(0.05),
        );
        drop(bench);
        let bench = seeded(protocol, Vec::new(), 3);
        let (error, way) = ended_by(&bench, Fault::Jump { rad: 1.0 }, Some(2), 60.0);
        assert!(error.contains("shoulder_lift"), "{error}");
        assert!(way < 0.1);
    }
}

#[test]
fn fault_21_a_calibration_of_another_arm_is_refused_with_the_differences() {
    for protocol in PROTOCOLS {
        let mut bench = bench(protocol, Vec::new());
        bench.calibration.joints[2].1.homing_offset += 7;
        bench.calibration.joints[4].1.range_max -= 3;
        let error = bench.arm().map(drop).unwrap_err();
        let ArmError::Unfit(ArmingFault::OtherCalibration(differences)) = &error else {
            panic!("{error}");
        };
        let joints: Vec<&str> = differences
            .iter()
            .map(|difference| difference.joint.as_str())
            .collect();
        assert_eq!(joints, ["elbow_flex", "wrist_roll"]);
        assert!(error.to_string().contains("homing_offset"), "{error}");
        assert_eq!(bench.torque(), [false; 6]);
        bench.calibration.joints.remove(1);
        let error = bench.arm().map(drop).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("joint `shoulder_lift`: bad calibration"),
            "{error}"
        );
    }
}
