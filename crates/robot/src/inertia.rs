//! Mass properties of a link. Only the simulator uses them, so nothing here fails a load.

use std::f64::consts::PI;

use enact_types::Point3;
use nalgebra::{Matrix3, Rotation3};

use crate::description::Inertial;
use crate::source_text::SourceText;
use crate::tree::pose_from_urdf;

/// Assumed density of a link with only its mass known, kg/m³: that of water, between a
/// hollow plastic link and one full of motors.
const DENSITY: f64 = 1000.0;
/// A lighter link is a frame that some program required a mass for, kilograms.
const MIN_MASS: f64 = 1e-6;

/// Returns the mass properties of a link; `None` if it has none.
///
/// Invalid values become warnings: a link without a mass weighs nothing, and one without an inertia
/// tensor gets that of a ball of water of its mass.
pub fn inertial(
    link: &urdf_rs::Link,
    source: &SourceText,
    warnings: &mut Vec<String>,
) -> Option<Inertial> {
    let given = &link.inertial;
    let mass = given.mass.value;
    let tensor = tensor(&given.inertia);
    if mass == 0.0 && tensor == Matrix3::zeros() {
        return None;
    }
    let line = source.line_of_element("link", &link.name);
    let line = line.map_or(String::new(), |line| format!("line {line}: "));
    let mut warn = |what: &str| warnings.push(format!("{line}link `{}`: {what}", link.name));
    if !(MIN_MASS <= mass && mass.is_finite()) {
        let mass = match mass.is_nan() {
            true => "it has no mass".to_owned(),
            false => format!("its mass is {mass} kg"),
        };
        warn(&format!("{mass}; the simulator takes it for weightless"));
        return None;
    }
    let frame = pose_from_urdf(&given.origin);
    let is_placed = frame.to_homogeneous().iter().all(|it| it.is_finite());
    if !is_placed {
        warn("the place of its mass is not three finite numbers; its own frame is taken");
    }
    let frame = if is_placed { frame } else { Default::default() };
    let turn = Rotation3::from(frame.rotation);
    let turned = turn * tensor * turn.inverse();
    let is_sound = tensor.iter().all(|it| it.is_finite())
        && turned.symmetric_eigenvalues().iter().all(|it| 0.0 < *it);
    let inertia = if is_sound {
        turned
    } else {
        let radius = (3.0 * mass / (4.0 * PI * DENSITY)).cbrt();
        warn("its inertia is not positive; the simulator takes a ball of water of its mass");
        Matrix3::identity() * (0.4 * mass * radius * radius)
    };
    Some(Inertial {
        mass,
        center: Point3::from(frame.translation.vector),
        inertia,
    })
}

fn tensor(i: &urdf_rs::Inertia) -> Matrix3<f64> {
    Matrix3::new(
        i.ixx, i.ixy, i.ixz, i.ixy, i.iyy, i.iyz, i.ixz, i.iyz, i.izz,
    )
}
