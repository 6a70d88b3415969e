//! Parameters that make centimeter-sized objects behave.

use std::time::Duration;

use rapier3d::prelude::{
    CoefficientCombineRule, Group, IntegrationParameters, InteractionGroups, InteractionTestMode,
    PhysicsWorld, Vector,
};

/// Longest step, seconds.
const MAX_STEP_S: f64 = 1.0 / 240.0;
/// Most that a joint turns in a step, radians. A joint runs ahead of its setpoint by about half of
/// its step, which its stiff motor reports as an effort.
const MAX_TURN_RAD: f64 = 0.0075;
/// Typical object size, meters; the solver's tolerances are relative to it.
const LENGTH_UNIT: f32 = 0.1;
/// Stiffness of contacts as a frequency, Hz; with softer contacts a grasped cube sinks in.
const CONTACT_FREQUENCY: f32 = 120.0;
/// Damping of contacts, as a fraction of critical.
const CONTACT_DAMPING: f32 = 5.0;
/// Iterations of the velocity solver per step, each of which also advances the arm. With 4, one
/// upright cylinder in 50 slips out; more than 5 improve nothing and cost as much again.
const SOLVER_ITERATIONS: usize = 5;

/// Friction coefficient of the table, the objects and the arm.
pub const FRICTION: f32 = 0.6;
/// Friction coefficient of the fingers against any surface.
pub const FINGER_FRICTION: f32 = 1.0;
/// Rule that combines the friction of two surfaces where one is a finger.
pub const FINGER_FRICTION_RULE: CoefficientCombineRule = CoefficientCombineRule::Max;
/// Angular damping of balls, 1/s; substitutes for rolling resistance.
pub const BALL_ANGULAR_DAMPING_PER_S: f32 = 6.0;
/// Angular damping of everything else, 1/s.
pub const OBJECT_ANGULAR_DAMPING_PER_S: f32 = 0.5;

const SURROUNDINGS: Group = Group::GROUP_1;
const ARM: Group = Group::GROUP_2;

/// Creates an empty world with gravity along −z and contacts tuned for a table top.
pub fn empty_world(step: Duration) -> PhysicsWorld {
    let mut world = PhysicsWorld::new();
    world.gravity = Vector::new(0.0, 0.0, -9.81);
    let parameters: &mut IntegrationParameters = &mut world.integration_parameters;
    parameters.dt = step.as_secs_f32();
    parameters.length_unit = LENGTH_UNIT;
    parameters.num_solver_iterations = SOLVER_ITERATIONS;
    parameters.num_internal_stabilization_iterations = 1;
    parameters.contact_softness.natural_frequency = CONTACT_FREQUENCY;
    parameters.contact_softness.damping_ratio = CONTACT_DAMPING;
    parameters.static_contact_softness.natural_frequency = 2.0 * CONTACT_FREQUENCY;
    parameters.static_contact_softness.damping_ratio = CONTACT_DAMPING;
    parameters.friction_in_bias_pass = false;
    world
}

/// Returns the number of equal steps that a control period is divided into, for an arm whose
/// fastest joint has this speed limit, rad/s.
pub fn steps_per_period(period: Duration, fastest: f64) -> u32 {
    let longest = MAX_STEP_S.min(MAX_TURN_RAD / fastest);
    // A period of an exact number of steps must not be rounded up to one more.
    ((period.as_secs_f64() / longest - 1e-6).ceil() as u32).max(1)
}

/// Returns the collision groups of the table and the objects, which collide with everything.
pub fn world_collision_groups() -> InteractionGroups {
    InteractionGroups::new(SURROUNDINGS, Group::ALL, InteractionTestMode::And)
}

/// Returns the collision groups of the arm, which collides with everything but itself.
pub fn arm_collision_groups() -> InteractionGroups {
    InteractionGroups::new(ARM, SURROUNDINGS, InteractionTestMode::And)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_step_is_too_long() {
        assert_eq!(steps_per_period(Duration::from_millis(5), 1.0), 2);
        assert_eq!(steps_per_period(Duration::from_millis(1), 1.0), 1);
        assert_eq!(steps_per_period(Duration::from_millis(20), 1.0), 5);
        assert_eq!(
            steps_per_period(Duration::from_secs_f64(1.0 / 240.0), 1.0),
            1
        );
        assert_eq!(steps_per_period(Duration::from_millis(10), 10.0), 14);
    }
}
