//! The outline of a thing that is none of the shapes that [`fit`](super::fit) knows, from what the
//! camera sees of it from above.

use enact_types::Point3;

use super::contour::Contour;
use super::footprint_fit;
use super::point_cloud::PointCloud;
use super::solid::{Footprint, Solid};

/// Size of a cell, meters.
const CELL: f64 = 0.002;
/// Cells around the thing.
const MARGIN: i32 = 7;
/// Gaps between measured points are closed up to this many cells on each side.
const SAMPLING: i32 = 2;
/// Gaps that the camera cannot look into are closed up to this many cells on each side.
const HIDDEN: i32 = 5;
/// What is lower above the thing's underside is not a part of it but beside it, meters.
const LOW: f64 = 0.005;
/// The camera looks at this many pixels around the thing.
const AROUND: usize = 12;
/// A shape is wrong if what is seen differs from it by more than this all along a side, meters, …
const OFF: f64 = 0.003;
/// … over such an area, square meters, …
const AREA: f64 = 6e-5;
/// … and such a share of its own.
const SHARE: f64 = 0.05;
/// Largest share of what a shape would hide that is not hidden.
const UNFILLED: f64 = 0.08;
/// What is seen so far below the top is behind the thing, not of its top, meters.
const DEEP: f64 = 0.008;
/// Points that are so far apart along a line of sight belong to different sides, meters.
const APART: f64 = 0.006;
/// At most so much is hidden by the thing itself beyond what is seen of it, meters.
const MIRRORED: f64 = 0.02;
/// Corners this near to a side are left out, meters.
const STRAIGHT: f64 = 0.0014;
/// Points this far below the top still belong to it, meters.
const TOP: f64 = 0.003;
/// Heights tried for what is seen without depth, meters, and number of them.
const STEP: f64 = 0.004;
const TRIED: u32 = 20;
/// Likely error of a height that is taken from the thickness, as a share of it.
const THICKNESS: f64 = 0.4;
/// Points tested between the foot and the end of what something hides.
const ALONG: u32 = 8;
/// Steps of the search for the tightest rectangle, radians.
const YAW_STEP: f64 = std::f64::consts::PI / 180.0;

/// Gives `solid`, the shape that was fitted to the pixels of `region`, the outline that they show,
/// where the shape is not theirs: where they reach beyond it, or the camera sees the table within it.
pub fn with_measured_outline(cloud: &PointCloud, region: &[usize], solid: Solid) -> Solid {
    if solid.ball {
        return solid;
    }
    let Some(mask) = Mask::new(cloud, region, &solid) else {
        return solid;
    };
    if mask.agrees(&solid) {
        return solid;
    }
    mask.solid(&solid).unwrap_or(solid)
}

/// The same without depth, for what hides `region` of the table from the camera. How high it is, its
/// silhouette does not tell: it is taken to be as high as it is thick, as what lies on a table often is.
///
/// Returns `solid` where that is about right, unless it is only a guess.
pub fn with_outline_from_silhouette(
    cloud: &PointCloud,
    region: &[usize],
    solid: Solid,
    is_guess: bool,
) -> Solid {
    if solid.ball || solid.hollow.is_some() {
        return solid;
    }
    let flat = Solid {
        base: 0.0,
        top: LOW,
        ..solid.clone()
    };
    let Some(hidden) = Mask::new(cloud, region, &flat) else {
        return solid;
    };
    let of_height = |height: f64| hidden.foot(&cloud.eye, height);
    let as_fitted = of_height(solid.height());
    let is_fitted = as_fitted.agrees(&solid) && as_fitted.covers(&solid);
    if !is_guess && is_fitted && hidden.fills_shadow(&cloud.eye, &solid) {
        return solid;
    }
    if !is_guess && solid.is_flat() {
        return as_fitted.solid(&solid).unwrap_or(solid);
    }
    let measured = (1..=TRIED).find_map(|step| {
        let top = f64::from(step) * STEP;
        let measured = of_height(top).solid(&Solid {
            top,
            height_uncertainty: THICKNESS * top,
            ..solid.clone()
        })?;
        let thick = measured.contour.as_ref()?.narrowest_width();
        (thick <= top + STEP).then_some(measured)
    });
    measured.unwrap_or(solid)
}

