//! The outline of a thing of any shape, seen from above, and where two fingers can take it.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// Number of directions in which fingers close, over half a turn.
const DIRECTIONS: u32 = 18;
/// Spacing and number of the places tried on each side of the middle of mass, meters.
const SPACING: f64 = 0.005;
const PLACES: i32 = 5;
/// Half the width of a fingertip, meters: it touches a strip of this half width.
pub const FINGERTIP_HALF_WIDTH_M: f64 = 0.006;
/// Number of lines on which a strip is measured.
const LINES: i32 = 5;
/// Largest slope of a side under a finger: within the friction of rubber on plastic.
const SLOPE: f64 = 0.4;
/// Parts of a strip this close are one, meters.
const SAME: f64 = 0.001;
/// Width of the pieces that fill the outline, meters.
const PIECE: f64 = 0.008;
/// Number of pinches to return in each direction, and how far they are apart at least, meters.
const MAX_PINCHES: usize = 2;
const APART: f64 = 0.009;
/// Cost of a meter of width, and of a slope of one, in meters off the middle of mass.
const WIDTH_COST: f64 = 0.2;
const SLOPE_COST: f64 = 0.01;

/// An outline in the frame of a solid's footprint, meters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contour {
    /// Corners in order, the last connected to the first.
    ring: Vec<[f64; 2]>,
    /// Middle of its mass, if it is of one material.
    mass: [f64; 2],
    /// The place nearest to that where it is highest.
    peak: [f64; 2],
}

/// Two opposite sides that fingers can close on, in the frame of the footprint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pinch {
    /// Direction in which the fingers close, radians.
    pub yaw: f64,
    /// Distance of the sides, meters.
    pub width: f64,
    /// Middle between the sides.
    pub middle: [f64; 2],
    /// How far from ideal, meters: mostly the distance to the middle of mass.
    pub cost: f64,
}

impl Contour {
    /// The outline through these corners; `None` of fewer than three.
    pub fn new(ring: Vec<[f64; 2]>, mass: [f64; 2], peak: [f64; 2]) -> Option<Self> {
        (ring.len() >= 3).then_some(Self { ring, mass, peak })
    }

    /// The corners in order.
    pub fn ring(&self) -> &[[f64; 2]] {
        &self.ring
    }

    /// The place nearest to the middle of mass where it is highest.
    pub fn peak(&self) -> [f64; 2] {
        self.peak
    }

    /// The outline of the same shape that is this many times as large.
    pub fn scaled(&self, by: f64) -> Self {
        let scaled = |[u, v]: [f64; 2]| [u * by, v * by];
        Self {
            ring: self.ring.iter().copied().map(scaled).collect(),
            mass: scaled(self.mass),
            peak: scaled(self.peak),
        }
    }

    /// Signed distance of `(u, v)`, negative inside, meters.
    pub fn distance(&self, u: f64, v: f64) -> f64 {
        let mut nearest = f64::INFINITY;
        let mut inside = false;
        for (a, b) in self.sides() {
            let along = [b[0] - a[0], b[1] - a[1]];
            let to = [u - a[0], v - a[1]];
            let length = along[0] * along[0] + along[1] * along[1];
            let share = (to[0] * along[0] + to[1] * along[1]) / length.max(f64::MIN_POSITIVE);
            let share = share.clamp(0.0, 1.0);
            nearest = nearest.min((to[0] - share * along[0]).hypot(to[1] - share * along[1]));
            if (a[1] > v) != (b[1] > v) && u < a[0] + (v - a[1]) / along[1] * along[0] {
                inside = !inside;
            }
        }
        if inside { -nearest } else { nearest }
    }

    /// How far it reaches from the origin along the unit direction `(u, v)`, meters.
    pub fn reach_along(&self, u: f64, v: f64) -> f64 {
        let along = self.ring.iter().map(|[x, y]| x * u + y * v);
        along.fold(f64::NEG_INFINITY, f64::max)
    }

    /// Radius of the smallest disc around the origin that holds it, meters.
    pub fn outer_radius(&self) -> f64 {
        let far = self.ring.iter().map(|[x, y]| x.hypot(*y));
        far.fold(0.0, f64::max)
    }

    /// Pairs of opposite sides at most `widest` apart, the best to lift it by first: near the middle
    /// of mass, square to the fingers, and narrow.
    pub fn pinches(&self, widest: f64) -> Vec<Pinch> {
        let mut found: Vec<Pinch> = yaws()
            .flat_map(|yaw| {
                let mut all: Vec<Pinch> = self.pinches_along(yaw).collect();
                all.retain(|pinch| pinch.width <= widest);
                all.sort_by(|a, b| a.cost.total_cmp(&b.cost));
                let mut best: Vec<Pinch> = Vec::new();
                for pinch in all {
                    let apart = |other: &Pinch| {
                        let [x, y] = [0, 1].map(|axis| other.middle[axis] - pinch.middle[axis]);
                        x.hypot(y) > APART
                    };
                    if best.len() < MAX_PINCHES && best.iter().all(apart) {
                        best.push(pinch);
                    }
                }
                best
            })
            .collect();
        found.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        found
    }

