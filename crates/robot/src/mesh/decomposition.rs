//! Decomposition of a mesh into few convex bodies that contain it tightly.
//!
//! The mesh is cut by planes, each where it minimizes the total volume of the hulls of the parts,
//! until together the hulls extend no farther beyond the mesh than permitted. Parts whose common
//! hull serves as well are merged again. Each triangle is in the hull of its part, so nothing of
//! the mesh is left out. Where no cut makes the hulls smaller, as along a hollow tube, they stay.

use enact_types::{Point3, Vector3};
use serde::{Deserialize, Serialize};

use super::Triangle;
use super::hull::{GRID, Hull};
use super::measure::{FaceRegion, Surface, find_distant_face_regions, is_region_inside_hull};
use super::piece::{hull_corners, hull_volume, simplified_hull, split_by_plane};

/// Share of the tolerance by which a hull may be rounded to have fewer corners.
const ROUNDING: f64 = 0.15;
/// Number of triangles examined to choose a cut.
const SKETCH: usize = 400;
/// Positions of the cuts tried besides one through the worst place, as shares of the part's length.
const CUTS: [f64; 3] = [0.3, 0.5, 0.7];
/// A cut that saves less than these shares of the volume of the part and of the whole is rejected.
const SAVED: [f64; 2] = [0.02, 0.005];
/// Largest number of rounds of cutting and merging.
const ROUNDS: usize = 3;
/// Number of pairs of parts tried as one each time, the most promising first.
const TRIED: usize = 12;

/// Precision of a decomposition.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DecompositionOptions {
    /// Largest distance that it may extend beyond the mesh, meters.
    pub tolerance: f64,
    /// Largest number of convex bodies; if they do not suffice, the decomposition extends farther.
    pub pieces: usize,
}

impl Default for DecompositionOptions {
    fn default() -> Self {
        Self {
            tolerance: 0.005,
            pieces: 16,
        }
    }
}

impl DecompositionOptions {
    /// Returns a description of the first invalid value, if any.
    pub fn find_invalid_value(&self) -> Option<String> {
        if !(0.0005..=0.1).contains(&self.tolerance) {
            let tolerance = self.tolerance;
            return Some(format!(
                "tolerance = {tolerance} is outside 0.0005 to 0.1 m"
            ));
        }
        (!(1..=64).contains(&self.pieces))
            .then(|| format!("pieces = {} is outside 1 to 64", self.pieces))
    }
}

/// Convex bodies that contain a mesh.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConvexDecomposition {
    /// The convex bodies.
    pub pieces: Vec<ConvexPiece>,
    excess_um: u32,
}

/// A convex body in the frame of its mesh.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConvexPiece {
    /// The body, around its own origin.
    pub hull: Hull,
    /// Origin of the body in the frame of the mesh, micrometers, as stored in a file.
    middle_um: [i32; 3],
}

impl ConvexPiece {
    /// Returns the origin of the body in the frame of the mesh, meters.
    pub fn origin_in_mesh(&self) -> Vector3 {
        Vector3::from(self.middle_um.map(|value| f64::from(value) * GRID))
    }
}

impl ConvexDecomposition {
    /// Decomposes a mesh.
    ///
    /// # Panics
    /// Without triangles.
    pub fn from_triangles(triangles: &[Triangle], fineness: &DecompositionOptions) -> Self {
        let surface = Surface::new(triangles);
        let mut parts = Parts {
            surface: &surface,
            fineness: *fineness,
            all: Vec::new(),
            volume: 0.0,
        };
        let whole = parts.part(triangles.to_vec());
        parts.volume = whole.volume;
        parts.all.push(whole);
        for _ in 0..ROUNDS {
            parts.cut();
            if !parts.join() {
                break;
            }
        }
        let excess = parts.excess();
        Self {
            pieces: parts.all.iter().map(Part::piece).collect(),
            excess_um: (excess / GRID).ceil() as u32,
        }
    }

    /// Returns an upper bound on the distance of any point of the bodies' common surface from the
    /// mesh, meters.
    pub fn max_distance_from_mesh(&self) -> f64 {
        f64::from(self.excess_um) * GRID
    }

    /// Returns the distance of a point in the mesh frame to the nearest body, negative inside,
    /// meters.
    pub fn distance_to_point(&self, point: &Point3) -> f64 {
        let of = |piece: &ConvexPiece| {
            piece
                .hull
                .distance_to_point(&(point - piece.origin_in_mesh()))
        };
        self.pieces.iter().map(of).fold(f64::INFINITY, f64::min)
    }
}