/// What is where, seen from above.
struct Mask {
    /// Middle of the first cell in the base frame, meters.
    origin: [f64; 2],
    columns: i32,
    rows: i32,
    /// Highest point of the thing in each cell; `None` where it is not.
    heights: Vec<Option<f64>>,
    /// Whether the camera sees what is below in each cell.
    free: Vec<bool>,
    /// Whether the camera sees what is below through each cell at the height of the thing's top.
    over: Vec<bool>,
}

impl Mask {
    fn new(cloud: &PointCloud, region: &[usize], solid: &Solid) -> Option<Self> {
        let points: Vec<Point3> = region.iter().filter_map(|at| cloud.points[*at]).collect();
        let first = points.first()?.xy();
        let (low, high) = points.iter().fold((first, first), |(low, high), point| {
            (low.inf(&point.xy()), high.sup(&point.xy()))
        });
        let margin = f64::from(MARGIN) * CELL;
        let count = |axis: usize| ((high[axis] - low[axis] + 2.0 * margin) / CELL) as i32 + 1;
        let (columns, rows) = (count(0), count(1));
        let cells = usize::try_from(columns * rows).ok()?;
        let mut mask = Self {
            origin: [low.x - margin, low.y - margin],
            columns,
            rows,
            heights: vec![None; cells],
            free: vec![false; cells],
            over: vec![false; cells],
        };
        for point in &points {
            if let Some(cell) = mask.cell_of(point) {
                let height = mask.heights[cell].unwrap_or(f64::NEG_INFINITY);
                mask.heights[cell] = Some(height.max(point.z));
            }
        }
        let is_low = |point: &Point3| point.z < solid.base + LOW;
        for point in beside(cloud, region).filter_map(|pixel| cloud.points[pixel]) {
            let through = at_height(&cloud.eye, &point, solid.top - TOP);
            if let Some(cell) = mask.cell_of(&through) {
                mask.over[cell] |= point.z < solid.top - DEEP;
            }
            if let Some(cell) = mask.cell_of(&point).filter(|_| is_low(&point)) {
                mask.free[cell] = mask.heights[cell].is_none();
            }
        }
        mask.free_between();
        mask.close(SAMPLING, |_, _| true);
        if solid.hollow.is_none() {
            mask.mirror(&cloud.eye, &points);
        }
        mask.close(HIDDEN, |mask, cell| !mask.free[cell]);
        mask.fill_holes();
        mask.keep_largest();
        Some(mask)
    }

    /// Where something of this height stands that hides these cells from the eye: where all that it
    /// hides is hidden.
    fn foot(&self, eye: &Point3, height: f64) -> Self {
        let farthest = eye.z / (eye.z - height).max(f64::MIN_POSITIVE);
        let stands_at = |cell: usize| {
            let [x, y] = self.middle(cell);
            (0..=ALONG).all(|step| {
                let far = 1.0 + (farthest - 1.0) * f64::from(step) / f64::from(ALONG);
                let hidden = eye + (Point3::new(x, y, 0.0) - eye) * far;
                self.cell_of(&hidden)
                    .is_some_and(|cell| self.heights[cell].is_some())
            })
        };
        let cells = 0..self.heights.len();
        let mut foot = Self {
            heights: cells
                .map(|cell| stands_at(cell).then_some(height))
                .collect(),
            free: self.heights.iter().map(Option::is_none).collect(),
            over: vec![false; self.heights.len()],
            ..*self
        };
        foot.keep_largest();
        foot
    }

    fn cell_of(&self, point: &Point3) -> Option<usize> {
        let at = |axis: usize| ((point[axis] - self.origin[axis]) / CELL).round() as i32;
        self.index(at(0), at(1))
    }

    fn index(&self, column: i32, row: i32) -> Option<usize> {
        let inside = (0..self.columns).contains(&column) && (0..self.rows).contains(&row);
        inside.then(|| (row * self.columns + column) as usize)
    }

