//! Places in, on or beside an object for another one.

use enact_plan::Relation;
use enact_types::Refusal;

use super::beside;
use super::context::SkillContext;
use crate::scene::{SceneObject, Solid};

/// Smallest distance between objects put side by side, meters.
const GAP: f64 = 0.006;
/// Spacing of the places tried, meters.
const SPACING: f64 = 0.01;
/// Largest number of places tried.
const MAX_PLACES: usize = 4;

/// A place to put something down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Position along x in the base frame, meters.
    pub x: f64,
    /// Position along y in the base frame, meters.
    pub y: f64,
    /// Height of the surface there, meters.
    pub surface: f64,
}

/// Returns places in, on or beside `target` where `held` fits clear of other objects, those nearest
/// to the center first.
///
/// # Errors
/// If there is no such place.
pub fn spots(
    context: &SkillContext<'_>,
    held: &Solid,
    target: &SceneObject,
    relation: Relation,
) -> Result<Vec<Spot>, Refusal> {
    if relation.is_beside() {
        return beside::spots(context, held, target, relation);
    }
    let solid = &target.solid;
    let (outline, surface) = match (solid.hollow, relation) {
        (Some(hollow), _) => (hollow.inner, hollow.floor),
        (None, Relation::On) if solid.is_flat() && solid.contour.is_none() => {
            (solid.footprint, solid.top)
        }
        (None, Relation::On) if !solid.ball => {
            let peak = solid.peak();
            let middle = Spot {
                x: peak.x,
                y: peak.y,
                surface: solid.upper_bound_of_top(),
            };
            return Ok(vec![on_top(context, target, middle)]);
        }
        (None, Relation::On) => {
            return Err(Refusal::NotApplicable(format!(
                "nothing stays on the {}",
                target.name
            )));
        }
        (None, _) => {
            return Err(Refusal::NotApplicable(format!(
                "the {} is not hollow",
                target.name
            )));
        }
    };
    let room = outline.inner_radius();
    let radius = held.outer_radius().min(room);
    let others: Vec<&Solid> = contents(context, target).collect();
    let mut free: Vec<(f64, Spot)> = grid(room - radius)
        .filter(|(u, v)| outline.distance(*u, *v) < -radius + 1e-9)
        .map(|(u, v)| (u.hypot(v), place(solid, u, v, surface)))
        .filter(|(_, spot)| {
            let clear =
                |other: &&Solid| other.signed_distance_to_footprint(spot.x, spot.y) > radius + GAP;
            others.iter().all(clear)
        })
        .collect();
    free.sort_by(|a, b| a.0.total_cmp(&b.0));
    if free.is_empty() {
        let middle = place(solid, 0.0, 0.0, surface);
        return Ok(vec![on_top(context, target, middle)]);
    }
    Ok(free
        .into_iter()
        .take(MAX_PLACES)
        .map(|(_, spot)| spot)
        .collect())
}

/// Raises a spot to the top of any object that lies there already.
fn on_top(context: &SkillContext<'_>, target: &SceneObject, spot: Spot) -> Spot {
    let surface = contents(context, target)
        .map(Solid::upper_bound_of_top)
        .fold(spot.surface, f64::max);
    Spot { surface, ..spot }
}

fn contents<'a>(
    context: &SkillContext<'a>,
    target: &'a SceneObject,
) -> impl Iterator<Item = &'a Solid> {
    context
        .scene
        .objects()
        .iter()
        .filter(|other| {
            let rests = other.rests.as_ref();
            rests.is_some_and(|(_, under)| *under == target.name)
        })
        .map(|other| &other.solid)
}

/// Returns a grid over the square of this half extent, which includes the origin.
fn grid(half: f64) -> impl Iterator<Item = (f64, f64)> {
    let steps = (half.max(0.0) / SPACING) as i32;
    let at = |step: i32| f64::from(step) * SPACING;
    (-steps..=steps).flat_map(move |u| (-steps..=steps).map(move |v| (at(u), at(v))))
}

fn place(solid: &Solid, u: f64, v: f64, surface: f64) -> Spot {
    let [x, y] = solid.footprint_to_base(u, v);
    Spot { x, y, surface }
}
