//! Tests other software on the emulated port: `rustypot` reads, drives and switches off an arm over
//! a pty, and its values are those of the servos themselves.

use std::time::Duration;

use enact_arm::driver::BusConfig;
use enact_emulator::{BusBuilder, Faults, FreeJoints, PtyBus, make_plausible_calibration};
use enact_robot::Robot;
use enact_testkit::real_time::repeat_if_held_up;
use rustypot::servo::dynamixel::xl430::Xl430Controller;
use rustypot::servo::feetech::sts3215::Sts3215Controller;

const IDS: [u8; 6] = [1, 2, 3, 4, 5, 6];

fn port(protocol: &str) -> PtyBus {
    let robots = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots");
    let robot = Robot::load_by_name("so101", robots.as_ref()).unwrap();
    let path = format!("{robots}/so101/{protocol}");
    let bus_config = BusConfig::load(path.as_ref(), &robot).unwrap();
    let emulator = BusBuilder {
        robot: &robot,
        bus_config: &bus_config,
        calibration: &make_plausible_calibration(&robot, &bus_config),
        faults: Faults::default(),
    };
    let joints = FreeJoints::from_positions(robot.home());
    PtyBus::serve(emulator.build_bus(Box::new(joints)).unwrap(), None).unwrap()
}

/// Returns the value of a register in each servo.
fn own(port: &PtyBus, register: impl Fn(&enact_emulator::servo::EmulatedServo) -> i64) -> Vec<i64> {
    port.with_locked_bus(|emulated_bus| emulated_bus.servos_mut().iter().map(&register).collect())
}

/// The same conversation with a controller of either protocol, which are separate types.
macro_rules! drive {
    ($protocol:literal, $controller:expr, $first_model:literal) => {{
        let bus = port($protocol);
        let path = bus.path().unwrap().display().to_string();
        let open = serialport::new(path, 1_000_000).timeout(Duration::from_millis(500));
        let mut arm = $controller.with_serial_port(open.open().unwrap());
        for id in IDS {
            assert!(arm.ping(id).unwrap());
        }
        assert_eq!(arm.read_register(1, "model_number").unwrap(), $first_model);
        let before = arm.sync_read_register(&IDS, "present_position").unwrap();
        let present = |servo: &enact_emulator::servo::EmulatedServo| {
            servo.register_value(servo.model().map.position)
        };
        assert_eq!(before, own(&bus, present));
        arm.sync_write_register(&IDS, "goal_position", &before)
            .unwrap();
        for id in IDS {
            arm.write_register(id, "torque_enable", 1).unwrap();
        }
        // Towards the middle, which every joint can reach.
        let towards = |steps: &i64| steps + 150 * (2048 - steps).signum();
        let goals: Vec<i64> = before.iter().map(towards).collect();
        arm.sync_write_register(&IDS, "goal_position", &goals)
            .unwrap();
        let mut there = Vec::new();
        for _ in 0..200 {
            there = arm.sync_read_register(&IDS, "present_position").unwrap();
            if there == goals {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let near = |(a, b): (&i64, &i64)| (a - b).abs() <= 1;
        assert!(there.iter().zip(&goals).all(near), "{there:?} {goals:?}");
        for id in IDS {
            arm.write_register(id, "torque_enable", 0).unwrap();
        }
        let torque = |servo: &enact_emulator::servo::EmulatedServo| {
            servo.register_value(servo.model().map.torque_enable)
        };
        assert_eq!(own(&bus, torque), [0; 6]);
    }};
}

#[test]
fn rustypot_drives_feetech_servos() {
    repeat_if_held_up(|| {
        drive!("bus.toml", Sts3215Controller::new().with_protocol_v1(), 777);
    });
}

#[test]
fn rustypot_drives_dynamixel_servos() {
    repeat_if_held_up(|| {
        drive!(
            "bus-dynamixel.toml",
            Xl430Controller::new().with_protocol_v2(),
            1060
        );
    });
}
