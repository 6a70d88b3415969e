//! `enact bus emulate`: an arm of servos on a pty, with the simulator's physics behind it.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use enact_arm::bus::{Bus, SerialLine};
use enact_arm::calibration::Calibration;
use enact_arm::driver::joint::ServoJoint;
use enact_arm::driver::wiring::Servo;
use enact_arm::driver::{Options, ServoArm, Wiring};
use enact_arm::{Ending, StopSwitch};
use enact_emulator::{Emulator, Faults, Network, PtyBus, nominal_calibration};
use enact_journal::ServoInfo;
use enact_robot::Robot;
use enact_sim::{SimPlant, Simulator};
use enact_types::text;
use serde_json::{Map, Value, json};

use super::arrivals::Arrivals;
use super::console::Console;
use super::pictures::Pictures;
use crate::arm::args::EmulateArgs;
use crate::arm::choice::EmulatedPort;
use crate::arm::hardware::wiring;
use crate::arm::lines::Lines;
use crate::home::Home;
use crate::out::told;
use crate::stops::on_interrupt;

/// Pause between two looks at what a person types and what arrived.
const PAUSE: Duration = Duration::from_millis(20);

/// A simulated arm and the servos that turn it.
pub struct Bench {
    robot: Robot,
    wiring: Wiring,
    calibration: Calibration,
    simulator: Simulator,
}

impl Bench {
    /// The arm of this world, with a calibration that such an arm could have.
    pub fn new(robot: &Robot, wiring: Wiring, simulator: Simulator) -> Self {
        Self {
            robot: robot.clone(),
            calibration: nominal_calibration(robot, &wiring),
            wiring,
            simulator,
        }
    }

    /// The same arm, calibrated as a file says.
    fn calibrated_by(mut self, path: &Path) -> Result<Self> {
        let wrong = |what: String| {
            anyhow::anyhow!(
                "{what}\nhint: a file that is there is read, never written over; name another one, or none"
            )
        };
        let calibration = Calibration::load(path).map_err(|error| wrong(error.to_string()))?;
        ServoJoint::all(&self.robot, &self.wiring, &calibration)
            .map_err(|unfit| wrong(format!("{}: {unfit}", path.display())))?;
        self.calibration = calibration;
        Ok(self)
    }

    /// Its servos.
    pub fn network(&self, faults: Faults) -> Result<Network> {
        let plant = SimPlant::new(self.simulator.clone(), &self.robot, &self.wiring);
        let emulator = Emulator {
            robot: &self.robot,
            wiring: &self.wiring,
            calibration: &self.calibration,
            faults,
        };
        Ok(emulator.network(Box::new(plant))?)
    }

    /// The arm on its port, armed.
    pub fn arm(&self, port: &EmulatedPort, ending: Ending) -> Result<ServoArm> {
        let bus = match port {
            EmulatedPort::Pty(port) => {
                let path = port.path().context("the emulated port is unplugged")?;
                let Wiring { family, baud, .. } = self.wiring;
                let line = SerialLine::open(&path.display().to_string(), baud)?;
                Bus::new(Box::new(line), family.codec(), baud)
            }
            EmulatedPort::Line(line) => line.bus(&self.wiring),
        };
        Ok(ServoArm::arm(
            bus,
            &self.robot,
            &self.wiring,
            &self.calibration,
            Options { ending },
        )?)
    }

    /// Its servos as LeRobot knows them.
    pub fn servos(&self) -> Result<ServoInfo> {
        Ok(ServoInfo::of(&self.robot, &self.wiring, &self.calibration)?)
    }

    /// What is served, for a program.
    fn facts(&self, port: &Path) -> Value {
        let servos = self.joints().into_iter().zip(&self.wiring.servos);
        let joints: Map<String, Value> = servos
            .map(|(name, servo)| {
                let Servo { id, model, .. } = servo;
                (name, json!({"servo": id, "model": model.name}))
            })
            .collect();
        json!({
            "port": port,
            "robot": self.robot.name(),
            "baud": self.wiring.baud,
            "joints": joints,
        })
    }

    /// Names of the joints.
    pub fn joints(&self) -> Vec<String> {
        let joints = self.robot.joints().iter();
        joints.map(|joint| joint.name.clone()).collect()
    }
}

/// Serves an arm until told to stop.
pub fn emulate(home: &Home, args: &EmulateArgs) -> Result<bool> {
    let robot = home.guarded(&args.robot)?;
    let scene = home.scene(&args.scene)?.before(&robot);
    let simulator = Simulator::new(&robot, &scene.draw(args.seed), false);
    let wiring = wiring(home, &robot, &args.robot, args.protocol)?;
    let bench = Bench::new(&robot, wiring, simulator.clone());
    let bench = match &args.calibration {
        Some(path) if path.symlink_metadata().is_ok() && !args.uncalibrated => {
            bench.calibrated_by(path)?
        }
        Some(path) if path.symlink_metadata().is_err() => {
            bench.calibration.save(path)?;
            bench
        }
        _ => bench,
    };
    let mut network = bench.network(read_faults(args.faults.as_deref())?)?;
    network.set_timed(!args.untimed);
    if args.uncalibrated {
        forget_calibration(&mut network);
    } else if !args.limp {
        network.hold();
    }
    let mut arrivals = args.log.as_deref().map(Arrivals::create).transpose()?;
    let mut pictures = args
        .pictures
        .as_deref()
        .map(|folder| Pictures::create(folder, &simulator, args.seed, args.picture_fps))
        .transpose()?;
    let stop = StopSwitch::new();
    on_interrupt(stop.clone())?;
    let port = PtyBus::serve(network, args.link.as_deref()).context("cannot serve a pty")?;
    if let Some(path) = port.path() {
        if args.json {
            outln!("{}", bench.facts(&path));
        } else {
            outln!("{}", path.display());
        }
    }
    errln!("{}", super::console::HELP);
    let console = Console::new(bench.joints());
    let lines = Lines::read();
    while !stop.is_pressed() {
        if let Some(line) = lines.wait(PAUSE)
            && let Err(error) = console.obey(&line, &port)
        {
            errln!("{}", told(&error));
        }
        if let Some(arrivals) = &mut arrivals {
            arrivals.write(&port)?;
        }
        if let Some(pictures) = &mut pictures {
            pictures.take()?;
        }
    }
    Ok(true)
}

/// Rules from a file; none without one.
pub fn read_faults(path: Option<&Path>) -> Result<Faults> {
    let Some(path) = path else {
        return Ok(Faults::default());
    };
    let text = std::fs::read(path)
        .and_then(text::decode)
        .with_context(|| format!("cannot read the faults {}", path.display()))?;
    Faults::parse(&text).map_err(|error| anyhow::anyhow!("{}, {error}", path.display()))
}

/// As the factory made them.
fn forget_calibration(network: &mut Network) {
    for servo in network.servos() {
        let roles = servo.model().roles;
        servo.set(roles.homing_offset, 0);
        servo.set(roles.min_position, 0);
        servo.set(roles.max_position, servo.model().steps_per_turn - 1);
    }
}
