//! An emulated SO-101 on either protocol, and motion for it.

#![allow(dead_code)]

use std::path::PathBuf;

use enact_arm::calibration::Calibration;
use enact_arm::driver::{ArmingOptions, BusConfig, ServoArm};
use enact_arm::servo::Register;
use enact_arm::servo::model::RegisterMap;
use enact_arm::{
    Arm, ArmError, ArmState, ArmThread, ContactPolicy, Execution, ExecutionEnd, ShutdownMode,
};
use enact_emulator::{
    BusBuilder, EmulatedTransport, Fault, Faults, FreeJoints, Plant, Rule,
    make_plausible_calibration,
};
use enact_robot::{Gate, Robot, StartState, Trajectory};
use enact_types::JointVector;

/// Both protocols.
pub const PROTOCOLS: [&str; 2] = ["bus.toml", "bus-dynamixel.toml"];

/// An arm on an emulated bus.
pub struct Bench {
    pub robot: Robot,
    pub bus_config: BusConfig,
    pub calibration: Calibration,
    pub line: EmulatedTransport,
}

fn robots() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots").into()
}

/// Returns an arm at home whose bus follows `rules`.
pub fn bench(protocol: &str, rules: Vec<Rule>) -> Bench {
    seeded(protocol, rules, 1)
}

/// Returns an arm as [`bench`] does, with a seed for the rules' probabilities.
pub fn seeded(protocol: &str, rules: Vec<Rule>, seed: u64) -> Bench {
    built(protocol, Faults::new(rules, seed), |robot, _, _| {
        Box::new(FreeJoints::from_positions(robot.home()))
    })
}

/// Returns an arm with these joints.
pub fn built(
    protocol: &str,
    faults: Faults,
    plant: impl FnOnce(&Robot, &BusConfig, &Calibration) -> Box<dyn Plant>,
) -> Bench {
    let robot = Robot::load_by_name("so101", &robots()).expect("the robot that ships loads");
    let bus_config = BusConfig::load(&robots().join("so101").join(protocol), &robot)
        .expect("the wiring that ships loads");
    let calibration = make_plausible_calibration(&robot, &bus_config);
    let line = BusBuilder {
        robot: &robot,
        bus_config: &bus_config,
        calibration: &calibration,
        faults,
    }
    .build_transport(plant(&robot, &bus_config, &calibration))
    .expect("its own calibration suits it");
    Bench {
        robot,
        bus_config,
        calibration,
        line,
    }
}

impl Bench {
    pub fn arm(&self) -> Result<ServoArm, ArmError> {
        self.arm_to(ShutdownMode::Release)
    }

    pub fn arm_to(&self, shutdown: ShutdownMode) -> Result<ServoArm, ArmError> {
        let bus = self.line.host_side_bus(&self.bus_config);
        ServoArm::arm(
            bus,
            &self.robot,
            &self.bus_config,
            &self.calibration,
            ArmingOptions { shutdown },
        )
    }

    /// Returns a sweep of the first joint and the gripper from the arm's last commanded positions.
    pub fn sweep(&self, from: &ArmState, by: f64) -> Trajectory {
        sweep_of(&self.robot, from, by)
    }

    /// Arms, sweeps once, and shuts down.
    pub fn run(&self, by: f64) -> Result<Execution, ArmError> {
        let mut arm = self.arm()?;
        let trajectory = self.sweep(&arm.state()?, by);
        ArmThread::start(Box::new(arm), &self.robot).execute(trajectory, ContactPolicy::Limit(0.5))
    }

    /// Returns the true position of a joint.
    pub fn truth(&self, joint: usize) -> f64 {
        self.line
            .with_locked_bus(|emulated_bus| emulated_bus.plant().joint_measurement(joint).position)
    }

    /// Moves the first joint by hand, or lets go.
    pub fn guide(&self, to: Option<f64>) {
        self.line
            .with_locked_bus(|emulated_bus| emulated_bus.plant_mut().guide(0, to));
    }

    /// Returns the value of a register in every servo.
    pub fn registers(&self, of: impl Fn(&RegisterMap) -> Register) -> Vec<i64> {
        self.line.with_locked_bus(|emulated_bus| {
            let servos = emulated_bus.servos_mut().iter();
            servos
                .map(|servo| servo.register_value(of(servo.model().map)))
                .collect()
        })
    }

    /// Sets a register of one servo, or of all.
    pub fn set(&self, servo: Option<usize>, of: impl Fn(&RegisterMap) -> Register, value: i64) {
        self.line.with_locked_bus(|emulated_bus| {
            for (index, one) in emulated_bus.servos_mut().iter_mut().enumerate() {
                if servo.is_none_or(|chosen| chosen == index) {
                    one.set_register(of(one.model().map), value);
                }
            }
        });
    }

    /// Returns which servos have torque.
    pub fn torque(&self) -> Vec<bool> {
        self.line.with_locked_bus(|emulated_bus| {
            let servos = emulated_bus.servos_mut().iter();
            servos
                .map(|servo| servo.register_value(servo.model().map.torque_enable) == 1)
                .collect()
        })
    }

    /// Adds a fault that lasts from now on for some seconds.
    pub fn strike(&self, fault: Fault, servo: Option<u8>, seconds: f64) {
        let now = self.now();
        let mut rule = Rule::always(fault).with_time_window(now, now + seconds);
        rule.servo = servo;
        self.line
            .with_locked_bus(|emulated_bus| emulated_bus.faults_mut().add(rule));
    }

    /// Returns the time of the bus, seconds.
    pub fn now(&self) -> f64 {
        use enact_arm::bus::Transport;
        self.line.now().as_secs_f64()
    }
}

/// Returns whether a motion ended where it should.
pub fn finished(execution: &Execution, bench: &Bench, by: f64) -> bool {
    let home = bench.robot.home()[0];
    execution.end == ExecutionEnd::Finished && (bench.truth(0) - home - by).abs() < 0.01
}

/// Returns a sweep of the first joint and the gripper from the arm's last commanded positions.
pub fn sweep_of(robot: &Robot, from: &ArmState, by: f64) -> Trajectory {
    let at = from.commanded.clone().expect("an armed arm has a command");
    let steps = 300;
    let sample = |step: usize| -> JointVector {
        let t = step as f64 / steps as f64;
        let share = t * t * t * (10.0 - 15.0 * t + 6.0 * t * t);
        let mut joints = at.clone();
        joints[0] += by * share;
        joints[5] += 0.5 * by.abs() * share;
        joints
    };
    let start = StartState {
        measured: &from.position,
        commanded: from.commanded.as_ref(),
    };
    Gate::new(robot)
        .admit((0..=steps).map(sample).collect(), &start)
        .expect("it is within limits")
}
