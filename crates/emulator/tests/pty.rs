//! Tests the driver on a real serial device, in real time. Invariants are checked against the bus's
//! own log of what arrived.

mod common;

use std::thread;
use std::time::{Duration, Instant};

use common::{PROTOCOLS, sweep_of};
use enact_arm::bus::{Bus, BusError, SerialTransport};
use enact_arm::calibration::Calibration;
use enact_arm::driver::{ArmingOptions, BusConfig, ServoArm};
use enact_arm::{Arm, ArmError, ShutdownMode};
use enact_emulator::emulated_bus::ReceivedPacket;
use enact_emulator::{
    BusBuilder, Fault, Faults, FreeJoints, PtyBus, Rule, make_plausible_calibration,
};
use enact_robot::{Robot, Trajectory};
use enact_testkit::real_time::repeat_if_held_up;

struct Bench {
    robot: Robot,
    bus_config: BusConfig,
    calibration: Calibration,
    port: PtyBus,
}

fn bench(protocol: &str) -> Bench {
    let robots = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots");
    let robot = Robot::load_by_name("so101", robots.as_ref()).unwrap();
    let path = format!("{robots}/so101/{protocol}");
    let bus_config = BusConfig::load(path.as_ref(), &robot).unwrap();
    let calibration = make_plausible_calibration(&robot, &bus_config);
    let emulator = BusBuilder {
        robot: &robot,
        bus_config: &bus_config,
        calibration: &calibration,
        faults: Faults::default(),
    };
    let emulated_bus = emulator
        .build_bus(Box::new(FreeJoints::from_positions(robot.home())))
        .unwrap();
    let port = PtyBus::serve(emulated_bus, None).unwrap();
    Bench {
        robot,
        bus_config,
        calibration,
        port,
    }
}

impl Bench {
    fn bus(&self) -> Result<Bus, BusError> {
        let path = self.port.path().expect("it is plugged in");
        let line = SerialTransport::open(&path.display().to_string(), self.bus_config.baud)?;
        let codec = self.bus_config.family.codec();
        Ok(Bus::new(Box::new(line), codec, self.bus_config.baud))
    }

    fn arm(&self, shutdown: ShutdownMode) -> Result<ServoArm, ArmError> {
        let bus = self.bus()?;
        ServoArm::arm(
            bus,
            &self.robot,
            &self.bus_config,
            &self.calibration,
            ArmingOptions { shutdown },
        )
    }

    fn strike(&self, fault: Fault, seconds: f64) {
        let now = self.port.now().as_secs_f64();
        let rule = Rule::always(fault).with_time_window(now, now + seconds);
        self.port
            .with_locked_bus(|emulated_bus| emulated_bus.faults_mut().add(rule));
    }

    /// Returns the goals of the first joint, in the order of arrival.
    fn goals(&self) -> Vec<(Duration, i64)> {
        let goal = self.bus_config.servos[0].model.map.goal_position;
        let head = if self.bus_config.servos[0].model.map.watchdog.is_some() {
            4
        } else {
            2
        };
        let of = |arrival: &ReceivedPacket| {
            if arrival.code != 0x83 || arrival.body[0] != goal.address as u8 {
                return None;
            }
            let bytes = &arrival.body[head + 1..];
            Some((arrival.at, goal.decode(&bytes[..goal.width.into()])?))
        };
        self.port.with_locked_bus(|emulated_bus| {
            emulated_bus
                .received_packets()
                .iter()
                .filter_map(of)
                .collect()
        })
    }

    fn torque(&self) -> Vec<bool> {
        self.port.with_locked_bus(|emulated_bus| {
            let servos = emulated_bus.servos_mut().iter();
            servos
                .map(|servo| servo.register_value(servo.model().map.torque_enable) == 1)
                .collect()
        })
    }

    /// Sends a quarter of a sweep.
    fn quarter(&self, arm: &mut ServoArm) -> Trajectory {
        let trajectory = sweep_of(&self.robot, &arm.state().unwrap(), 0.6);
        for at in 0..trajectory.len() / 4 {
            arm.cycle(&trajectory.command_at(at)).unwrap();
        }
        trajectory
    }

    /// Continues until the arm refuses; returns the error and the time until then.
    fn until_error(&self, arm: &mut ServoArm, trajectory: &Trajectory) -> (ArmError, Duration) {
        let begun = Instant::now();
        for at in trajectory.len() / 4..trajectory.len() {
            if let Err(error) = arm.cycle(&trajectory.command_at(at)) {
                return (error, begun.elapsed());
            }
        }
        panic!("nothing went wrong");
    }
}

/// Checks that no goal is farther from the previous one than a joint may move in a control period.
fn check_no_jump(goals: &[(Duration, i64)]) {
    assert!(goals.len() > 20, "{}", goals.len());
    for pair in goals.windows(2) {
        let way = (pair[1].1 - pair[0].1).abs();
        assert!(way <= 12, "a goal jumped by {way} steps");
    }
}

#[test]
fn an_arm_on_a_serial_port_is_armed_driven_and_left() {
    repeat_if_held_up(|| {
        for protocol in PROTOCOLS {
            let bench = bench(protocol);
            let mut arm = bench.arm(ShutdownMode::Release).unwrap();
            assert_eq!(bench.torque(), [true; 6]);
            let trajectory = sweep_of(&bench.robot, &arm.state().unwrap(), 0.6);
            for at in 0..trajectory.len() {
                arm.cycle(&trajectory.command_at(at)).unwrap();
            }
            let there = arm.state().unwrap().position[0];
            assert!(
                (there - trajectory.end_positions()[0]).abs() < 0.02,
                "{there}"
            );
            arm.shut_down().unwrap();
            assert_eq!(bench.torque(), [false; 6]);
            check_no_jump(&bench.goals());
        }
    });
}

