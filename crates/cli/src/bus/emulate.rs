//! `enact bus emulate`: an arm of servos on a pty, with the simulator's physics behind it.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use enact_arm::bus::{Bus, SerialTransport};
use enact_arm::calibration::Calibration;
use enact_arm::driver::bus_config::ServoConfig;
use enact_arm::driver::joint::ServoJoint;
use enact_arm::driver::{ArmingOptions, BusConfig, ServoArm};
use enact_arm::{ShutdownMode, StopSwitch};
use enact_emulator::{BusBuilder, EmulatedBus, Faults, PtyBus, make_plausible_calibration};
use enact_recording::ServoInfo;
use enact_robot::Robot;
use enact_sim::{SimPlant, Simulator};
use enact_types::text;
use serde_json::{Map, Value, json};

use super::fault_commands::FaultCommands;
use super::packet_log::PacketLog;
use super::picture_folder_writer::PictureFolderWriter;
use crate::arm::args::EmulateArgs;
use crate::arm::arm_config::EmulatedPort;
use crate::arm::hardware::bus_config;
use crate::arm::stdin_lines::StdinLines;
use crate::data_dir::DataDir;
use crate::out::error_message_with_sources;
use crate::stop_sources::stop_on_interrupt;

/// Interval of checks for typed lines and received packets.
const PAUSE: Duration = Duration::from_millis(20);

/// A simulated arm and its servos.
pub struct EmulatedArm {
    robot: Robot,
    bus_config: BusConfig,
    calibration: Calibration,
    simulator: Simulator,
}

impl EmulatedArm {
    /// Creates the arm of this world, with a plausible calibration.
    pub fn new(robot: &Robot, bus_config: BusConfig, simulator: Simulator) -> Self {
        Self {
            robot: robot.clone(),
            calibration: make_plausible_calibration(robot, &bus_config),
            bus_config,
            simulator,
        }
    }

    /// Replaces the calibration by that of a file.
    fn calibrated_by(mut self, path: &Path) -> Result<Self> {
        let wrong = |what: String| {
            anyhow::anyhow!(
                "{what}\nhint: a file that is there is read, never written over; name another one, or none"
            )
        };
        let calibration = Calibration::load(path).map_err(|error| wrong(error.to_string()))?;
        ServoJoint::joints_of_robot(&self.robot, &self.bus_config, &calibration)
            .map_err(|unfit| wrong(format!("{}: {unfit}", path.display())))?;
        self.calibration = calibration;
        Ok(self)
    }

    /// Returns the emulated servos.
    ///
    /// # Errors
    /// If the calibration does not fit the servos.
    pub fn emulated_bus(&self, faults: Faults) -> Result<EmulatedBus> {
        let plant = SimPlant::new(self.simulator.clone(), &self.robot, &self.bus_config);
        let emulator = BusBuilder {
            robot: &self.robot,
            bus_config: &self.bus_config,
            calibration: &self.calibration,
            faults,
        };
        Ok(emulator.build_bus(Box::new(plant))?)
    }

    /// Returns the arm on `port`, armed.
    ///
    /// # Errors
    /// If the port is unplugged or cannot be opened, or a check before arming fails.
    pub fn open_armed_arm(&self, port: &EmulatedPort, shutdown: ShutdownMode) -> Result<ServoArm> {
        let bus = match port {
            EmulatedPort::Pty(port) => {
                let path = port.path().context("the emulated port is unplugged")?;
                let BusConfig { family, baud, .. } = self.bus_config;
                let line = SerialTransport::open(&path.display().to_string(), baud)?;
                Bus::new(Box::new(line), family.codec(), baud)
            }
            EmulatedPort::Line(line) => line.host_side_bus(&self.bus_config),
        };
        Ok(ServoArm::arm(
            bus,
            &self.robot,
            &self.bus_config,
            &self.calibration,
            ArmingOptions { shutdown },
        )?)
    }

