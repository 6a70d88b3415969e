//! What a run shows on the way.

use enact_bridge::{Event, Observer};
use enact_robot::Robot;

/// A joint may be measured this far beyond its limit: play and overshoot of the servo, rad.
const PLAY: f64 = 0.02;

/// Notes of a run.
pub struct Notes<'a> {
    robot: &'a Robot,
    /// What was listed at the first look.
    pub first_seen: Option<Vec<String>>,
    /// Whether every joint was measured within its limits.
    pub within_limits: bool,
}

impl<'a> Notes<'a> {
    /// Empty notes on a run of `robot`.
    pub fn new(robot: &'a Robot) -> Self {
        Self {
            robot,
            first_seen: None,
            within_limits: true,
        }
    }
}

impl Observer for Notes<'_> {
    fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::Perceived { objects, .. } if self.first_seen.is_none() => {
                let names = objects.iter().map(|object| object.name.clone());
                self.first_seen = Some(names.collect());
            }
            Event::Moved(execution) => {
                self.within_limits &= execution.samples.iter().all(|state| {
                    self.robot
                        .joints()
                        .iter()
                        .zip(state.position.iter())
                        .all(|(joint, at)| {
                            joint.limits.min - PLAY <= *at && *at <= joint.limits.max + PLAY
                        })
                });
            }
            _ => {}
        }
    }
}
