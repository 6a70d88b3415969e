//! Where things are as seen: at a place, or first in an order.

use super::lexicon::{Extreme, SpatialPreposition};
use super::scene::{MAX_BESIDE_DISTANCE, SAME_POINT_TOLERANCE, rests_in_or_on};
use crate::situation::ObjectView;
use crate::spatial_order::is_between;
use crate::spatial_relations::Relation;

/// Difference of sizes below which they look alike, meters.
const SAME_SIZE: f64 = 0.003;
/// Difference of distances below which they look alike, meters.
pub(super) const SAME_DISTANCE_TOLERANCE: f64 = 0.012;

/// Whether something is at a place in terms of other things.
pub(super) fn is_at(seen: &ObjectView, place: SpatialPreposition, ends: &[&ObjectView]) -> bool {
    let right = |end: &ObjectView| f64::from(seen.point.x) - f64::from(end.point.x);
    let below = |end: &ObjectView| f64::from(seen.point.y) - f64::from(end.point.y);
    match place {
        SpatialPreposition::At(Relation::In | Relation::On) => {
            ends.iter().any(|end| rests_in_or_on(seen, &end.name))
        }
        SpatialPreposition::OutOf | SpatialPreposition::From => {
            !ends.iter().any(|end| rests_in_or_on(seen, &end.name))
        }
        SpatialPreposition::At(Relation::LeftOf) => {
            ends.iter().all(|end| right(end) < -SAME_POINT_TOLERANCE)
        }
        SpatialPreposition::At(Relation::RightOf) => {
            ends.iter().all(|end| right(end) > SAME_POINT_TOLERANCE)
        }
        SpatialPreposition::At(Relation::InFrontOf) => {
            ends.iter().all(|end| below(end) > SAME_POINT_TOLERANCE)
        }
        SpatialPreposition::At(Relation::Behind) => {
            ends.iter().all(|end| below(end) < -SAME_POINT_TOLERANCE)
        }
        SpatialPreposition::At(Relation::NextTo) => ends
            .iter()
            .any(|end| (seen.position - end.position).xy().norm() < MAX_BESIDE_DISTANCE),
        SpatialPreposition::Between => {
            matches!(ends, [first, second] if is_between(seen, first, second))
        }
        SpatialPreposition::NearestTo
        | SpatialPreposition::FarthestFrom
        | SpatialPreposition::To => false,
    }
}

/// Those that come first in an order; several where they look alike.
pub(super) fn objects_at_extreme(fitting: Vec<&ObjectView>, extreme: Extreme) -> Vec<&ObjectView> {
    let x = |seen: &ObjectView| f64::from(seen.point.x);
    let y = |seen: &ObjectView| f64::from(seen.point.y);
    let from_arm = |seen: &ObjectView| seen.position.coords.xy().norm();
    match extreme {
        Extreme::Left => objects_with_least_key(fitting, x, SAME_POINT_TOLERANCE),
        Extreme::Right => objects_with_least_key(fitting, |seen| -x(seen), SAME_POINT_TOLERANCE),
        Extreme::Front => objects_with_least_key(fitting, |seen| -y(seen), SAME_POINT_TOLERANCE),
        Extreme::Back => objects_with_least_key(fitting, y, SAME_POINT_TOLERANCE),
        Extreme::Big => objects_with_least_key(fitting, |seen| -seen.size, SAME_SIZE),
        Extreme::Small => objects_with_least_key(fitting, |seen| seen.size, SAME_SIZE),
        Extreme::Near => objects_with_least_key(fitting, from_arm, SAME_DISTANCE_TOLERANCE),
        Extreme::Far => {
            objects_with_least_key(fitting, |seen| -from_arm(seen), SAME_DISTANCE_TOLERANCE)
        }
    }
}

/// Those with the least key; several within a margin of it.
pub(super) fn objects_with_least_key(
    fitting: Vec<&ObjectView>,
    key: impl Fn(&ObjectView) -> f64,
    margin: f64,
) -> Vec<&ObjectView> {
    let best = fitting
        .iter()
        .map(|seen| key(seen))
        .fold(f64::INFINITY, f64::min);
    fitting
        .into_iter()
        .filter(|seen| key(seen) - best <= margin)
        .collect()
}
