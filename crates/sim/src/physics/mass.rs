//! Masses of the links.

use enact_robot::Inertial;
use enact_types::Pose;
use rapier3d::math::{Matrix, Vector};
use rapier3d::prelude::{MassProperties, RigidBodyHandle, RigidBodySet};

use super::convert;

/// Mass of a body that the robot description leaves massless, kilograms.
const LIGHTEST: f32 = 0.01;
/// Radius of gyration of such a body, meters.
const GYRATION: f32 = 0.01;

/// Returns the mass properties of a link in the frame of the body it belongs to.
pub fn link_mass_properties(inertial: &Inertial, body_from_link: &Pose) -> MassProperties {
    let inertia = inertial.inertia.map(|entry| entry as f32);
    let columns: Vec<Vector> = inertia
        .column_iter()
        .map(|column| Vector::new(column[0], column[1], column[2]))
        .collect();
    MassProperties::with_inertia_matrix(
        convert::vector_to_engine(&inertial.center.coords),
        inertial.mass as f32,
        Matrix::from_cols(columns[0], columns[1], columns[2]),
    )
    .transform_by(&convert::pose_to_engine(body_from_link))
}

/// Gives a body its mass, or a small default if it would have none.
pub fn assign_body_mass(
    bodies: &mut RigidBodySet,
    body: RigidBodyHandle,
    properties: Option<MassProperties>,
) {
    let least = || {
        let inertia = LIGHTEST * GYRATION * GYRATION;
        MassProperties::new(Vector::ZERO, LIGHTEST, Vector::splat(inertia))
    };
    bodies[body].set_additional_mass_properties(properties.unwrap_or_else(least), true);
}
