//! Estimates the geometry of an object from its silhouette alone, on a table at height zero: for a
//! camera without depth.
//!
//! Every height has a footprint that would hide as much of the table (see [`shadow`](super::shadow)).
//! How far that is from a square, rectangle or disc says how likely the height is; the name says which
//! heights are usual for something so wide (see [`shape_prior`](super::shape_prior)). The likeliest
//! height is taken, and how far it can be off is told. Where the picture tells little, as from straight
//! above, that is the height that the name suggests; where it tells much, the name hardly counts.
//! Whether the object is hollow or a ball, only the name tells.

use enact_types::Point3;

use super::fit::{DEFAULT_FLOOR_THICKNESS_M, DEFAULT_WALL_THICKNESS_M};
use super::shadow::{CameraShadow, FittedFootprint};
use super::shape_prior::{FootprintShape, ShapePrior};
use super::solid::{Footprint, Hollow, MAX_FLAT_HEIGHT_M, Solid};

/// Likely error of a position, meters.
const UNCERTAINTY: f64 = 0.008;
/// Height below which an object may as well be flat, meters.
const LOW: f64 = 0.005;
/// How far off the edge of a silhouette is, pixels.
const EDGE: f64 = 1.0;
/// Number of places along an edge that are off independently of each other.
const INDEPENDENT: f64 = 16.0;
/// Lowest and highest height tried, as a multiple of the width, and number of heights between.
const HEIGHTS: (f64, f64, u32) = (0.03, 5.0, 50);
/// Number of heights tried between the best one and those beside it.
const FINER: i32 = 10;
/// An object is at most so high, as a share of the height of the eye.
const BELOW_EYE: f64 = 0.8;
/// Turns tried at every height, and near the best of them, degrees.
const TURN: f64 = 5.0;
const FINER_TURN: f64 = 0.5;
/// Every so many heights, turns are tried first.
const FEW: usize = 3;
/// Largest misfit of an outline of a known form, square pixels: where the name says nothing, what
/// fits worse is of another.
const MISFIT: f64 = 0.5;
/// How much less likely a height two likely errors away from the best is, as a logarithm.
const LIKELY: f64 = 2.0;
/// Least error of a height, meters.
const MIN_HEIGHT_ERROR: f64 = 0.001;
/// Least height of the rim of a container above its floor, meters.
const RIM: f64 = 0.003;
/// Cost beyond which a height is not what its name suggests.
const UNUSUAL: f64 = 2.0;

/// A height with the footprint that fits it best.
#[derive(Clone, Copy)]
struct Candidate {
    height: f64,
    form: FootprintShape,
    fit: FittedFootprint,
    /// Minus the logarithm of how likely it is.
    cost: f64,
}

/// Returns the solid called `label` whose silhouette hides these points of the table from an `eye`
/// with pixels of `pixel_angle` radians, and whether it is of a known form; `None` if they form no
/// shape.
pub fn solid_from_silhouette(
    hidden: &[Point3],
    eye: &Point3,
    pixel_angle: f64,
    label: &str,
) -> Option<(Solid, bool)> {
    let prior = ShapePrior::from_label(label);
    let shadow = CameraShadow::from_hidden_points(hidden, eye, pixel_angle)?;
    if prior.ball {
        return Some((ball(&shadow, eye)?, true));
    }
    let all = candidates(&shadow, &prior);
    let best = likeliest(&all)?;
    let says_nothing = prior.form.is_none() && !prior.is_flat();
    let is_known = !says_nothing || best.fit.misfit < MISFIT;
    let likely = all.iter().filter(|it| it.cost < best.cost + LIKELY);
    let (low, high) = likely.fold((best.height, best.height), |(low, high), it| {
        (low.min(it.height), high.max(it.height))
    });
    let mut error = ((high - low) / 4.0).max(MIN_HEIGHT_ERROR);
    let lowest = best.height - error;
    let width = width(&best.fit);
    let is_flat =
        best.height < MAX_FLAT_HEIGHT_M || lowest < MAX_FLAT_HEIGHT_M && best.height < LOW;
    if is_flat && !prior.hollow {
        return Some((shaped(&prior, best, eye, 0.0, 0.0), is_known));
    }
    if prior.height_cost(best.height, width) > UNUSUAL {
        // Either the name or the picture is wrong.
        let (usual, _) = prior.expected_height(width);
        error = error.max((best.height - usual).abs() / 2.0);
    }
    // A container is at least a floor with a rim.
    let lowest = if prior.hollow {
        DEFAULT_FLOOR_THICKNESS_M + RIM
    } else {
        0.0
    };
    let height = best.height.max(lowest);
    let solid = shaped(&prior, best, eye, height, error.min(height));
    Some((solid, is_known))
}

/// Returns the flat thing that is these points of the table.
pub fn flat_solid_from_points(
    points: &[Point3],
    eye: &Point3,
    pixel_angle: f64,
    label: &str,
) -> Option<Solid> {
    let prior = ShapePrior::from_label(label);
    let shadow = CameraShadow::from_hidden_points(points, eye, pixel_angle)?;
    let turns = turns(0.0, 90.0, FINER_TURN);
    let forms = prior.forms_with_costs().into_iter();
    let all = forms.flat_map(|form| at_heights(&shadow, &prior, form, &[0.0], &turns));
    let all: Vec<Candidate> = all.collect();
    Some(shaped(&prior, likeliest(&all)?, eye, 0.0, 0.0))
}

