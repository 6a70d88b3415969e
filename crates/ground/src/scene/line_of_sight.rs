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
pub enum SupportVerdict {
    /// In or on it: on the table, it would be inside it, or hidden by it.
    Upon,
    /// On the table: from in or on it, it would be seen elsewhere.
    Apart,
    /// The picture does not tell.
    Unclear,
}

/// Returns whether `seen`, a solid on the table by its silhouette, is in or on `support`.
pub fn judge_support(seen: &Solid, support: &Solid, eye: &Point3) -> SupportVerdict {
    let doubt = seen.uncertainty.max(support.uncertainty);
    let may_be_upon = lookalike_at_height(seen, eye, support.support_surface_height())
        .is_some_and(|upper| distance_to_surface(support, &upper) < doubt);
    let may_be_apart = overlap(seen, support, eye) < doubt;
    match (may_be_upon, may_be_apart) {
        (true, false) => SupportVerdict::Upon,
        (false, true) => SupportVerdict::Apart,
        _ => SupportVerdict::Unclear,
    }
}

/// Returns the solid with its underside at the height `base` that an `eye` cannot distinguish from
/// this one; `None` if the eye is not above both.
pub fn lookalike_at_height(solid: &Solid, eye: &Point3, base: f64) -> Option<Solid> {
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
            solid.signed_distance_to_footprint(at(x, eye.x), at(y, eye.y)) / share
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
        SHARES.map(|share| seen.footprint_to_base(share * radii[0] * cos, share * radii[1] * sin))
    });
    places
        .map(|place| -distance_to_hidden(other, eye, place))
        .fold(f64::NEG_INFINITY, f64::max)
}

/// Returns the signed distance of the middle of `upper`, seen from above, to the surface of `lower`
/// on which it would rest, meters.
fn distance_to_surface(lower: &Solid, upper: &Solid) -> f64 {
    match lower.hollow {
        None => lower.signed_distance_to_footprint(upper.x, upper.y),
        Some(hollow) => {
            let [u, v] = lower.base_to_footprint(upper.x, upper.y);
            hollow.inner.distance(u, v)
        }
    }
}

/// Returns the solid in or on `support` that looks like `seen`, which was taken to stand on the
/// table; `None` if there is none.
pub fn lookalike_on_support(seen: &Solid, support: &Solid, eye: &Point3) -> Option<Solid> {
    let upper = lookalike_at_height(seen, eye, support.support_surface_height())?;
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
            ..Solid::guess_disc(x, y, EDGE / 2.0, 0.008)
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
            ..Solid::guess_disc(0.2, 0.1, 0.05, 0.008)
        }
    }

    /// Returns what a silhouette says of a solid, with an error.
    fn silhouette(solid: &Solid, eye: &Point3, [x, y]: [f64; 2]) -> Solid {
        let seen = lookalike_at_height(solid, eye, 0.0).unwrap();
        Solid {
            x: seen.x + x,
            y: seen.y + y,
            ..seen
        }
    }

    #[test]
    fn what_an_eye_cannot_distinguish_is_on_the_same_lines_of_sight() {
        let (eye, known) = (in_front(), cube(0.2, 0.05, 0.05));
        let seen = lookalike_at_height(&known, &eye, 0.0).unwrap();
        let corner = |solid: &Solid| {
            let [x, y] = solid
                .footprint_to_base(solid.smallest_width() / 2.0, -solid.smallest_width() / 2.0);
            Point3::new(x, y, solid.top) - eye
        };
        let across = |a: &Vector3, b: &Vector3| a.cross(b).norm() / (a.norm() * b.norm());
        assert!(across(&corner(&known), &corner(&seen)) < 1e-12);
        let back = lookalike_at_height(&seen, &eye, 0.05).unwrap();
        assert!((back.center() - known.center()).norm() < 1e-12);
        assert!((back.smallest_width() - known.smallest_width()).abs() < 1e-12);
        assert!(
            lookalike_at_height(&known, &eye, 0.6).is_none(),
            "above the eye"
        );
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
                        let found = judge_support(&seen, &lower, &eye);
                        assert_eq!(found, SupportVerdict::Upon, "{eye} {x} {stories} {error:?}");
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
                let found = judge_support(&seen, &lower, &eye);
                assert_eq!(found, SupportVerdict::Apart, "{eye} {x} {y}");
            }
        }
        // Behind it, seen from in front, the lower part is hidden.
        let eye = in_front();
        let hidden = (0.2 - EDGE / 2.0 - eye.x) * eye.z / (eye.z - EDGE);
        let behind = cube(eye.x + hidden - EDGE / 2.0, 0.0, 0.0);
        assert_eq!(judge_support(&behind, &lower, &eye), SupportVerdict::Apart);
    }

    #[test]
    fn what_is_seen_half_way_may_be_either() {
        let (eye, lower) = (above(), cube(0.2, 0.0, 0.0));
        let seen = cube(0.2, 0.0195, 0.0);
        assert_eq!(judge_support(&seen, &lower, &eye), SupportVerdict::Unclear);
        // A guess may be anywhere near.
        let guess = Solid {
            uncertainty: 0.02,
            ..cube(0.2, 0.005, 0.0)
        };
        assert_eq!(judge_support(&guess, &lower, &eye), SupportVerdict::Unclear);
    }

    #[test]
    fn a_thing_in_a_bowl_is_seen_over_it() {
        for eye in [above(), in_front()] {
            let inside = cube(0.2, 0.11, 0.005);
            let seen = silhouette(&inside, &eye, [0.005, -0.005]);
            assert_eq!(
                judge_support(&seen, &bowl(), &eye),
                SupportVerdict::Upon,
                "{eye}"
            );
            let up = lookalike_on_support(&seen, &bowl(), &eye).unwrap();
            assert!((up.base - 0.005).abs() < 1e-12);
            let beside = cube(0.2, 0.1 - 0.05 - EDGE / 2.0, 0.0);
            assert_eq!(
                judge_support(&beside, &bowl(), &eye),
                SupportVerdict::Apart,
                "{eye}"
            );
        }
    }
}