/// A part of the mesh.
struct Part {
    triangles: Vec<Triangle>,
    /// Corners of the hull of its triangles.
    corners: Vec<Point3>,
    /// The hull simplified to few corners.
    hull: Hull,
    /// Regions of the simplified hull that may be far from the mesh, farthest first.
    suspects: Vec<FaceRegion>,
    /// Volume of the hull, cubic meters.
    volume: f64,
    /// The best cut or that there is none, once it has been computed.
    cut: Option<Option<Cut>>,
}

/// A plane that cuts a part.
#[derive(Clone, Copy)]
struct Cut {
    normal: Vector3,
    offset: f64,
    /// Volume of the hulls that it saves, cubic meters.
    saved: f64,
}

struct Parts<'a> {
    surface: &'a Surface,
    fineness: DecompositionOptions,
    all: Vec<Part>,
    /// Volume of the hull of the mesh, cubic meters.
    volume: f64,
}

impl Parts<'_> {
    fn part(&self, triangles: Vec<Triangle>) -> Part {
        let points: Vec<Point3> = triangles.iter().flatten().copied().collect();
        self.hulled(triangles, hull_corners(&points))
    }

    fn hulled(&self, triangles: Vec<Triangle>, corners: Vec<Point3>) -> Part {
        let hull = simplified_hull(&corners, self.slack());
        let suspects = find_distant_face_regions(&hull, self.surface, self.near());
        Part {
            triangles,
            volume: hull_volume(&corners),
            corners,
            hull,
            suspects,
            cut: None,
        }
    }

    fn slack(&self) -> f64 {
        ROUNDING * self.fineness.tolerance
    }

    /// Returns the largest distance of faces from the mesh at which hulls rounded by `slack` stay
    /// within the tolerance.
    fn near(&self) -> f64 {
        self.fineness.tolerance - 2.0 * self.slack()
    }

    /// Returns the worst region of a part that is not inside another part.
    fn worst_of<'a>(&self, part: &'a Part, except: &[usize]) -> Option<&'a FaceRegion> {
        let others = self.all.iter().enumerate();
        let others: Vec<&Hull> = others
            .filter(|(index, _)| !except.contains(index))
            .map(|(_, other)| &other.hull)
            .collect();
        let hidden = |suspect: &FaceRegion| {
            others
                .iter()
                .any(|hull| is_region_inside_hull(suspect, hull))
        };
        part.suspects.iter().find(|suspect| !hidden(suspect))
    }

    fn excess_of(&self, part: &Part, except: &[usize]) -> f64 {
        let worst = self.worst_of(part, except);
        worst.map_or(self.near(), |worst| worst.reach)
    }

    /// Returns the excess: a point of a rounded hull is within its rounding of a face, or of a hull
    /// that contains the face and is rounded too.
    fn excess(&self) -> f64 {
        let roundings = self.all.iter().map(|part| part.hull.rounding());
        let rounding = roundings.fold(0.0, f64::max);
        let faces = (0..self.all.len()).map(|index| self.excess_of(&self.all[index], &[index]));
        faces.fold(0.0, f64::max) + 2.0 * rounding
    }

    /// Repeatedly cuts where it saves the most.
    fn cut(&mut self) {
        while self.all.len() < self.fineness.pieces {
            for index in 0..self.all.len() {
                let part = &self.all[index];
                if part.cut.is_none()
                    && let Some(worst) = self.worst_of(part, &[index])
                {
                    self.all[index].cut = Some(self.best_cut(part, worst));
                }
            }
            let saved = |index: &usize| {
                let part = &self.all[*index];
                let cut = part.cut.as_ref().and_then(Option::as_ref)?;
                self.worst_of(part, &[*index]).map(|_| cut.saved)
            };
            let best = (0..self.all.len())
                .filter_map(|index| Some((index, saved(&index)?)))
                .max_by(|a, b| a.1.total_cmp(&b.1));
            let Some((index, _)) = best else {
                return;
            };
            let cut = self.all[index].cut.take().flatten();
            let halves = cut.and_then(|cut| self.halves(&self.all[index], &cut));
            match halves {
                Some([first, second]) => {
                    self.all[index] = first;
                    self.all.push(second);
                }
                None => self.all[index].cut = Some(None),
            }
        }
    }

    /// Returns the cut that leaves hulls of the least volume, if it saves anything.
    fn best_cut(&self, part: &Part, worst: &FaceRegion) -> Option<Cut> {
        let stride = part.triangles.len().div_ceil(SKETCH);
        let sketch: Vec<Triangle> = part.triangles.iter().step_by(stride).copied().collect();
        let whole = sketched(&sketch);
        let least = (SAVED[0] * whole).max(SAVED[1] * self.volume);
        let middle = nalgebra::center(&worst.corners[0], &worst.corners[1]);
        let inwards = (worst.nearest - middle).try_normalize(1e-9);
        let mut best: Option<Cut> = None;
        for normal in axes(&part.corners).into_iter().chain(inwards) {
            let heights = part.corners.iter().map(|corner| corner.coords.dot(&normal));
            let (low, high) = heights
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| {
                    (low.min(it), high.max(it))
                });
            let through = worst.nearest.coords.dot(&normal);
            let shares = CUTS.iter().map(|share| low + share * (high - low));
            for offset in shares.chain([through]) {
                // A thinner slice is no gain.
                let thin = self.fineness.tolerance / 2.0;
                if offset - low < thin || high - offset < thin {
                    continue;
                }
                let (below, above) = split_by_plane(&sketch, &normal, offset);
                let saved = whole - sketched(&below) - sketched(&above);
                let least = best.as_ref().map_or(least, |best| best.saved);
                if saved > least {
                    best = Some(Cut {
                        normal,
                        offset,
                        saved,
                    });
                }
            }
        }
        best
    }

    fn halves(&self, part: &Part, cut: &Cut) -> Option<[Part; 2]> {
        let (below, above) = split_by_plane(&part.triangles, &cut.normal, cut.offset);
        let both = !below.is_empty() && !above.is_empty();
        both.then(|| [self.part(below), self.part(above)])
    }

    /// Merges parts whose common hull extends no farther; returns whether there were any.
    fn join(&mut self) -> bool {
        let before = self.all.len();
        while self.join_two() {}
        self.all.len() < before
    }

    fn join_two(&mut self) -> bool {
        let mut pairs: Vec<(f64, usize, usize, Vec<Point3>)> = Vec::new();
        for second in 0..self.all.len() {
            for first in 0..second {
                if self.touch(first, second) {
                    let (a, b) = (&self.all[first], &self.all[second]);
                    let both: Vec<Point3> = a.corners.iter().chain(&b.corners).copied().collect();
                    let both = hull_corners(&both);
                    let gain = hull_volume(&both) - a.volume - b.volume;
                    pairs.push((gain, first, second, both));
                }
            }
        }
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (_, first, second, both) in pairs.into_iter().take(TRIED) {
            let mut part = self.hulled(Vec::new(), both);
            if self.excess_of(&part, &[first, second]) <= self.near() {
                let rest = std::mem::take(&mut self.all[second].triangles);
                part.triangles = std::mem::take(&mut self.all[first].triangles);
                part.triangles.extend(rest);
                self.all[first] = part;
                self.all.swap_remove(second);
                return true;
            }
        }
        false
    }

    fn touch(&self, first: usize, second: usize) -> bool {
        let [a, b] = [first, second].map(|index| bounds(&self.all[index].corners));
        let apart = (0..3).map(|axis| (a.0[axis] - b.1[axis]).max(b.0[axis] - a.1[axis]));
        apart.fold(f64::NEG_INFINITY, f64::max) <= self.fineness.tolerance
    }
}

