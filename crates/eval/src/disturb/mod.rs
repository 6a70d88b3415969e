//! Disturbances during a run, unknown to the robot.
//!
//! | module | idea |
//! |---|---|
//! | this one | of objects on the table |
//! | [`camera`] | of the pictures |

pub mod camera;

use std::f64::consts::TAU;

use enact_plan::Skill;
use enact_runtime::{Event, Observer};
use enact_sim::Simulator;
use enact_types::{Pose, Vector3};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::episode_setup::EpisodeSetup;
use crate::suite::Trigger;

/// Number of directions tried until the object stays clear of the others.
const WAYS: u32 = 60;
/// Smallest distance to the outlines of the others, meters.
const CLEAR: f64 = 0.02;

/// Place of an object that has not appeared yet: on the table behind the camera.
const OUT_OF_SIGHT: [f64; 2] = [0.72, 0.55];

/// Moves objects once, at the trigger of the task.
pub struct Disturber<'a> {
    simulator: &'a Simulator,
    moment: Trigger,
    moves: Vec<(usize, Pose)>,
    acting: bool,
    placing: bool,
}

impl<'a> Disturber<'a> {
    /// Creates the disturbance that the task of an episode asks for, and hides the object that
    /// appears later.
    pub fn new(setup: &EpisodeSetup<'_>, simulator: &'a Simulator) -> Self {
        let disturbance = &setup.task.disturb;
        let mut moves: Vec<(usize, Pose)> = Vec::new();
        if let Some(role) = &disturbance.moves {
            moves.extend(moved(setup, role, disturbance.by));
        }
        if let Some(role) = &disturbance.appears {
            moves.extend(hidden(setup, role, simulator));
        }
        Self {
            simulator,
            moment: disturbance.when,
            moves,
            acting: false,
            placing: false,
        }
    }
}

/// Hides an object; returns the pose at which it is to appear.
fn hidden(setup: &EpisodeSetup<'_>, role: &str, simulator: &Simulator) -> Option<(usize, Pose)> {
    let objects = &setup.layout.objects;
    let index = objects.iter().position(|item| item.name == role)?;
    let there = objects[index].base_from_object;
    let mut away = there;
    away.translation.vector.x = OUT_OF_SIGHT[0];
    away.translation.vector.y = OUT_OF_SIGHT[1];
    simulator.with_world(|world| world.teleport_object(index, &away));
    Some((index, there))
}

fn moved(setup: &EpisodeSetup<'_>, role: &str, by: f64) -> Option<(usize, Pose)> {
    let objects = &setup.layout.objects;
    let index = objects.iter().position(|item| item.name == role)?;
    let item = &objects[index];
    let mut rng = ChaCha8Rng::seed_from_u64(setup.seed);
    (0..WAYS).find_map(|_| {
        let angle = rng.random_range(0.0..TAU);
        let mut pose = item.base_from_object;
        pose.translation.vector += Vector3::new(by * angle.cos(), by * angle.sin(), 0.0);
        let clear = objects.iter().enumerate().all(|(other, there)| {
            let apart = pose.translation.vector - there.base_from_object.translation.vector;
            let touch =
                item.shape.footprint_radius(item.size) + there.shape.footprint_radius(there.size);
            other == index || apart.xy().norm() > touch + CLEAR
        });
        let radius = pose.translation.vector.xy().norm();
        (clear && (0.18..0.29).contains(&radius)).then_some((index, pose))
    })
}

impl Observer for Disturber<'_> {
    fn observe(&mut self, event: &Event<'_>) {
        let now = match event {
            Event::Planned { .. } => self.moment == Trigger::Planned,
            Event::StepStarted(step) => {
                // The arm also moves before the first step: home, to look.
                self.acting |= step.moves_arm();
                self.placing = step.skill() == Skill::Place;
                false
            }
            Event::MotionStarted { .. } => match self.moment {
                Trigger::Planned => false,
                Trigger::OnTheWay => self.acting,
                Trigger::Lifted => self.placing,
            },
            _ => false,
        };
        if now {
            for (index, pose) in self.moves.drain(..) {
                self.simulator
                    .with_world(|world| world.teleport_object(index, &pose));
            }
        }
    }
}