    /// The least distance of two opposite sides, meters; that of the whole if it has none.
    pub fn narrowest_width(&self) -> f64 {
        let all = yaws().flat_map(|yaw| self.pinches_along(yaw));
        let least = all.map(|pinch| pinch.width).fold(f64::INFINITY, f64::min);
        least.min(2.0 * self.outer_radius())
    }

    /// The distance of the sides on both sides of a place along the unit direction `(u, v)`, meters.
    pub fn width_at(&self, place: [f64; 2], [u, v]: [f64; 2]) -> f64 {
        let (along, across) = (place[0] * u + place[1] * v, place[1] * u - place[0] * v);
        let off = |[low, high]: [f64; 2]| (low - along).max(along - high).max(0.0);
        self.sections([u, v], across)
            .into_iter()
            .map(|section| section.span)
            .min_by(|a, b| off(*a).total_cmp(&off(*b)))
            .map_or_else(
                || self.reach_along(u, v) + self.reach_along(-u, -v),
                |[low, high]| high - low,
            )
    }

    /// What lies within the outline, as convex polygons side by side across its longer extent. Two
    /// parts of the outline that one polygon crosses are joined.
    pub fn convex_pieces(&self) -> Vec<Vec<[f64; 2]>> {
        let [low, high] =
            [-1.0, 1.0].map(|side| [self.reach_along(side, 0.0), self.reach_along(0.0, side)]);
        let long = usize::from(low[1] + high[1] > low[0] + high[0]);
        let (low, high) = (-low[long], high[long]);
        let count = ((high - low) / PIECE).ceil().max(1.0);
        let border = |step: f64| low + step / count * (high - low);
        (0..count as u32)
            .map(|step| [border(f64::from(step)), border(f64::from(step) + 1.0)])
            .map(|between| self.clipped(long, between))
            .filter(|piece| piece.len() >= 3)
            .collect()
    }

    /// Corners between two borders across an axis, and where sides cross the borders.
    fn clipped(&self, axis: usize, [low, high]: [f64; 2]) -> Vec<[f64; 2]> {
        let mut points: Vec<[f64; 2]> = Vec::new();
        for (a, b) in self.sides() {
            if (low..=high).contains(&a[axis]) {
                points.push(*a);
            }
            for border in [low, high] {
                if (a[axis] < border) != (b[axis] < border) {
                    let share = (border - a[axis]) / (b[axis] - a[axis]);
                    points.push([0, 1].map(|i| a[i] + share * (b[i] - a[i])));
                }
            }
        }
        points
    }

    /// The pinches in one direction.
    fn pinches_along(&self, yaw: f64) -> impl Iterator<Item = Pinch> + use<'_> {
        (-PLACES..=PLACES).flat_map(move |place| self.pinches_at(yaw, f64::from(place) * SPACING))
    }

    /// The pinches in one direction at one distance beside the middle of mass.
    fn pinches_at(&self, yaw: f64, place: f64) -> impl Iterator<Item = Pinch> + use<'_> {
        let (v, u) = yaw.sin_cos();
        let across = self.mass[1] * u - self.mass[0] * v + place;
        self.sections([u, v], across)
            .into_iter()
            .filter(|section| section.slope < SLOPE)
            .map(move |section| {
                let [low, high] = section.span;
                let along = (low + high) / 2.0;
                let middle = [along * u - across * v, along * v + across * u];
                let off = (middle[0] - self.mass[0]).hypot(middle[1] - self.mass[1]);
                Pinch {
                    yaw,
                    width: high - low,
                    middle,
                    cost: off + WIDTH_COST * (high - low) + SLOPE_COST * section.slope,
                }
            })
    }

    /// What a strip along the unit direction `(u, v)` meets, `across` meters beside the origin.
    fn sections(&self, [u, v]: [f64; 2], across: f64) -> Vec<Section> {
        let lines: Vec<Vec<[f64; 2]>> = (0..LINES)
            .map(|line| 2.0 * f64::from(line) / f64::from(LINES - 1) - 1.0)
            .map(|share| self.crossings([u, v], across + share * FINGERTIP_HALF_WIDTH_M))
            .collect();
        let mut spans: Vec<[f64; 2]> = lines.iter().flatten().copied().collect();
        spans.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let mut joined: Vec<[f64; 2]> = Vec::new();
        for span in spans {
            match joined.last_mut() {
                Some(last) if span[0] < last[1] + SAME => last[1] = last[1].max(span[1]),
                _ => joined.push(span),
            }
        }
        let slope = |span: &[f64; 2]| {
            let ends = |line: &Vec<[f64; 2]>| {
                let own = line
                    .iter()
                    .filter(|own| span[0] <= own[0] && own[1] <= span[1]);
                own.fold(None, |ends: Option<[f64; 2]>, own| {
                    let [low, high] = ends.unwrap_or(*own);
                    Some([low.min(own[0]), high.max(own[1])])
                })
            };
            // Where a finger would reach beyond the thing, it touches an end.
            let (Some(first), Some(last)) = (ends(&lines[0]), ends(&lines[lines.len() - 1])) else {
                return f64::INFINITY;
            };
            let tilt =
                |side: usize| (first[side] - last[side]).abs() / (2.0 * FINGERTIP_HALF_WIDTH_M);
            tilt(0).max(tilt(1))
        };
        joined
            .into_iter()
            .map(|span| Section {
                span,
                slope: slope(&span),
            })
            .collect()
    }

    /// Where a line along the unit direction `(u, v)`, `across` meters beside the origin, is inside.
    fn crossings(&self, [u, v]: [f64; 2], across: f64) -> Vec<[f64; 2]> {
        let turned = |point: &[f64; 2]| {
            [
                point[0] * u + point[1] * v,
                point[1] * u - point[0] * v - across,
            ]
        };
        let mut at: Vec<f64> = self
            .sides()
            .map(|(a, b)| (turned(a), turned(b)))
            .filter(|(a, b)| (a[1] > 0.0) != (b[1] > 0.0))
            .map(|(a, b)| a[0] - a[1] / (b[1] - a[1]) * (b[0] - a[0]))
            .collect();
        at.sort_by(f64::total_cmp);
        at.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect()
    }

    fn sides(&self) -> impl Iterator<Item = (&[f64; 2], &[f64; 2])> {
        self.ring.iter().zip(self.ring.iter().cycle().skip(1))
    }
}