impl Part {
    fn piece(&self) -> ConvexPiece {
        let (low, high) = bounds(&self.corners);
        let middle_um = [0, 1, 2].map(|i| ((low[i] + high[i]) / 2.0 / GRID).round() as i32);
        let middle = Vector3::from(middle_um.map(|value| f64::from(value) * GRID));
        let corners: Vec<Point3> = self.hull.corners().iter().map(|it| it - middle).collect();
        ConvexPiece {
            hull: Hull::new(&corners, self.hull.rounding()),
            middle_um,
        }
    }
}

fn sketched(triangles: &[Triangle]) -> f64 {
    let points: Vec<Point3> = triangles.iter().flatten().copied().collect();
    hull_volume(&points)
}

fn bounds(points: &[Point3]) -> (Vector3, Vector3) {
    let none = (
        Vector3::repeat(f64::INFINITY),
        Vector3::repeat(f64::NEG_INFINITY),
    );
    points.iter().fold(none, |(low, high), point| {
        (low.inf(&point.coords), high.sup(&point.coords))
    })
}

/// Returns the axes of the frame and the principal axes of the points.
fn axes(points: &[Point3]) -> Vec<Vector3> {
    let mut axes = vec![Vector3::x(), Vector3::y(), Vector3::z()];
    let count = points.len().max(1) as f64;
    let mean = points.iter().map(|point| point.coords).sum::<Vector3>() / count;
    let spread = points.iter().map(|point| point.coords - mean);
    let spread: nalgebra::Matrix3<f64> = spread.map(|off| off * off.transpose()).sum();
    let own = spread.symmetric_eigen().eigenvectors;
    axes.extend(own.column_iter().map(|axis| axis.into_owned()));
    axes
}
