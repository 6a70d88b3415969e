//! The simulator's arm driven by emulated servos, in the bus's own time, with a plan from a file.
#![allow(dead_code)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use enact_arm::calibration::Calibration;
use enact_arm::driver::{ArmingOptions, BusConfig, ServoArm};
use enact_arm::{ArmThread, ShutdownMode};
use enact_camera::Camera;
use enact_emulator::plant::{JointDrive, JointMeasurement};
use enact_emulator::{
    BusBuilder, EmulatedTransport, Faults, Plant, Rule, make_plausible_calibration,
};
use enact_plan::Agent;
use enact_robot::Robot;
use enact_runtime::Session;
use enact_sim::render::Appearance;
use enact_sim::{Layout, SimPlant, Simulator};
pub use enact_testkit::PUT_CUBE_INSTRUCTION;
use enact_testkit::{PUT_CUBE_PLAN, load_shipped_scene, repository_root};

/// Both protocols.
pub const PROTOCOLS: [&str; 2] = ["bus.toml", "bus-dynamixel.toml"];

/// A table, an arm at it, and the bus of its servos.
pub struct Bench {
    pub robot: Arc<Robot>,
    pub bus_config: BusConfig,
    pub calibration: Calibration,
    pub layout: Layout,
    pub seed: u64,
    pub simulator: Simulator,
    pub line: EmulatedTransport,
    /// Motion of the joints.
    pub trace: Arc<Mutex<Trace>>,
}

/// Range and speed of each joint, according to physics.
#[derive(Clone, Debug)]
pub struct Trace {
    pub lowest: [f64; 6],
    pub highest: [f64; 6],
    pub fastest: [f64; 6],
}

impl Bench {
    /// Draws a table from `seed`, which also determines the randomness of faults.
    pub fn new(protocol: &str, seed: u64) -> Self {
        let robot = enact_testkit::load_shipped_robot("so101");
        let bus_config = BusConfig::load(
            &repository_root().join("robots/so101").join(protocol),
            &robot,
        )
        .unwrap();
        let calibration = make_plausible_calibration(&robot, &bus_config);
        let layout = load_shipped_scene("tabletop").sample_layout(seed);
        let simulator = Simulator::new(&robot, &layout, false);
        let plant = Traced::new(SimPlant::new(simulator.clone(), &robot, &bus_config));
        let trace = Arc::clone(&plant.trace);
        let line = BusBuilder {
            robot: &robot,
            bus_config: &bus_config,
            calibration: &calibration,
            faults: Faults::new(Vec::new(), seed),
        }
        .build_transport(Box::new(plant))
        .unwrap();
        line.with_locked_bus(enact_emulator::EmulatedBus::hold_joints);
        Self {
            robot,
            bus_config,
            calibration,
            layout,
            seed,
            simulator,
            line,
            trace,
        }
    }

    /// Returns the arm, armed on a bus without faults; afterwards the bus follows `rules`.
    pub fn arm(&self, shutdown: ShutdownMode, rules: &[Rule]) -> ArmThread {
        let bus = self.line.host_side_bus(&self.bus_config);
        let options = ArmingOptions { shutdown };
        let arm = ServoArm::arm(
            bus,
            &self.robot,
            &self.bus_config,
            &self.calibration,
            options,
        )
        .unwrap_or_else(|error| panic!("{error}"));
        self.line.with_locked_bus(|emulated_bus| {
            for rule in rules {
                emulated_bus.faults_mut().add(rule.clone());
            }
        });
        ArmThread::start(Box::new(arm), &self.robot)
    }

    /// Returns the simulator's camera.
    pub fn camera(&self) -> Box<dyn Camera> {
        Box::new(self.simulator.camera(Appearance::default(), self.seed))
    }

    /// Returns an agent that perceives the ground truth and follows the plan.
    pub fn agent(&self) -> Box<dyn Agent> {
        Box::new(enact_testkit::ground_truth_agent_with_plan(
            &self.simulator,
            &self.layout,
            PUT_CUBE_PLAN,
        ))
    }

    pub fn session<'a>(
        &self,
        arm: ArmThread,
        camera: Box<dyn Camera>,
        agent: Box<dyn Agent>,
    ) -> Session<'a> {
        Session::new(Arc::clone(&self.robot), arm, camera, agent, Vec::new()).unwrap()
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
}

/// A plant whose joints are traced.
struct Traced {
    plant: SimPlant,
    trace: Arc<Mutex<Trace>>,
}

impl Traced {
    fn new(plant: SimPlant) -> Self {
        let at: [f64; 6] = std::array::from_fn(|joint| plant.joint_measurement(joint).position);
        let trace = Trace {
            lowest: at,
            highest: at,
            fastest: [0.0; 6],
        };
        Self {
            plant,
            trace: Arc::new(Mutex::new(trace)),
        }
    }
}

impl Plant for Traced {
    fn advance(&mut self, time: Duration, drives: &[JointDrive]) {
        self.plant.advance(time, drives);
        let mut trace = self.trace.lock().unwrap();
        for joint in 0..6 {
            let motion = self.plant.joint_measurement(joint);
            trace.lowest[joint] = trace.lowest[joint].min(motion.position);
            trace.highest[joint] = trace.highest[joint].max(motion.position);
            trace.fastest[joint] = trace.fastest[joint].max(motion.velocity.abs());
        }
    }

    fn joint_measurement(&self, joint: usize) -> JointMeasurement {
        self.plant.joint_measurement(joint)
    }

    fn guide(&mut self, joint: usize, to: Option<f64>) {
        self.plant.guide(joint, to);
    }
}
