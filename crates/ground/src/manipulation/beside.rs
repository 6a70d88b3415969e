//! Places on the table beside an object.

use enact_plan::Relation;
use enact_types::{Point3, Refusal, Vector3};

use super::context::SkillContext;
use super::spot::Spot;
use crate::scene::direction::picture_direction_on_table;
use crate::scene::{SceneObject, Solid};

/// Gaps to the object to try, meters, in order: first those with room for a finger.
const GAPS: [f64; 4] = [0.025, 0.035, 0.045, 0.06];
/// Smallest distance to every other object, meters.
const CLEAR: f64 = 0.02;
/// Deviations from the straight direction to try, radians, in order.
const TURNS: [f64; 5] = [0.0, 0.25, -0.25, 0.5, -0.5];
/// Number of directions to try where any side will do.
const SIDES: u32 = 12;
/// Height of the table, meters.
const TABLE: f64 = 0.0;

/// Returns free places beside `target` on the side that `relation` names. Places in view of the
/// camera come first, so that the robot can see the result; among these, the straightest and
/// nearest come first.
///
/// # Errors
/// If there is no free place, or no picture shows which side is meant.
pub fn spots(
    context: &SkillContext<'_>,
    held: &Solid,
    target: &SceneObject,
    relation: Relation,
) -> Result<Vec<Spot>, Refusal> {
    let radius = held.outer_radius();
    let paths = paths(context, relation)?;
    let mut free: Vec<Spot> = GAPS
        .iter()
        .flat_map(|gap| paths.iter().map(move |path| (*gap, path)))
        .map(|(gap, path)| at(&target.solid, path, radius + gap))
        .filter(|spot| is_free(context, spot, radius))
        .collect();
    if free.is_empty() {
        let text = format!("there is no room {} the {}", relation.name(), target.name);
        return Err(Refusal::NotApplicable(text));
    }
    let middle = |spot: &Spot| Point3::new(spot.x, spot.y, spot.surface + held.height() / 2.0);
    free.sort_by_key(|spot| !context.scene.is_in_view(&middle(spot), radius));
    Ok(free)
}

/// Returns directions on the table, base frame.
fn paths(context: &SkillContext<'_>, relation: Relation) -> Result<Vec<Vector3>, Refusal> {
    let Some(side) = relation.side() else {
        let turn = |step| std::f64::consts::TAU * f64::from(step) / f64::from(SIDES);
        return Ok((0..SIDES)
            .map(|step| turned(&Vector3::y(), turn(step)))
            .collect());
    };
    let unknown = || Refusal::NotApplicable("no picture says which side that is".to_owned());
    let camera = context.scene.camera_pose().ok_or_else(unknown)?;
    let path = picture_direction_on_table(camera, side).ok_or_else(unknown)?;
    Ok(TURNS.iter().map(|turn| turned(&path, *turn)).collect())
}

fn turned(path: &Vector3, angle: f64) -> Vector3 {
    nalgebra::Rotation3::from_axis_angle(&Vector3::z_axis(), angle) * path
}

/// Returns the spot at `distance` from the outline of `target`, along `path`.
fn at(target: &Solid, path: &Vector3, distance: f64) -> Spot {
    let (sin, cos) = target.yaw.sin_cos();
    let (u, v) = (cos * path.x + sin * path.y, cos * path.y - sin * path.x);
    let beyond = target
        .contour
        .as_ref()
        .map_or(0.0, |contour| contour.reach_along(u, v));
    let far = target.footprint.half_extent(u, v).max(beyond) + distance;
    Spot {
        x: target.x + path.x * far,
        y: target.y + path.y * far,
        surface: TABLE,
    }
}

fn is_free(context: &SkillContext<'_>, spot: &Spot, radius: f64) -> bool {
    let clear = |solid: &Solid| {
        solid.is_flat() || solid.signed_distance_to_footprint(spot.x, spot.y) > radius + CLEAR
    };
    context
        .scene
        .objects()
        .iter()
        .all(|object| clear(&object.solid))
}
