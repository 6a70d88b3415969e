//! What happens to the table behind the robot's back.

use std::f64::consts::TAU;

use enact_bridge::{Event, Observer};
use enact_sim::Simulator;
use enact_types::{Pose, Vector3};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::draw::Drawn;
use crate::suite::Moment;

/// Directions tried until the object stays clear of the others.
const WAYS: u32 = 60;
/// Free distance to the outlines of the others, metres.
const CLEAR: f64 = 0.02;

/// Moves an object once, at its moment.
pub struct Disturber<'a> {
    simulator: &'a Simulator,
    moment: Moment,
    to: Option<(usize, Pose)>,
}

impl<'a> Disturber<'a> {
    /// What the task of an episode asks for.
    pub fn new(drawn: &Drawn<'_>, simulator: &'a Simulator) -> Self {
        let disturbance = &drawn.task.disturb;
        let to = disturbance
            .moves
            .as_ref()
            .and_then(|role| moved(drawn, role, disturbance.by));
        Self {
            simulator,
            moment: disturbance.when,
            to,
        }
    }
}

fn moved(drawn: &Drawn<'_>, role: &str, by: f64) -> Option<(usize, Pose)> {
    let objects = &drawn.layout.objects;
    let index = objects.iter().position(|item| item.name == role)?;
    let item = &objects[index];
    let mut rng = ChaCha8Rng::seed_from_u64(drawn.seed);
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
            Event::Planned { .. } => self.moment == Moment::Planned,
            Event::Moving { .. } => self.moment == Moment::OnTheWay,
            _ => false,
        };
        if now && let Some((index, pose)) = self.to.take() {
            self.simulator
                .with_world(|world| world.set_object(index, &pose));
        }
    }
}
