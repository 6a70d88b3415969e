//! The simulator's arm turned by emulated servos, in the bus's own time, with a plan from a file.
#![allow(dead_code)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use enact_arm::calibration::Calibration;
use enact_arm::driver::{Options, ServoArm, Wiring};
use enact_arm::{ArmThread, Ending};
use enact_bridge::Session;
use enact_camera::Camera;
use enact_emulator::plant::{Drive, Motion};
use enact_emulator::{EmulatedLine, Emulator, Faults, Plant, Rule, nominal_calibration};
use enact_plan::Mind;
use enact_robot::Robot;
use enact_sim::render::Look;
use enact_sim::{Layout, SimPlant, Simulator};
pub use enact_testkit::TASK;
use enact_testkit::{PUT, root, scene};

/// Both protocols.
pub const PROTOCOLS: [&str; 2] = ["bus.toml", "bus-dynamixel.toml"];

/// A table, an arm at it, and the bus that its servos are on.
pub struct Bench {
    pub robot: Arc<Robot>,
    pub wiring: Wiring,
    pub calibration: Calibration,
    pub layout: Layout,
    pub seed: u64,
    pub simulator: Simulator,
    pub line: EmulatedLine,
    /// What the joints did.
    pub trace: Arc<Mutex<Trace>>,
}

/// How far each joint went, and how fast, as physics had it.
#[derive(Clone, Debug)]
pub struct Trace {
    pub lowest: [f64; 6],
    pub highest: [f64; 6],
    pub fastest: [f64; 6],
}

impl Bench {
    /// A table drawn by `seed`, which also decides what faults leave to chance.
    pub fn new(protocol: &str, seed: u64) -> Self {
        let robot = enact_testkit::robot("so101");
        let wiring = Wiring::load(&root().join("robots/so101").join(protocol), &robot).unwrap();
        let calibration = nominal_calibration(&robot, &wiring);
        let layout = scene("tabletop").draw(seed);
        let simulator = Simulator::new(&robot, &layout, false);
        let plant = Traced::new(SimPlant::new(simulator.clone(), &robot, &wiring));
        let trace = Arc::clone(&plant.trace);
        let line = Emulator {
            robot: &robot,
            wiring: &wiring,
            calibration: &calibration,
            faults: Faults::new(Vec::new(), seed),
        }
        .with(Box::new(plant))
        .unwrap();
        line.with(enact_emulator::Network::hold);
        Self {
            robot,
            wiring,
            calibration,
            layout,
            seed,
            simulator,
            line,
            trace,
        }
    }

    /// The arm, armed on a bus that works; from then on it does what `rules` say.
    pub fn arm(&self, ending: Ending, rules: &[Rule]) -> ArmThread {
        let bus = self.line.bus(&self.wiring);
        let options = Options { ending };
        let arm = ServoArm::arm(bus, &self.robot, &self.wiring, &self.calibration, options)
            .unwrap_or_else(|error| panic!("{error}"));
        self.line.with(|network| {
            for rule in rules {
                network.faults().add(rule.clone());
            }
        });
        ArmThread::start(Box::new(arm), &self.robot)
    }

    /// The simulator's camera.
    pub fn camera(&self) -> Box<dyn Camera> {
        Box::new(self.simulator.camera(Look::default(), self.seed))
    }

    /// Sees what is there, and follows the plan.
    pub fn mind(&self) -> Box<dyn Mind> {
        Box::new(enact_testkit::mind(&self.simulator, &self.layout, PUT))
    }

    pub fn session<'a>(
        &self,
        arm: ArmThread,
        camera: Box<dyn Camera>,
        mind: Box<dyn Mind>,
    ) -> Session<'a> {
        Session::new(Arc::clone(&self.robot), arm, camera, mind, Vec::new()).unwrap()
    }

    /// Which servos have torque.
    pub fn torque(&self) -> Vec<bool> {
        self.line.with(|network| {
            let servos = network.servos().iter();
            servos
                .map(|servo| servo.get(servo.model().roles.torque_enable) == 1)
                .collect()
        })
    }
}

/// A plant whose joints are watched.
struct Traced {
    plant: SimPlant,
    trace: Arc<Mutex<Trace>>,
}

impl Traced {
    fn new(plant: SimPlant) -> Self {
        let at: [f64; 6] = std::array::from_fn(|joint| plant.motion(joint).position);
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
    fn advance(&mut self, time: Duration, drives: &[Drive]) {
        self.plant.advance(time, drives);
        let mut trace = self.trace.lock().unwrap();
        for joint in 0..6 {
            let motion = self.plant.motion(joint);
            trace.lowest[joint] = trace.lowest[joint].min(motion.position);
            trace.highest[joint] = trace.highest[joint].max(motion.position);
            trace.fastest[joint] = trace.fastest[joint].max(motion.velocity.abs());
        }
    }

    fn motion(&self, joint: usize) -> Motion {
        self.plant.motion(joint)
    }

    fn guide(&mut self, joint: usize, to: Option<f64>) {
        self.plant.guide(joint, to);
    }
}
