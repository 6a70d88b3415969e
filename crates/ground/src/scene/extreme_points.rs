//! The points of a set that can be among its outermost in some direction.

/// Cells across and along the points.
const CELLS: usize = 32;

/// Returns the points that can be among the `count + 1` outermost in some direction, in their order:
/// what is outermost in a direction, one after the other, is the same among them as among all.
///
/// A point is left out if more than `count` others lie beyond it in each of the four quadrants around
/// it, because every direction points into one of them.
pub fn outermost_in_any_direction(points: &[[f64; 2]], count: usize) -> Vec<[f64; 2]> {
    let grid = Grid::around(points);
    let mut inside = [[false; CELLS]; CELLS];
    let below = grid.below(points);
    for (row, cells) in inside.iter_mut().enumerate() {
        for (column, is_inside) in cells.iter_mut().enumerate() {
            let up_to = |columns: usize, rows: usize| below[rows][columns];
            let (next, above) = (column + 1, row + 1);
            let quadrants = [
                up_to(column, row),
                up_to(CELLS, row) - up_to(next, row),
                up_to(column, CELLS) - up_to(column, above),
                up_to(CELLS, CELLS) + up_to(next, above) - up_to(next, CELLS) - up_to(CELLS, above),
            ];
            *is_inside = quadrants.into_iter().all(|beyond| beyond > count);
        }
    }
    let is_outside = |point: &[f64; 2]| {
        let [column, row] = grid.cell_of(point);
        !inside[row][column]
    };
    points.iter().copied().filter(is_outside).collect()
}

/// Cells over the points.
struct Grid {
    low: [f64; 2],
    per_meter: [f64; 2],
}

impl Grid {
    fn around(points: &[[f64; 2]]) -> Self {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for point in points {
            for axis in [0, 1] {
                low[axis] = low[axis].min(point[axis]);
                high[axis] = high[axis].max(point[axis]);
            }
        }
        let per_meter = [0, 1].map(|axis| CELLS as f64 / (high[axis] - low[axis]));
        Self { low, per_meter }
    }

    /// Returns column and row of a point. A point in a higher cell has a larger coordinate.
    fn cell_of(&self, point: &[f64; 2]) -> [usize; 2] {
        [0, 1].map(|axis| {
            let cell = (point[axis] - self.low[axis]) * self.per_meter[axis];
            (cell as usize).min(CELLS - 1)
        })
    }

    /// Returns how many points lie in the first rows and columns, by their numbers.
    fn below(&self, points: &[[f64; 2]]) -> Vec<[usize; CELLS + 1]> {
        let mut below = vec![[0; CELLS + 1]; CELLS + 1];
        for point in points {
            let [column, row] = self.cell_of(point);
            below[row + 1][column + 1] += 1;
        }
        for row in 1..=CELLS {
            for column in 1..=CELLS {
                below[row][column] += below[row - 1][column] + below[row][column - 1];
                below[row][column] -= below[row - 1][column - 1];
            }
        }
        below
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Returns the `count + 1` smallest coordinates along a direction.
    fn smallest(points: &[[f64; 2]], count: usize, angle: f64) -> Vec<f64> {
        let (sin, cos) = angle.sin_cos();
        let mut along: Vec<f64> = points.iter().map(|[x, y]| cos * x + sin * y).collect();
        along.sort_by(f64::total_cmp);
        along.truncate(count + 1);
        along
    }

    proptest! {
        #[test]
        fn the_outermost_in_any_direction_are_kept(
            points in prop::collection::vec([-0.1..0.1_f64, -0.05..0.2], 1..600),
            count in 0_usize..6, angle in 0.0..6.3_f64,
        ) {
            let kept = outermost_in_any_direction(&points, count);
            prop_assert_eq!(smallest(&kept, count, angle), smallest(&points, count, angle));
        }
    }

    #[test]
    fn what_is_well_inside_is_left_out() {
        let grid = (0..100 * 100).map(|i| [f64::from(i % 100), f64::from(i / 100)]);
        let points: Vec<[f64; 2]> = grid.collect();
        let kept = outermost_in_any_direction(&points, 100);
        assert!(kept.len() < 5000, "{}", kept.len());
        assert!(kept.contains(&[0.0, 0.0]) && !kept.contains(&[50.0, 50.0]));
    }

    #[test]
    fn points_in_a_line_or_in_one_place_are_kept() {
        for points in [
            vec![[0.1, 0.2]; 50],
            (0..50).map(|i| [0.1, f64::from(i)]).collect(),
        ] {
            assert_eq!(outermost_in_any_direction(&points, 1), points);
        }
        assert!(outermost_in_any_direction(&[], 1).is_empty());
    }
}
