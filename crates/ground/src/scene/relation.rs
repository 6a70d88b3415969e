//! Finds what rests in or on what, from geometry.

use enact_plan::Relation;

use super::solid::Solid;

/// Depth beyond which a hollow holds objects *in* it rather than *on* it, meters.
const DEEP: f64 = 0.015;
/// Largest distance between touching surfaces, meters.
pub const MAX_CONTACT_GAP_M: f64 = 0.009;

/// Returns the relation of objects laid on or into this one.
pub fn natural_relation(solid: &Solid) -> Relation {
    match solid.hollow {
        Some(hollow) if solid.top - hollow.floor > DEEP => Relation::In,
        _ => Relation::On,
    }
}

/// Returns the relation in which `upper` rests on or in `lower`, if it does.
pub fn resting_relation(upper: &Solid, lower: &Solid) -> Option<Relation> {
    if lower.signed_distance_to_footprint(upper.x, upper.y) >= 0.0 {
        return None;
    }
    match lower.hollow {
        Some(hollow) if lower.is_over_hollow(upper.x, upper.y) => {
            let fits = upper.largest_extent() < lower.largest_extent();
            let inside = upper.base < lower.top + MAX_CONTACT_GAP_M
                && upper.top > hollow.floor + MAX_CONTACT_GAP_M;
            (fits && inside).then(|| natural_relation(lower))
        }
        Some(_) => None,
        None => ((upper.base - lower.top).abs() < MAX_CONTACT_GAP_M).then_some(Relation::On),
    }
}

/// Returns the index of the support of each solid, with the relation.
pub fn find_supports(solids: &[&Solid]) -> Vec<Option<(Relation, usize)>> {
    let support = |index: usize| {
        (0..solids.len())
            .filter(|other| *other != index && solids[*other].base < solids[index].top)
            .filter_map(|other| Some((resting_relation(solids[index], solids[other])?, other)))
            .max_by(|(_, a), (_, b)| solids[*a].top.total_cmp(&solids[*b].top))
    };
    (0..solids.len())
        .map(|index| support(index).filter(|(_, under)| !rests_mutually(solids, index, *under)))
        .collect()
}

fn rests_mutually(solids: &[&Solid], upper: usize, lower: usize) -> bool {
    resting_relation(solids[lower], solids[upper]).is_some()
        && solids[upper].top < solids[lower].top
        && solids[lower].hollow.is_none()
}

/// Lowers hidden undersides to what is below: the floor of a container, or the
/// top of what carries it.
pub fn lower_hidden_undersides(solids: &mut [Solid]) {
    for index in 0..solids.len() {
        let upper = &solids[index];
        if upper.base <= 0.0 || upper.ball {
            continue;
        }
        let under = solids
            .iter()
            .enumerate()
            .filter(|(other, lower)| {
                *other != index && lower.signed_distance_to_footprint(upper.x, upper.y) < 0.0
            })
            .filter_map(|(_, lower)| surface_below(upper, lower))
            .fold(0.0, f64::max);
        solids[index].base = under;
    }
}

fn surface_below(upper: &Solid, lower: &Solid) -> Option<f64> {
    let surface = match lower.hollow {
        Some(hollow) if lower.is_over_hollow(upper.x, upper.y) => hollow.floor,
        _ => lower.top,
    };
    (surface < upper.base + MAX_CONTACT_GAP_M && surface < upper.top).then_some(surface)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::solid::{Footprint, Hollow};

    fn cube(x: f64, base: f64) -> Solid {
        Solid {
            base,
            top: base + 0.03,
            footprint: Footprint::Rectangle { half: [0.015; 2] },
            ..Solid::guess_disc(x, 0.0, 0.015, 0.0)
        }
    }

    fn container(height: f64) -> Solid {
        Solid {
            top: height,
            hollow: Some(Hollow {
                floor: 0.004,
                inner: Footprint::Disc { radius: 0.045 },
                foot: None,
            }),
            ..Solid::guess_disc(0.0, 0.0, 0.05, 0.0)
        }
    }

    #[test]
    fn a_stack_and_its_base_are_told_apart() {
        let (lower, upper) = (cube(0.0, 0.0), cube(0.005, 0.031));
        assert_eq!(
            find_supports(&[&upper, &lower]),
            vec![Some((Relation::On, 1)), None]
        );
    }

    #[test]
    fn deep_containers_hold_things_in_and_flat_ones_on_them() {
        let inside = cube(0.01, 0.004);
        assert_eq!(
            resting_relation(&inside, &container(0.04)),
            Some(Relation::In)
        );
        assert_eq!(
            resting_relation(&inside, &container(0.012)),
            Some(Relation::On)
        );
        assert_eq!(resting_relation(&cube(0.1, 0.0), &container(0.04)), None);
        assert_eq!(
            resting_relation(&container(0.04), &container(0.04)),
            None,
            "it is too wide"
        );
    }

    #[test]
    fn a_hidden_underside_is_on_the_floor_of_the_bowl() {
        let mut solids = [cube(0.0, 0.02), container(0.04)];
        lower_hidden_undersides(&mut solids);
        assert_eq!(solids[0].base, 0.004);
    }
}
