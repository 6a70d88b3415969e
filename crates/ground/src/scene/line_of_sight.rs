//! How high something stands, for a camera without depth.
//!
//! By its silhouette alone it may as well be lower and farther away: everything is taken to stand on
//! the table. What is known to have been put in or on something is seen there again unless the
//! picture shows it elsewhere, and whether it does follows from what stands below: a thing on the
//! table is neither inside another nor seen through it.

use std::f64::consts::TAU;

use enact_types::Point3;

use super::solid::{Footprint, Hollow, Solid};

/// Directions in which an outline is tested, and distances from its middle, as shares.
const AROUND: u32 = 16;
const SHARES: [f64; 3] = [0.0, 0.5, 1.0];
/// Steps between the underside and the top of what hides a part of the table.
const SLICES: u32 = 6;

/// Where something is that may be in or on something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// In or on it: on the table, it would be inside it, or hidden by it.
    Upon,
    /// On the table: from in or on it, it would be seen elsewhere.
    Apart,
    /// The picture does not tell.
    Unclear,
}

/// Returns whether `seen`, a solid on the table by its silhouette, is in or on `support`.
pub fn standing(seen: &Solid, support: &Solid, eye: &Point3) -> Standing {
    let doubt = seen.uncertainty.max(support.uncertainty);
    let may_be_upon = at_height(seen, eye, support.surface())
        .is_some_and(|upper| distance_to_surface(support, &upper) < doubt);
    let may_be_apart = overlap(seen, support, eye) < doubt;
    match (may_be_upon, may_be_apart) {
        (true, false) => Standing::Upon,
        (false, true) => Standing::Apart,
        _ => Standing::Unclear,
    }
}

/// Returns the solid with its underside at the height `base` that an `eye` cannot distinguish from
/// this one; `None` if the eye is not above both.
pub fn at_height(solid: &Solid, eye: &Point3, base: f64) -> Option<Solid> {
    let share = (eye.z - base) / (eye.z - solid.base);
    if !(share.is_finite() && share > 0.0 && eye.z > base) {
        return None;
    }
    let along = |value: f64, eye: f64| eye + (value - eye) * share;
    let scaled = |footprint: Footprint| match footprint {
        Footprint::Disc { radius } => Footprint::Disc {
            radius: radius * share,
        },
        Footprint::Rectangle { half } => Footprint::Rectangle {
            half: half.map(|half| half * share),
        },
    };
    Some(Solid {
        x: along(solid.x, eye.x),
        y: along(solid.y, eye.y),
        footprint: scaled(solid.footprint),
        base,
        top: along(solid.top, eye.z),
        hollow: solid.hollow.map(|hollow| Hollow {
            floor: along(hollow.floor, eye.z),
            inner: scaled(hollow.inner),
            foot: hollow.foot.map(|foot| foot * share),
        }),
        contour: solid.contour.as_ref().map(|it| it.scaled(share)),
        ..solid.clone()
    })
}

/// Returns the signed distance of a place of the table to what `solid` occupies or hides of it from
/// the `eye`, negative inside, meters. Inside, it may be deeper.
pub fn distance_to_hidden(solid: &Solid, eye: &Point3, [x, y]: [f64; 2]) -> f64 {
    let slices = (0..=SLICES).map(|step| f64::from(step) / f64::from(SLICES));
    slices
        .map(|step| solid.base + (solid.top - solid.base) * step)
        .map(|height| (eye.z - height) / eye.z)
        .filter(|share| *share > 0.0)
        .map(|share| {
            let at = |value: f64, eye: f64| eye + (value - eye) * share;
            solid.plan_distance(at(x, eye.x), at(y, eye.y)) / share
        })
        .fold(f64::INFINITY, f64::min)
}

/// Returns how deep `seen`, if it stands on the table, reaches into what `other` occupies or hides
/// of the table, meters; negative if it does not.
fn overlap(seen: &Solid, other: &Solid, eye: &Point3) -> f64 {
    let radii = match seen.footprint {
        Footprint::Disc { radius } => [radius; 2],
        Footprint::Rectangle { half } => half,
    };
    let places = (0..AROUND).flat_map(|step| {
        let (sin, cos) = (TAU * f64::from(step) / f64::from(AROUND)).sin_cos();
        SHARES.map(|share| seen.place(share * radii[0] * cos, share * radii[1] * sin))
    });
    places
        .map(|place| -distance_to_hidden(other, eye, place))
        .fold(f64::NEG_INFINITY, f64::max)
}

/// Returns the signed distance of the middle of `upper`, seen from above, to the surface of `lower`
/// on which it would rest, meters.
fn distance_to_surface(lower: &Solid, upper: &Solid) -> f64 {
    match lower.hollow {
        None => lower.plan_distance(upper.x, upper.y),
        Some(hollow) => {
            let [u, v] = lower.local(upper.x, upper.y);
            hollow.inner.distance(u, v)
        }
    }
}

