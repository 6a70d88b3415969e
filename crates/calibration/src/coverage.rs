//! Which part of the picture boards were seen in.

use nalgebra::Point2;

use crate::pose::Corner;

const COLUMNS: usize = 24;
const ROWS: usize = 18;
const NAMES: [&str; 9] = [
    "top left",
    "top",
    "top right",
    "left",
    "center",
    "right",
    "bottom left",
    "bottom",
    "bottom right",
];

/// Which part of the picture boards were seen in.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    /// Part of the picture that lies within the corners of some view, 0 to 1.
    pub share: f64,
    /// The ninths of the picture in which hardly anything was seen.
    pub missing: Vec<&'static str>,
}

impl Coverage {
    /// Measures how much of a picture of `size` (width, height) the corners of all views surround.
    pub fn new(views: &[&[Corner]], size: (u32, u32)) -> Self {
        let hulls: Vec<_> = views
            .iter()
            .map(|v| hull(v.iter().map(|c| c.pixel).collect()))
            .collect();
        let mut ninths = [0usize; 9];
        for row in 0..ROWS {
            for column in 0..COLUMNS {
                let at = |i: usize, n: usize, length: u32| {
                    (i as f64 + 0.5) / n as f64 * f64::from(length) - 0.5
                };
                let cell = Point2::new(at(column, COLUMNS, size.0), at(row, ROWS, size.1));
                if hulls.iter().any(|hull| is_within(hull, &cell)) {
                    ninths[row * 3 / ROWS * 3 + column * 3 / COLUMNS] += 1;
                }
            }
        }
        let whole = COLUMNS * ROWS / 9;
        Self {
            share: ninths.iter().sum::<usize>() as f64 / (COLUMNS * ROWS) as f64,
            missing: NAMES
                .into_iter()
                .zip(ninths)
                .filter(|(_, n)| n * 4 < whole)
                .map(|(name, _)| name)
                .collect(),
        }
    }
}

/// Returns the convex hull, in the order in which each next side turns the same way (Andrew's monotone chain).
pub(crate) fn hull(mut points: Vec<Point2<f64>>) -> Vec<Point2<f64>> {
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let chain = |points: &mut dyn Iterator<Item = &Point2<f64>>| {
        let mut out: Vec<Point2<f64>> = Vec::new();
        for p in points {
            while let [.., a, b] = out[..]
                && (b - a).perp(&(p - b)) <= 0.0
            {
                out.pop();
            }
            out.push(*p);
        }
        out.pop();
        out
    };
    let mut out = chain(&mut points.iter());
    out.extend(chain(&mut points.iter().rev()));
    out
}

fn is_within(hull: &[Point2<f64>], point: &Point2<f64>) -> bool {
    hull.len() > 2
        && (0..hull.len()).all(|i| {
            let (a, b) = (hull[i], hull[(i + 1) % hull.len()]);
            (b - a).perp(&(point - a)) >= 0.0
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_in_a_quarter_covers_a_quarter() {
        let corners: Vec<Corner> = [
            (0.0, 0.0),
            (320.0, 0.0),
            (320.0, 240.0),
            (0.0, 240.0),
            (100.0, 90.0),
        ]
        .into_iter()
        .map(|(x, y)| Corner {
            id: 0,
            on_board: Point2::origin(),
            pixel: Point2::new(x - 0.5, y - 0.5),
        })
        .collect();
        let coverage = Coverage::new(&[&corners], (640, 480));
        assert_eq!(coverage.share, 0.25);
        assert_eq!(
            coverage.missing,
            [
                "top right",
                "right",
                "bottom left",
                "bottom",
                "bottom right"
            ]
        );
    }
}