    /// Returns the servos as LeRobot describes them.
    ///
    /// # Errors
    /// If the calibration does not fit the servos.
    pub fn servo_info(&self) -> Result<ServoInfo> {
        Ok(ServoInfo::from_calibration(
            &self.robot,
            &self.bus_config,
            &self.calibration,
        )?)
    }

    /// Describes the port and the servos for a program.
    fn facts(&self, port: &Path) -> Value {
        let servos = self.joint_names().into_iter().zip(&self.bus_config.servos);
        let joints: Map<String, Value> = servos
            .map(|(name, servo)| {
                let ServoConfig { id, model, .. } = servo;
                (name, json!({"servo": id, "model": model.name}))
            })
            .collect();
        json!({
            "port": port,
            "robot": self.robot.name(),
            "baud": self.bus_config.baud,
            "joints": joints,
        })
    }

    /// Names of the joints.
    pub fn joint_names(&self) -> Vec<String> {
        let joints = self.robot.joints().iter();
        joints.map(|joint| joint.name.clone()).collect()
    }
}

/// Serves an arm until told to stop.
///
/// # Errors
/// If a file cannot be read or written, or no pty can be opened.
pub fn emulate(data_dir: &DataDir, args: &EmulateArgs) -> Result<bool> {
    let robot = data_dir.load_robot_to_move(&args.robot)?;
    let layout = data_dir.load_layout(&args.scene, &robot, args.seed)?;
    let simulator = Simulator::new(&robot, &layout, false);
    let bus_config = bus_config(data_dir, &robot, &args.robot, args.protocol)?;
    let bench = EmulatedArm::new(&robot, bus_config, simulator.clone());
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
    let mut emulated_bus = bench.emulated_bus(read_faults(args.faults.as_deref())?)?;
    emulated_bus.set_realistic_timing(!args.untimed);
    if args.uncalibrated {
        forget_calibration(&mut emulated_bus);
    } else if !args.limp {
        emulated_bus.hold_joints();
    }
    let mut arrivals = args.log.as_deref().map(PacketLog::create).transpose()?;
    let look = args.sheet.appearance_with_sheet(&robot)?;
    let mut pictures = args
        .pictures
        .as_deref()
        .map(|folder| {
            PictureFolderWriter::create(folder, &simulator, look, args.seed, args.picture_fps)
        })
        .transpose()?;
    let stop = StopSwitch::new();
    stop_on_interrupt(stop.clone())?;
    let port = PtyBus::serve(emulated_bus, args.link.as_deref()).context("cannot serve a pty")?;
    if let Some(path) = port.path() {
        if args.json {
            outln!("{}", bench.facts(&path));
        } else {
            outln!("{}", path.display());
        }
    }
    errln!("{}", super::fault_commands::HELP);
    let commands = FaultCommands::new(bench.joint_names());
    let lines = StdinLines::start_reading();
    while !stop.is_pressed() {
        if let Some(line) = lines.wait_for_line_within(PAUSE)
            && let Err(error) = commands.obey(&line, &port)
        {
            errln!("{}", error_message_with_sources(&error));
        }
        if let Some(arrivals) = &mut arrivals {
            arrivals.write_new_packets(&port)?;
        }
        if let Some(pictures) = &mut pictures {
            pictures.write_picture_if_due()?;
        }
    }
    Ok(true)
}

/// Reads faults from a file; without one there are none.
///
/// # Errors
/// If the file cannot be read or is no list of faults.
pub fn read_faults(path: Option<&Path>) -> Result<Faults> {
    let Some(path) = path else {
        return Ok(Faults::default());
    };
    let text = std::fs::read(path)
        .and_then(text::decode)
        .with_context(|| format!("cannot read the faults {}", path.display()))?;
    Faults::parse(&text).map_err(|error| anyhow::anyhow!("{}, {error}", path.display()))
}

/// Resets the servos to factory settings.
fn forget_calibration(emulated_bus: &mut EmulatedBus) {
    for servo in emulated_bus.servos_mut() {
        let map = servo.model().map;
        servo.set_register(map.homing_offset, 0);
        servo.set_register(map.min_position, 0);
        servo.set_register(map.max_position, servo.model().steps_per_turn - 1);
    }
}
