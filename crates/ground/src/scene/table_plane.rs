//! The table as the camera sees it: its height, and the colors of its surface.

use super::color::{Color, DEEPEST_SHADE_BRIGHTNESS, MIN_COLOR_DIFFERENCE};
use super::point_cloud::PointCloud;

/// Tiles across and down the picture.
const TILES: [usize; 2] = [4, 3];
/// A color in so many tiles is the table's …
const IN_TILES: usize = 8;
/// … if it covers such a share of each.
const OF_TILE: f64 = 0.12;
/// A color of such a share of the whole table is the table's, wherever it is.
const OF_TABLE: f64 = 0.2;
/// Bins of the shares of red, and of green.
const BINS: usize = 20;

/// The table of a picture.
#[derive(Clone, Debug)]
pub struct TableAppearance {
    /// Points lower than this are the table's, meters.
    pub(super) clearance: f64,
    /// Its colors in full light: one, or several of a table with stripes or a pattern.
    colors: Vec<Color>,
}

impl TableAppearance {
    /// Describes the table of a point cloud, whose points are lower than `clearance` meters.
    pub fn new(cloud: &PointCloud, clearance: f64) -> Self {
        let is_flat = |pixel: &usize| {
            let point = cloud.points[*pixel];
            point.is_some_and(|point| point.z.abs() < clearance)
        };
        let flat: Vec<usize> = (0..cloud.points.len()).filter(is_flat).collect();
        Self {
            clearance,
            colors: colors(cloud, &flat),
        }
    }

    /// How different a color is from the most similar one of the table, regardless of light.
    pub fn color_difference_from_table(&self, color: &Color) -> f64 {
        let all = self
            .colors
            .iter()
            .map(|own| own.distance_ignoring_brightness(color));
        all.fold(f64::INFINITY, f64::min)
    }

    /// Whether a color is none of the table's: of another hue, or darker than any shade on it.
    pub fn is_not_table_color(&self, color: &Color) -> bool {
        let is_own = |own: &Color| own.distance_ignoring_brightness(color) <= MIN_COLOR_DIFFERENCE;
        !self.colors.iter().any(is_own) || self.is_darker_than_table_shade(color, 1.0)
    }

    /// Whether a color is darker than the deepest shade on the table, `by` times.
    pub fn is_darker_than_table_shade(&self, color: &Color, by: f64) -> bool {
        let darkest = self.colors.iter().map(|own| own.brightness);
        let darkest = darkest.fold(f64::INFINITY, f64::min);
        color.brightness < by * DEEPEST_SHADE_BRIGHTNESS * darkest
    }
}

/// The colors that are all over the table, or else its usual one.
fn colors(cloud: &PointCloud, flat: &[usize]) -> Vec<Color> {
    let all: Vec<Color> = flat.iter().map(|pixel| cloud.colors[*pixel]).collect();
    let Some(usual) = Color::median(&all) else {
        return Vec::new();
    };
    let of_usual =
        |color: &&Color| color.distance_ignoring_brightness(&usual) < MIN_COLOR_DIFFERENCE / 2.0;
    let share = all.iter().filter(of_usual).count() as f64 / all.len() as f64;
    // The median of two colors may be neither.
    let mut found = Vec::new();
    if share > OF_TABLE {
        found.push(usual);
    }
    for color in Bins::new(cloud, flat).spread() {
        let is_new =
            |known: &Color| known.distance_ignoring_brightness(&color) > MIN_COLOR_DIFFERENCE / 2.0;
        if found.iter().all(is_new) {
            found.push(color);
        }
    }
    if found.is_empty() {
        found.push(usual);
    }
    found
}

/// How often colors occur in each tile of a picture.
struct Bins {
    /// Number of pixels by tile and bin.
    counts: Vec<[[u32; BINS]; BINS]>,
    /// Number of pixels in each tile.
    totals: Vec<u32>,
    /// Sums of shares and brightness by bin.
    sums: [[[f64; 3]; BINS]; BINS],
}