/// Returns the solid in or on `support` that looks like `seen`, which was taken to stand on the
/// table; `None` if there is none.
pub fn upon(seen: &Solid, support: &Solid, eye: &Point3) -> Option<Solid> {
    let upper = at_height(seen, eye, support.surface())?;
    (distance_to_surface(support, &upper) < 0.0).then_some(upper)
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_types::Vector3;

    /// Edge of the cubes, meters.
    const EDGE: f64 = 0.025;

    fn above() -> Point3 {
        Point3::new(0.2, 0.0, 0.78)
    }

    fn in_front() -> Point3 {
        Point3::new(0.62, 0.0, 0.52)
    }

    fn cube(x: f64, y: f64, base: f64) -> Solid {
        Solid {
            base,
            top: base + EDGE,
            footprint: Footprint::Rectangle {
                half: [EDGE / 2.0; 2],
            },
            ..Solid::guess(x, y, EDGE / 2.0, 0.008)
        }
    }

    fn bowl() -> Solid {
        Solid {
            top: 0.04,
            hollow: Some(Hollow {
                floor: 0.005,
                inner: Footprint::Disc { radius: 0.045 },
                foot: None,
            }),
            ..Solid::guess(0.2, 0.1, 0.05, 0.008)
        }
    }

    /// Returns what a silhouette says of a solid, with an error.
    fn silhouette(solid: &Solid, eye: &Point3, [x, y]: [f64; 2]) -> Solid {
        let seen = at_height(solid, eye, 0.0).unwrap();
        Solid {
            x: seen.x + x,
            y: seen.y + y,
            ..seen
        }
    }

    #[test]
    fn what_an_eye_cannot_distinguish_is_on_the_same_lines_of_sight() {
        let (eye, known) = (in_front(), cube(0.2, 0.05, 0.05));
        let seen = at_height(&known, &eye, 0.0).unwrap();
        let corner = |solid: &Solid| {
            let [x, y] = solid.place(solid.width() / 2.0, -solid.width() / 2.0);
            Point3::new(x, y, solid.top) - eye
        };
        let across = |a: &Vector3, b: &Vector3| a.cross(b).norm() / (a.norm() * b.norm());
        assert!(across(&corner(&known), &corner(&seen)) < 1e-12);
        let back = at_height(&seen, &eye, 0.05).unwrap();
        assert!((back.center() - known.center()).norm() < 1e-12);
        assert!((back.width() - known.width()).abs() < 1e-12);
        assert!(at_height(&known, &eye, 0.6).is_none(), "above the eye");
    }

    #[test]
    fn a_tower_is_not_taken_for_things_side_by_side() {
        for eye in [above(), in_front()] {
            for x in [0.14, 0.2, 0.26] {
                for stories in 1..4 {
                    let base = EDGE * f64::from(stories);
                    let (lower, upper) = (cube(x, 0.03, base - EDGE), cube(x, 0.03, base));
                    for error in [[0.0, 0.0], [0.005, 0.0], [-0.003, 0.004]] {
                        let seen = silhouette(&upper, &eye, error);
                        let found = standing(&seen, &lower, &eye);
                        assert_eq!(found, Standing::Upon, "{eye} {x} {stories} {error:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_fell_is_seen_beside() {
        let lower = cube(0.2, 0.0, 0.0);
        for eye in [above(), in_front()] {
            for [x, y] in [[0.0, 0.03], [0.0, -0.03], [0.03, 0.0]] {
                let seen = silhouette(&cube(0.2 + x, y, 0.0), &eye, [0.0; 2]);
                let found = standing(&seen, &lower, &eye);
                assert_eq!(found, Standing::Apart, "{eye} {x} {y}");
            }
        }
        // Behind it, seen from in front, the lower part is hidden.
        let eye = in_front();
        let hidden = (0.2 - EDGE / 2.0 - eye.x) * eye.z / (eye.z - EDGE);
        let behind = cube(eye.x + hidden - EDGE / 2.0, 0.0, 0.0);
        assert_eq!(standing(&behind, &lower, &eye), Standing::Apart);
    }

    #[test]
    fn what_is_seen_half_way_may_be_either() {
        let (eye, lower) = (above(), cube(0.2, 0.0, 0.0));
        let seen = cube(0.2, 0.0195, 0.0);
        assert_eq!(standing(&seen, &lower, &eye), Standing::Unclear);
        // A guess may be anywhere near.
        let guess = Solid {
            uncertainty: 0.02,
            ..cube(0.2, 0.005, 0.0)
        };
        assert_eq!(standing(&guess, &lower, &eye), Standing::Unclear);
    }

    #[test]
    fn a_thing_in_a_bowl_is_seen_over_it() {
        for eye in [above(), in_front()] {
            let inside = cube(0.2, 0.11, 0.005);
            let seen = silhouette(&inside, &eye, [0.005, -0.005]);
            assert_eq!(standing(&seen, &bowl(), &eye), Standing::Upon, "{eye}");
            let up = upon(&seen, &bowl(), &eye).unwrap();
            assert!((up.base - 0.005).abs() < 1e-12);
            let beside = cube(0.2, 0.1 - 0.05 - EDGE / 2.0, 0.0);
            assert_eq!(standing(&beside, &bowl(), &eye), Standing::Apart, "{eye}");
        }
    }
}