    fn place(&self, cell: usize) -> (i32, i32) {
        let cell = cell as i32;
        (cell % self.columns, cell / self.columns)
    }

    /// Middle of a cell in the base frame, meters.
    fn middle(&self, cell: usize) -> [f64; 2] {
        let (column, row) = self.place(cell);
        [
            self.origin[0] + f64::from(column) * CELL,
            self.origin[1] + f64::from(row) * CELL,
        ]
    }

    fn is_thing(&self, column: i32, row: i32) -> bool {
        self.index(column, row)
            .is_some_and(|cell| self.heights[cell].is_some())
    }

    /// The cells within `radius` of a cell.
    fn around(&self, cell: usize, radius: i32) -> impl Iterator<Item = usize> {
        let (column, row) = self.place(cell);
        (-radius..=radius)
            .flat_map(move |dy| (-radius..=radius).map(move |dx| (dx, dy)))
            .filter(move |(dx, dy)| dx * dx + dy * dy <= radius * radius)
            .filter_map(move |(dx, dy)| self.index(column + dx, row + dy))
    }

    /// Frees what lies between free cells: there is not a point for every cell.
    fn free_between(&mut self) {
        let is_between = |cell: &usize| {
            let free = self.around(*cell, 1).filter(|near| self.free[*near]);
            self.heights[*cell].is_none() && free.count() >= 2
        };
        let between: Vec<usize> = (0..self.free.len()).filter(is_between).collect();
        for cell in between {
            self.free[cell] = true;
        }
    }