impl Bins {
    fn new(cloud: &PointCloud, flat: &[usize]) -> Self {
        let tiles = TILES[0] * TILES[1];
        let mut bins = Self {
            counts: vec![[[0; BINS]; BINS]; tiles],
            totals: vec![0; tiles],
            sums: [[[0.0; 3]; BINS]; BINS],
        };
        for pixel in flat {
            let (x, y) = (pixel % cloud.width, pixel / cloud.width);
            let [column, row] = [x * TILES[0] / cloud.width, y * TILES[1] / cloud.height];
            let (tile, [red, green]) = (row * TILES[0] + column, Self::of(&cloud.colors[*pixel]));
            bins.counts[tile][red][green] += 1;
            bins.totals[tile] += 1;
            let Color { shares, brightness } = cloud.colors[*pixel];
            let sums = bins.sums[red][green].iter_mut();
            for (sum, value) in sums.zip([shares[0], shares[1], brightness]) {
                *sum += value;
            }
        }
        bins
    }

    /// The bin of a color.
    fn of(color: &Color) -> [usize; 2] {
        color
            .shares
            .map(|share| ((share * BINS as f64) as usize).min(BINS - 1))
    }

    /// The mean color of each bin that, with its neighbors, is frequent in many tiles; the most
    /// frequent first.
    fn spread(&self) -> Vec<Color> {
        let near = |at: usize| at.saturating_sub(1)..(at + 2).min(BINS);
        let around = |tile: usize, [red, green]: [usize; 2]| -> u32 {
            let rows = self.counts[tile][near(red)].iter();
            rows.map(|row| row[near(green)].iter().sum::<u32>()).sum()
        };
        let mut found: Vec<(u32, Color)> = Vec::new();
        for [red, green] in (0..BINS).flat_map(|red| (0..BINS).map(move |green| [red, green])) {
            let own: u32 = self.counts.iter().map(|tile| tile[red][green]).sum();
            if own == 0 {
                continue;
            }
            let of_tiles = (0..self.totals.len()).map(|tile| around(tile, [red, green]));
            let of_tiles: Vec<u32> = of_tiles.collect();
            let is_frequent = |(count, total): &(&u32, &u32)| {
                **total > 0 && f64::from(**count) > OF_TILE * f64::from(**total)
            };
            let tiles = of_tiles.iter().zip(&self.totals).filter(is_frequent);
            if tiles.count() >= IN_TILES {
                let [red, green, brightness] =
                    self.sums[red][green].map(|sum| sum / f64::from(own));
                let color = Color {
                    shares: [red, green],
                    brightness,
                };
                found.push((of_tiles.iter().sum(), color));
            }
        }
        found.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        found.into_iter().map(|(_, color)| color).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_types::Point3;

    fn cloud(color: impl Fn(usize, usize) -> [u8; 3]) -> PointCloud {
        let (width, height) = (80, 60);
        let pixels = || (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)));
        PointCloud {
            width,
            height,
            points: pixels().map(|_| Some(Point3::origin())).collect(),
            colors: pixels()
                .map(|(x, y)| Color::from_rgb(color(x, y)))
                .collect(),
            eye: Point3::new(0.0, 0.0, 1.0),
            pixel_angle: 0.01,
        }
    }

    #[test]
    fn every_stripe_is_of_the_table_and_what_lies_on_it_is_not() {
        let stripes = [[190, 40, 40], [220, 220, 215]];
        for width in [3, 8] {
            let striped = cloud(|x, y| {
                if (20..30).contains(&x) && (20..30).contains(&y) {
                    [40, 60, 190]
                } else {
                    stripes[(x + y) / width % 2]
                }
            });
            let table = TableAppearance::new(&striped, 0.004);
            for stripe in stripes {
                assert!(
                    !table.is_not_table_color(&Color::from_rgb(stripe)),
                    "{stripe:?}"
                );
                let shade = stripe.map(|value| value / 2);
                assert!(
                    !table.is_not_table_color(&Color::from_rgb(shade)),
                    "shade of {stripe:?}"
                );
            }
            assert!(table.is_not_table_color(&Color::from_rgb([40, 60, 190])));
            assert!(table.is_not_table_color(&Color::from_rgb([40, 150, 60])));
        }
    }

    #[test]
    fn what_covers_a_part_of_a_plain_table_is_not_of_it() {
        // A red mat over an eighth of the picture.
        let plain = cloud(|x, y| {
            if x < 30 && y < 20 {
                [190, 40, 40]
            } else {
                [128, 128, 128]
            }
        });
        let table = TableAppearance::new(&plain, 0.004);
        assert!(table.is_not_table_color(&Color::from_rgb([190, 40, 40])));
        assert!(
            !table.is_not_table_color(&Color::from_rgb([40, 40, 40])),
            "deep shade"
        );
        assert!(
            table.is_not_table_color(&Color::from_rgb([15, 15, 15])),
            "black"
        );
    }
}
