//! How several objects lie to one another on the table.

use nalgebra::Vector2;

use crate::world::ObjectState;

/// Largest distance between two rims that counts as near, meters.
const NEAR_DISTANCE: f64 = 0.06;
/// Smallest distance of neighbors in a row from center to center, meters: less would be a stack.
const IN_ROW: f64 = 0.015;
/// Largest distance from the line of a row, meters.
const OFF_ROW: f64 = 0.02;
/// Cosine of the smallest angle under which something between two others sees them: 135°.
const BETWEEN: f64 = -std::f64::consts::FRAC_1_SQRT_2;

/// Returns the horizontal distance between the rims of two objects, meters; negative if they
/// overlap.
fn gap(a: &ObjectState, b: &ObjectState) -> f64 {
    let apart = (at(a) - at(b)).norm();
    apart - a.shape.footprint_radius(a.size) - b.shape.footprint_radius(b.size)
}

/// Returns whether two objects are close to each other.
pub fn are_near(a: &ObjectState, b: &ObjectState) -> bool {
    gap(a, b) < NEAR_DISTANCE
}

/// Returns whether no two objects are close to each other.
pub fn are_apart(objects: &[ObjectState]) -> bool {
    let mut pairs = objects
        .iter()
        .enumerate()
        .flat_map(|(index, a)| objects[..index].iter().map(move |b| (a, b)));
    pairs.all(|(a, b)| !are_near(a, b))
}

/// Returns whether the middle object sees the others in nearly opposite directions.
pub fn is_between(middle: &ObjectState, one: &ObjectState, other: &ObjectState) -> bool {
    let (to_one, to_other) = (at(one) - at(middle), at(other) - at(middle));
    let norms = to_one.norm() * to_other.norm();
    norms > 0.0 && to_one.dot(&to_other) / norms <= BETWEEN
}

/// Returns whether objects stand on a line, in any order, each close to the next and beside it.
pub fn are_in_row(objects: &[ObjectState]) -> bool {
    let count = objects.len() as f64;
    let middle = objects.iter().map(at).sum::<Vector2<f64>>() / count;
    let mut spread = nalgebra::Matrix2::zeros();
    for object in objects {
        let from_middle = at(object) - middle;
        spread += from_middle * from_middle.transpose();
    }
    // The direction of the row is the one in which the objects are spread most.
    let axes = spread.symmetric_eigen();
    let line = axes
        .eigenvectors
        .column(axes.eigenvalues.imax())
        .into_owned();
    let across = Vector2::new(-line.y, line.x);
    let is_off = |object: &ObjectState| (at(object) - middle).dot(&across).abs() > OFF_ROW;
    if objects.len() < 2 || objects.iter().any(is_off) {
        return false;
    }
    let along = |object: &ObjectState| at(object).dot(&line);
    let mut order: Vec<&ObjectState> = objects.iter().collect();
    order.sort_by(|a, b| along(a).total_cmp(&along(b)));
    order
        .windows(2)
        .all(|pair| along(pair[1]) - along(pair[0]) > IN_ROW && are_near(pair[0], pair[1]))
}

fn at(object: &ObjectState) -> Vector2<f64> {
    object.pose.translation.vector.xy()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Color, ObjectShape};
    use enact_types::{Pose, Vector3};

    fn cubes(places: &[[f64; 2]]) -> Vec<ObjectState> {
        let cube = |[x, y]: &[f64; 2]| ObjectState {
            name: String::new(),
            label: String::new(),
            shape: ObjectShape::Cube,
            color: Color::Red,
            size: [0.03; 3],
            pose: Pose::translation(*x, *y, 0.015),
            linear_velocity: Vector3::zeros(),
        };
        places.iter().map(cube).collect()
    }

    #[test]
    fn between_is_not_beside_the_line_nor_beyond_its_ends() {
        let is = |middle| {
            let all = cubes(&[middle, [0.2, -0.1], [0.2, 0.1]]);
            is_between(&all[0], &all[1], &all[2])
        };
        assert!(is([0.2, 0.0]) && is([0.22, 0.03]));
        assert!(!is([0.26, 0.0]) && !is([0.2, 0.15]) && !is([0.2, 0.1]));
    }

    #[test]
    fn a_row_is_straight_without_gaps_and_no_tower() {
        let is = |places: &[[f64; 2]]| are_in_row(&cubes(places));
        assert!(is(&[[0.2, 0.06], [0.2, 0.0], [0.205, -0.07]]));
        assert!(is(&[[0.2, 0.0], [0.25, 0.05], [0.30, 0.10]]));
        assert!(!is(&[[0.2, 0.06], [0.24, 0.0], [0.2, -0.06]]));
        assert!(!is(&[[0.2, 0.2], [0.2, 0.0], [0.2, -0.06]]));
        assert!(!is(&[[0.2, 0.0], [0.2, 0.0], [0.2, 0.0]]));
    }

    #[test]
    fn apart_is_not_near() {
        assert!(are_apart(&cubes(&[[0.2, 0.0], [0.2, 0.12], [0.3, 0.06]])));
        assert!(!are_apart(&cubes(&[[0.2, 0.0], [0.2, 0.12], [0.2, 0.05]])));
    }
}