    /// Fills what the thing hides of itself: along each line of sight, seen from above, its far side
    /// is taken to be as far from the middle of its top as its near side.
    fn mirror(&mut self, eye: &Point3, points: &[Point3]) {
        let flat = |point: &Point3| (point - eye).xy();
        let range = points.iter().map(|point| flat(point).norm()).sum::<f64>();
        let range = range / points.len().max(1) as f64;
        let mut sights = std::collections::BTreeMap::<i64, Vec<(f64, f64)>>::new();
        for point in points {
            let away = flat(point);
            let bearing = away.y.atan2(away.x);
            let sight = (bearing * range / CELL).round() as i64;
            sights
                .entry(sight)
                .or_default()
                .push((away.norm(), point.z));
        }
        for (sight, points) in sights {
            let extremes = |points: &mut dyn Iterator<Item = f64>| {
                points.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                    (low.min(value), high.max(value))
                })
            };
            let (_, far) = extremes(&mut points.iter().map(|(away, _)| *away));
            let (_, top) = extremes(&mut points.iter().map(|(_, z)| *z));
            let tops = points.iter().filter(|(_, z)| *z > top - TOP);
            let (first, last) = extremes(&mut tops.map(|(away, _)| *away));
            // What is nearer but apart, as the end of another bar, is not the near side of this one.
            let mut nearer: Vec<f64> = points.iter().map(|(away, _)| *away).collect();
            nearer.retain(|away| *away < first);
            nearer.sort_by(|a, b| b.total_cmp(a));
            let near = nearer.into_iter().try_fold(first, |near, away| {
                if near - away < APART {
                    Ok(away)
                } else {
                    Err(near)
                }
            });
            let near = near.unwrap_or_else(|near| near);
            let end = (first + last - near).min(far + MIRRORED);
            let bearing = sight as f64 * CELL / range;
            let mut away = far;
            while away < end {
                let (x, y) = (eye.x + away * bearing.cos(), eye.y + away * bearing.sin());
                if let Some(cell) = self.cell_of(&Point3::new(x, y, 0.0))
                    && !self.free[cell]
                {
                    self.heights[cell].get_or_insert(top / 2.0);
                }
                away += CELL / 2.0;
            }
        }
    }

    /// Fills the gaps that a disc of `radius` cells does not fit into, as far as `allowed`.
    fn close(&mut self, radius: i32, allowed: impl Fn(&Self, usize) -> bool) {
        let cells = 0..self.heights.len();
        let mut grown = vec![false; self.heights.len()];
        for cell in cells.clone().filter(|cell| self.heights[*cell].is_some()) {
            for near in self.around(cell, radius) {
                grown[near] = true;
            }
        }
        let closed: Vec<usize> = cells
            .filter(|cell| self.heights[*cell].is_none() && allowed(self, *cell))
            .filter(|cell| self.around(*cell, radius).all(|near| grown[near]))
            .collect();
        for (cell, height) in self.heights_near(&closed, radius) {
            self.heights[cell] = Some(height);
        }
    }

    /// Heights for cells that are filled: the mean of those around.
    fn heights_near(&self, cells: &[usize], radius: i32) -> Vec<(usize, f64)> {
        let height = |cell: usize| {
            let near: Vec<f64> = self
                .around(cell, radius)
                .filter_map(|near| self.heights[near])
                .collect();
            (!near.is_empty()).then(|| near.iter().sum::<f64>() / near.len() as f64)
        };
        cells
            .iter()
            .filter_map(|cell| Some((*cell, height(*cell)?)))
            .collect()
    }

    fn fill_holes(&mut self) {
        let border = (0..self.heights.len()).filter(|cell| {
            let (column, row) = self.place(*cell);
            column == 0 || row == 0 || column + 1 == self.columns || row + 1 == self.rows
        });
        let outside = self.connected(border.collect(), |mask, cell| mask.heights[cell].is_none());
        let lowest = self.heights.iter().flatten().copied();
        let lowest = lowest.fold(f64::INFINITY, f64::min);
        for (height, outside) in self.heights.iter_mut().zip(outside) {
            if height.is_none() && !outside {
                *height = Some(lowest);
            }
        }
    }

    fn keep_largest(&mut self) {
        let mut best: Vec<bool> = Vec::new();
        let mut most = 0;
        let mut seen = vec![false; self.heights.len()];
        for cell in 0..self.heights.len() {
            if seen[cell] || self.heights[cell].is_none() {
                continue;
            }
            let part = self.connected(vec![cell], |mask, cell| mask.heights[cell].is_some());
            let size = part.iter().filter(|is_in| **is_in).count();
            for (seen, is_in) in seen.iter_mut().zip(&part) {
                *seen |= is_in;
            }
            if size > most {
                (best, most) = (part, size);
            }
        }
        for (height, is_in) in self.heights.iter_mut().zip(best) {
            if !is_in {
                *height = None;
            }
        }
    }

    /// The cells that hang together with `seeds` and for which `belongs` holds.
    fn connected(&self, seeds: Vec<usize>, belongs: impl Fn(&Self, usize) -> bool) -> Vec<bool> {
        let mut taken = vec![false; self.heights.len()];
        let mut open: Vec<usize> = seeds;
        open.retain(|cell| belongs(self, *cell));
        while let Some(cell) = open.pop() {
            if !std::mem::replace(&mut taken[cell], true) {
                let near = self.around(cell, 1);
                open.extend(near.filter(|near| !taken[*near] && belongs(self, *near)));
            }
        }
        taken
    }

    /// Whether what is seen is about what the shape says.
    fn agrees(&self, solid: &Solid) -> bool {
        let (mut beyond, mut empty, mut own) = (0, 0, 0);
        for cell in 0..self.heights.len() {
            let [x, y] = self.middle(cell);
            let [u, v] = solid.base_to_footprint(x, y);
            let distance = solid.footprint.distance(u, v);
            own += u32::from(distance < 0.0);
            beyond += u32::from(self.heights[cell].is_some() && distance > OFF);
            let is_free = self.free[cell] || self.over[cell];
            let is_empty = is_free && self.heights[cell].is_none() && solid.hollow.is_none();
            empty += u32::from(is_empty && distance < -OFF);
        }
        let area = CELL * CELL;
        let most = AREA.max(SHARE * area * f64::from(own));
        area * f64::from(beyond) < AREA && area * f64::from(empty) < most
    }

    /// Whether it fills what the shape would hide from the eye: that of an angle or an arc does not.
    fn fills_shadow(&self, eye: &Point3, solid: &Solid) -> bool {
        let is_hidden = |cell: usize, deep: f64| {
            let [x, y] = self.middle(cell);
            (0..=ALONG).any(|step| {
                let height = solid.top * f64::from(step) / f64::from(ALONG);
                let point = at_height(eye, &Point3::new(x, y, 0.0), height);
                solid.signed_distance_to_footprint(point.x, point.y) < -deep
            })
        };
        let cells = || 0..self.heights.len();
        let own = cells().filter(|cell| is_hidden(*cell, 0.0)).count();
        let is_empty = |cell: &usize| self.heights[*cell].is_none() && is_hidden(*cell, OFF);
        let empty = cells().filter(is_empty).count();
        let area = CELL * CELL;
        area * empty as f64 <= AREA.max(UNFILLED * area * own as f64)
    }

    /// Whether it fills most of what the shape says.
    fn covers(&self, solid: &Solid) -> bool {
        let cells = self.heights.iter().enumerate();
        let (mut own, mut filled) = (0, 0);
        for (cell, height) in cells {
            let [x, y] = self.middle(cell);
            let is_own = solid.signed_distance_to_footprint(x, y) < 0.0;
            own += u32::from(is_own);
            filled += u32::from(is_own && height.is_some());
        }
        2 * filled > own
    }

    /// The solid with the outline of the cells.
    fn solid(&self, fitted: &Solid) -> Option<Solid> {
        let ring = simplified(&self.boundary()?);
        let mut solid = fitted.clone();
        if solid.hollow.is_none() {
            let around = tightest(&ring)?;
            [solid.x, solid.y] = around.center();
            solid.yaw = around.yaw;
            solid.footprint = Footprint::Rectangle {
                half: around.half_extents(),
            };
        }
        let (mass, peak) = self.mass_and_peak(fitted);
        let local = |[x, y]: [f64; 2]| solid.base_to_footprint(x, y);
        let ring = ring.into_iter().map(local).collect();
        solid.contour = Some(Contour::new(ring, local(mass), local(peak))?);
        Some(solid)
    }

    /// The middle of its mass, and the place nearest to that where it is highest.
    fn mass_and_peak(&self, fitted: &Solid) -> ([f64; 2], [f64; 2]) {
        let cells = || {
            let all = self.heights.iter().enumerate();
            all.filter_map(|(cell, height)| Some((self.middle(cell), (*height)?)))
        };
        let (mut sum, mut mass) = (0.0, [0.0; 2]);
        for (at, height) in cells() {
            let weight = (height - fitted.base).max(CELL);
            sum += weight;
            mass = [0, 1].map(|axis| mass[axis] + weight * at[axis]);
        }
        let mass = mass.map(|along| along / sum);
        let away = |at: &[f64; 2]| (at[0] - mass[0]).hypot(at[1] - mass[1]);
        let peak = cells()
            .filter(|(_, height)| *height > fitted.top - TOP)
            .map(|(at, _)| at)
            .min_by(|a, b| away(a).total_cmp(&away(b)));
        (mass, peak.unwrap_or(mass))
    }

    /// The outer edge of the cells in the base frame, corner by corner.
    fn boundary(&self) -> Option<Vec<[f64; 2]>> {
        let first = (0..self.heights.len()).find(|cell| self.heights[*cell].is_some())?;
        let start = self.place(first);
        // Walks along the edges of cells with the thing on the left: the first cell of the lowest
        // row has a free edge below, which is walked along the columns.
        let (mut at, mut heading) = (start, (1, 0));
        let mut ring = Vec::new();
        loop {
            ring.push([
                self.origin[0] + (f64::from(at.0) - 0.5) * CELL,
                self.origin[1] + (f64::from(at.1) - 0.5) * CELL,
            ]);
            at = (at.0 + heading.0, at.1 + heading.1);
            // The cells ahead on the left and on the right of the corner that is reached.
            let (dx, dy) = heading;
            let ahead = |side: i32| {
                let column = at.0 + (dx - side * dy - 1) / 2;
                let row = at.1 + (dy + side * dx - 1) / 2;
                self.is_thing(column, row)
            };
            heading = match (ahead(1), ahead(-1)) {
                (_, true) => (dy, -dx),
                (true, false) => heading,
                (false, false) => (-dy, dx),
            };
            if at == start && heading == (1, 0) {
                return Some(ring);
            }
            if ring.len() > 4 * self.heights.len() {
                return None;
            }
        }
    }
}