/// Fault 9.
#[test]
fn unplugged_in_mid_move_it_is_lost_and_nothing_old_comes_when_it_returns() {
    repeat_if_held_up(|| {
        for protocol in PROTOCOLS {
            let bench = bench(protocol);
            let mut arm = bench.arm(ShutdownMode::Hold).unwrap();
            let trajectory = bench.quarter(&mut arm);
            bench.strike(Fault::Unplugged, 0.5);
            let (error, _) = bench.until_error(&mut arm, &trajectory);
            assert!(matches!(error, ArmError::Bus(BusError::Lost(_))), "{error}");
            while bench.port.path().is_none() {
                thread::sleep(Duration::from_millis(5));
            }
            let heard = bench
                .port
                .with_locked_bus(|emulated_bus| emulated_bus.received_packets().len());
            assert_eq!(arm.cycle(&trajectory.command_at(81)), Err(error));
            drop(arm);
            assert_eq!(
                bench
                    .port
                    .with_locked_bus(|emulated_bus| emulated_bus.received_packets().len()),
                heard
            );
            check_no_jump(&bench.goals());
            let mut again = bench.arm(ShutdownMode::Release).unwrap();
            assert!(again.state().is_ok());
        }
    });
}

#[test]
fn frozen_for_long_the_bus_hears_no_goal_after_its_sleep_but_those_on_the_way() {
    repeat_if_held_up(|| {
        for protocol in PROTOCOLS {
            let bench = bench(protocol);
            let mut arm = bench.arm(ShutdownMode::Hold).unwrap();
            let trajectory = bench.quarter(&mut arm);
            let from = bench.port.now();
            bench.strike(Fault::Frozen, 0.3);
            let (error, after) = bench.until_error(&mut arm, &trajectory);
            assert!(matches!(error, ArmError::Silent(_)), "{error}");
            assert!(after < Duration::from_millis(1000), "{after:?}");
            thread::sleep(Duration::from_millis(400));
            // One cycle's goal was sent before the silence was noticed, none after.
            let goals = bench.goals();
            let late = goals.iter().filter(|(at, _)| *at > from).count();
            assert!(late <= 2, "{late} goals arrived after it froze");
            check_no_jump(&goals);
            assert_eq!(bench.torque(), [true; 6], "it holds");
            assert_eq!(arm.state().map(drop), Err(error), "until it is armed anew");
        }
    });
}

/// Fault 25: `kill -9` leaves a port that nobody holds, and goals that are near.
#[test]
fn a_host_that_vanishes_leaves_a_port_that_another_can_open() {
    repeat_if_held_up(|| {
        for protocol in PROTOCOLS {
            let bench = bench(protocol);
            let mut arm = bench.arm(ShutdownMode::Hold).unwrap();
            bench.quarter(&mut arm);
            // Neither parked nor shut down.
            drop(arm);
            check_no_jump(&bench.goals());
            let before = bench
                .port
                .with_locked_bus(|emulated_bus| emulated_bus.plant().joint_measurement(0).position);
            let mut arm = bench.arm(ShutdownMode::Release).unwrap();
            let there = arm.state().unwrap().position[0];
            assert!((there - before).abs() < 0.02, "it is armed where it is");
        }
    });
}

#[test]
fn servos_at_another_baud_rate_hear_nothing() {
    repeat_if_held_up(|| {
        let bench = bench("bus.toml");
        let path = bench.port.path().unwrap().display().to_string();
        for (baud, answers) in [(115_200, 0), (1_000_000, 6)] {
            let line = SerialTransport::open(&path, baud).unwrap();
            let mut bus = Bus::new(Box::new(line), bench.bus_config.family.codec(), baud);
            assert_eq!(bus.ping_all().unwrap().len(), answers, "{baud}");
        }
    });
}

#[test]
fn a_link_leads_to_the_port_and_takes_nobodys_place() {
    repeat_if_held_up(|| {
        let folder = tempfile::tempdir().unwrap();
        let free = folder.path().join("arm");
        let taken = folder.path().join("notes");
        std::fs::write(&taken, "mine").unwrap();
        let bench = bench("bus.toml");
        let emulated_bus = |bench: &Bench| {
            BusBuilder {
                robot: &bench.robot,
                bus_config: &bench.bus_config,
                calibration: &bench.calibration,
                faults: Faults::default(),
            }
            .build_bus(Box::new(FreeJoints::from_positions(bench.robot.home())))
            .unwrap()
        };
        let error = PtyBus::serve(emulated_bus(&bench), Some(&taken)).unwrap_err();
        assert!(error.to_string().contains("no link"), "{error}");
        assert_eq!(std::fs::read_to_string(&taken).unwrap(), "mine");
        let port = PtyBus::serve(emulated_bus(&bench), Some(&free)).unwrap();
        assert_eq!(port.path().as_deref(), Some(free.as_path()));
        assert!(SerialTransport::open(&free.display().to_string(), 1_000_000).is_ok());
        drop(port);
        assert!(free.symlink_metadata().is_err(), "the link goes with it");
    });
}