/// The directions in which fingers may close, radians.
fn yaws() -> impl Iterator<Item = f64> {
    (0..DIRECTIONS).map(|step| f64::from(step) * PI / f64::from(DIRECTIONS))
}

/// A part of a strip that is inside an outline.
struct Section {
    /// Where it begins and ends along the strip.
    span: [f64; 2],
    /// How steeply the steeper of its ends is cut, as a tangent.
    slope: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An L of bars 18 mm wide, its outer corner at the origin.
    fn bracket() -> Contour {
        let mm = [[0, 0], [50, 0], [50, 18], [18, 18], [18, 50], [0, 50]];
        let ring = mm.map(|corner| corner.map(|at| f64::from(at) / 1000.0));
        Contour::new(ring.to_vec(), [0.0188; 2], [0.012; 2]).unwrap()
    }

    #[test]
    fn a_bracket_is_taken_by_one_of_its_bars() {
        let pinches = bracket().pinches(0.05);
        assert!(!pinches.is_empty());
        for pinch in &pinches {
            // Along a bar, too, which is 50 mm long.
            assert!(pinch.width <= 0.05, "{pinch:?}");
            let [u, v] = pinch.middle;
            assert!(bracket().distance(u, v) < -0.005, "{pinch:?}");
        }
        let best = pinches[0];
        // Across a bar, which is 18 mm wide, nearly square.
        assert!((0.018 - 1e-9..0.021).contains(&best.width), "{best:?}");
        assert!(bracket().pinches(0.01).is_empty());
        assert!((bracket().narrowest_width() - 0.018).abs() < 0.002);
    }

    #[test]
    fn a_held_bar_is_as_wide_as_the_bar() {
        let bracket = bracket();
        assert!((bracket.width_at([0.035, 0.0], [0.0, 1.0]) - 0.018).abs() < 1e-9);
        assert!((bracket.width_at([0.0, 0.009], [1.0, 0.0]) - 0.05).abs() < 1e-9);
    }

    #[test]
    fn pieces_fill_the_outline() {
        let bracket = bracket();
        let inside = |[u, v]: [f64; 2]| {
            bracket.convex_pieces().iter().any(|piece| {
                let low = [0, 1].map(|i| piece.iter().map(|p| p[i]).fold(f64::INFINITY, f64::min));
                let high = [0, 1].map(|i| piece.iter().map(|p| p[i]).fold(0.0, f64::max));
                (low[0]..=high[0]).contains(&u) && (low[1]..=high[1]).contains(&v)
            })
        };
        assert!(inside([0.045, 0.01]) && inside([0.01, 0.045]) && inside([0.01, 0.01]));
        assert!(!inside([0.03, 0.03]));
    }

    proptest! {
        #[test]
        fn a_pinch_touches_the_outline_on_both_sides(turn in 0.0..3.1_f64) {
            let (sin, cos) = turn.sin_cos();
            let out = |[x, y]: [f64; 2]| [cos * x - sin * y, sin * x + cos * y];
            let straight = bracket();
            let ring = straight.ring.iter().map(|corner| out(*corner)).collect();
            let turned = Contour::new(ring, out(straight.mass), out(straight.peak)).unwrap();
            let pinches = turned.pinches(0.04);
            prop_assert!(!pinches.is_empty());
            for pinch in pinches {
                let (v, u) = pinch.yaw.sin_cos();
                for side in [-0.5, 0.5] {
                    let at = [pinch.middle[0] + side * pinch.width * u, pinch.middle[1] + side * pinch.width * v];
                    prop_assert!(turned.distance(at[0], at[1]) > -0.006, "{:?}", pinch);
                }
            }
        }
    }
}