/// Where the line from `eye` to a point passes a height.
fn at_height(eye: &Point3, point: &Point3, height: f64) -> Point3 {
    let share = (eye.z - height) / (eye.z - point.z).max(f64::MIN_POSITIVE);
    eye + (point - eye) * share
}

/// The pixels in and around a region that are not of it.
fn beside(cloud: &PointCloud, region: &[usize]) -> impl Iterator<Item = usize> {
    let mut own = vec![false; cloud.points.len()];
    let (mut columns, mut rows) = ((usize::MAX, 0), (usize::MAX, 0));
    for pixel in region {
        own[*pixel] = true;
        let (x, y) = (pixel % cloud.width, pixel / cloud.width);
        columns = (columns.0.min(x), columns.1.max(x));
        rows = (rows.0.min(y), rows.1.max(y));
    }
    let wider = |(low, high): (usize, usize), size: usize| {
        low.saturating_sub(AROUND)..(high + AROUND + 1).min(size)
    };
    let (columns, rows) = (wider(columns, cloud.width), wider(rows, cloud.height));
    let width = cloud.width;
    rows.flat_map(move |y| columns.clone().map(move |x| y * width + x))
        .filter(move |pixel| !own[*pixel])
}

/// The ring without the corners that its shape does not need (Douglas and Peucker).
fn simplified(ring: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let far = |from: [f64; 2]| {
        let away = |at: usize| (ring[at][0] - from[0]).hypot(ring[at][1] - from[1]);
        (0..ring.len()).max_by(|a, b| away(*a).total_cmp(&away(*b)))
    };
    // Two corners that are far apart split the ring into two ways.
    let Some(first) = ring.first().and_then(|at| far(*at)) else {
        return Vec::new();
    };
    let turned: Vec<[f64; 2]> = ring[first..]
        .iter()
        .chain(&ring[..=first])
        .copied()
        .collect();
    let mut kept = vec![false; turned.len()];
    kept[0] = true;
    let second = far(ring[first]).unwrap_or(first);
    let second = (second + ring.len() - first) % ring.len();
    let mut open = vec![(0, second), (second, turned.len() - 1)];
    while let Some((from, to)) = open.pop() {
        kept[from] = true;
        let off = |at: usize| to_line(turned[at], turned[from], turned[to]);
        let Some(farthest) = (from + 1..to).max_by(|a, b| off(*a).total_cmp(&off(*b))) else {
            continue;
        };
        if off(farthest) > STRAIGHT {
            open.extend([(from, farthest), (farthest, to)]);
        }
    }
    let corners = turned.into_iter().zip(kept);
    corners
        .filter_map(|(at, kept)| kept.then_some(at))
        .collect()
}

/// Distance of a point to the line through two others, meters.
fn to_line(point: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length = dx.hypot(dy);
    if length == 0.0 {
        return (point[0] - a[0]).hypot(point[1] - a[1]);
    }
    ((point[0] - a[0]) * dy - (point[1] - a[1]) * dx).abs() / length
}

/// The smallest rectangle around a ring.
fn tightest(ring: &[[f64; 2]]) -> Option<footprint_fit::Rectangle> {
    let around = |yaw: f64| {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for point in footprint_fit::rotate_into_axes(ring, yaw) {
            for axis in [0, 1] {
                low[axis] = low[axis].min(point[axis]);
                high[axis] = high[axis].max(point[axis]);
            }
        }
        footprint_fit::Rectangle { yaw, low, high }
    };
    let area = |rectangle: &footprint_fit::Rectangle| {
        let [u, v] = rectangle.half_extents();
        u * v
    };
    (0..90)
        .map(|step| around(f64::from(step) * YAW_STEP))
        .min_by(|a, b| area(a).total_cmp(&area(b)))
}
