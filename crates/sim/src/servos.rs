//! The arm of a simulated world, driven by emulated servos.

use std::time::Duration;

use enact_arm::driver::BusConfig;
use enact_emulator::Plant;
use enact_emulator::plant::{GUIDED_SPEED_RAD_PER_S, JointDrive, JointMeasurement};
use enact_robot::Robot;

use crate::simulator::Simulator;
use crate::world::ServoDrive;

/// Weight of a new effort in the load that a servo reports, which it smooths over some 30 ms.
const SMOOTHING: f64 = 0.15;

/// Joints with masses among objects that they can push. Without torque they sag.
#[derive(Debug)]
pub struct SimPlant {
    simulator: Simulator,
    period: Duration,
    /// Elapsed time that is still too short for a physics step.
    spare: Duration,
    /// Torque of each servo at full output, N·m.
    torques: Vec<f64>,
    /// A joint's largest effort as a share of that torque.
    shares: Vec<f64>,
    motions: Vec<JointMeasurement>,
    hands: Vec<Option<f64>>,
}

impl SimPlant {
    /// Creates the arm of this world. A joint's largest effort is the torque of its servo at the
    /// output that the wiring allows.
    pub fn new(simulator: Simulator, robot: &Robot, bus_config: &BusConfig) -> Self {
        let shares: Vec<f64> = bus_config.servos.iter().map(|servo| servo.output).collect();
        let joints = robot.joints().iter().zip(&shares);
        let mut plant = Self {
            simulator,
            period: robot.control_period(),
            spare: Duration::ZERO,
            torques: joints
                .map(|(joint, share)| joint.limits.effort / share)
                .collect(),
            hands: vec![None; shares.len()],
            shares,
            motions: vec![JointMeasurement::default(); bus_config.servos.len()],
        };
        plant.sense();
        plant
    }

    /// Returns the drive of a joint: the servo's, or that of a guiding hand, which is stronger.
    fn servo(&self, joint: usize, drive: &JointDrive) -> ServoDrive {
        let torque = self.torques[joint];
        match self.hands[joint] {
            Some(hand) => ServoDrive {
                goal: Some(hand),
                speed: GUIDED_SPEED_RAD_PER_S,
                strength: 2.0 * torque,
            },
            None => ServoDrive {
                goal: drive.goal,
                speed: drive.speed,
                strength: drive.output * torque,
            },
        }
    }

    fn sense(&mut self) {
        let state = self.simulator.with_world(|world| world.arm_state());
        for (joint, motion) in self.motions.iter_mut().enumerate() {
            let effort = state.effort[joint] * self.shares[joint];
            *motion = JointMeasurement {
                position: state.position[joint],
                velocity: state.velocity[joint],
                effort: motion.effort + SMOOTHING * (effort - motion.effort),
            };
        }
    }
}

impl Plant for SimPlant {
    fn advance(&mut self, time: Duration, drives: &[JointDrive]) {
        self.spare += time;
        if self.spare < self.period {
            return;
        }
        let servos: Vec<ServoDrive> = drives
            .iter()
            .enumerate()
            .map(|(joint, drive)| self.servo(joint, drive))
            .collect();
        while self.spare >= self.period {
            self.spare -= self.period;
            self.simulator
                .with_world(|world| world.step_servos(&servos));
            self.sense();
        }
    }

    fn joint_measurement(&self, joint: usize) -> JointMeasurement {
        let last = self.motions[joint];
        JointMeasurement {
            position: last.position + last.velocity * self.spare.as_secs_f64(),
            ..last
        }
    }

    fn guide(&mut self, joint: usize, to: Option<f64>) {
        self.hands[joint] = to;
    }
}