/// Returns a solid called `label` of which only the place is known: its height is what the name
/// suggests for something of this radius, meters.
pub fn guess_solid_from_label(label: &str, x: f64, y: f64, radius: f64, uncertainty: f64) -> Solid {
    let prior = ShapePrior::from_label(label);
    let (height, error) = prior.expected_height(2.0 * radius);
    let footprint = Footprint::Disc { radius };
    Solid {
        top: height,
        height_uncertainty: error,
        ball: prior.ball,
        hollow: prior.hollow.then(|| hollow(&footprint)),
        ..Solid::guess_disc(x, y, radius, uncertainty)
    }
}

fn ball(shadow: &CameraShadow, eye: &Point3) -> Option<Solid> {
    let ([x, y], radius) = shadow.fit_hiding_ball()?;
    Some(Solid {
        ball: true,
        height_uncertainty: shadow.pixel_size(),
        ..Solid::guess_disc(eye.x + x, eye.y + y, radius, UNCERTAINTY)
    })
}

/// Returns heights with their footprints of each form: all that are possible, more finely near the
/// likeliest.
fn candidates(shadow: &CameraShadow, prior: &ShapePrior) -> Vec<Candidate> {
    let (low, high, count) = HEIGHTS;
    let width = shadow.narrowest_width();
    let step = (high / low).powf(1.0 / f64::from(count));
    let most = BELOW_EYE * shadow.eye_height();
    let heights = (0..=count).map(|number| low * width * step.powf(f64::from(number)));
    let heights: Vec<f64> = [0.0]
        .into_iter()
        .chain(heights)
        .filter(|it| *it < most)
        .collect();
    let few: Vec<f64> = heights.iter().copied().step_by(FEW).collect();
    let mut all = Vec::new();
    for form in prior.forms_with_costs() {
        // How it is turned hardly depends on its height.
        let rough = at_heights(shadow, prior, form, &few, &turns(0.0, 90.0, TURN));
        let Some(yaw) = likeliest(&rough).map(|it| it.fit.yaw.to_degrees()) else {
            continue;
        };
        let turns = turns(yaw - TURN, yaw + TURN, FINER_TURN);
        let own = at_heights(shadow, prior, form, &heights, &turns);
        let best = likeliest(&own).map_or(0.0, |it| it.height);
        let near = (-FINER..=FINER).map(|number| step.powf(f64::from(number) / f64::from(FINER)));
        let near: Vec<f64> = near.map(|factor| best * factor).collect();
        all.extend(own);
        all.extend(at_heights(shadow, prior, form, &near, &turns));
    }
    all
}

/// Turns from one angle to another, degrees, as radians.
fn turns(from: f64, to: f64, step: f64) -> Vec<f64> {
    let count = ((to - from) / step).ceil() as u32;
    let turn = |number: u32| (from + step * f64::from(number)).to_radians();
    (0..count).map(turn).collect()
}

/// Returns the footprints of a form, which costs so much, at these heights.
fn at_heights(
    shadow: &CameraShadow,
    prior: &ShapePrior,
    (form, cost): (FootprintShape, f64),
    heights: &[f64],
    yaws: &[f64],
) -> Vec<Candidate> {
    let lean = prior.flare * shadow.narrowest_width() / 2.0;
    let at = |height: &f64| {
        let footprint = shadow.footprint_at_height(*height, lean);
        let fit = CameraShadow::fit_form(&footprint, form, yaws.iter().copied())?;
        let misfit = INDEPENDENT / 2.0 * fit.misfit / (EDGE * EDGE);
        Some(Candidate {
            height: *height,
            form,
            fit,
            cost: misfit + cost + prior.height_cost(*height, width(&fit)),
        })
    };
    heights.iter().filter_map(at).collect()
}

fn likeliest(all: &[Candidate]) -> Option<&Candidate> {
    all.iter().min_by(|a, b| a.cost.total_cmp(&b.cost))
}

/// Returns the smallest width of a footprint, meters.
fn width(fit: &FittedFootprint) -> f64 {
    2.0 * fit.half[0].min(fit.half[1])
}

/// Returns the solid with a footprint and a height, which can be off by `error`, meters.
fn shaped(prior: &ShapePrior, best: &Candidate, eye: &Point3, height: f64, error: f64) -> Solid {
    let Candidate { fit, form, .. } = best;
    let [x, y] = [eye.x + fit.center[0], eye.y + fit.center[1]];
    let footprint = match form {
        FootprintShape::Disc => Footprint::Disc {
            radius: fit.half[0],
        },
        FootprintShape::Square | FootprintShape::Rectangle => {
            Footprint::Rectangle { half: fit.half }
        }
    };
    Solid {
        yaw: if *form == FootprintShape::Disc {
            0.0
        } else {
            fit.yaw
        },
        footprint,
        top: height,
        height_uncertainty: error,
        hollow: prior.hollow.then(|| hollow(&footprint)),
        ..Solid::guess_disc(x, y, fit.half[0], UNCERTAINTY)
    }
}

/// Returns the inside of a container with this outline.
fn hollow(footprint: &Footprint) -> Hollow {
    Hollow {
        floor: DEFAULT_FLOOR_THICKNESS_M,
        inner: footprint.shrunk(DEFAULT_WALL_THICKNESS_M),
        foot: None,
    }
}
