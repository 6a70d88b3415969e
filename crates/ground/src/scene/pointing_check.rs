//! Checks that a model's points are read in the right convention.
//!
//! Rows and columns swapped, or another scale: such points are valid and somewhere else. Read rightly,
//! most points lie on something; read wrongly, as many as chance puts there. How much likelier the
//! one makes what is seen than the other, summed over the points of a look, decides. Points that
//! both readings put on something, or both beside everything, decide nothing, so that things in line
//! or opposite each other raise no doubt.

use std::fmt;

use enact_plan::Pointing;
use enact_plan::pointing::Reading;
use enact_types::{Frame, NormalizedPoint, Point3};

use super::beside_robot::RobotOutline;
use super::observe::MAX_TABLE_POINT_HEIGHT_M;
use super::point_cloud::PointCloud;
use super::snap::has_named_color;
use super::table_plane::TableAppearance;

/// Share of points on something in the right reading.
const ON_SOMETHING: f64 = 0.9;
/// Bounds of the probability of the same by chance.
const CHANCE: [f64; 2] = [0.02, 0.8];
/// Probabilities of a point outside the picture in the right reading, and in a wrong one.
const OUTSIDE: [f64; 2] = [0.005, 0.3];
/// Log-likelihood ratio that raises a doubt: one object that only one reading points at.
const DOUBT: f64 = 5.5;
/// The corresponding bound once a look has confirmed the reading of the points: several objects.
const DOUBT_ONCE_CONFIRMED: f64 = 11.0;
/// Largest distance of a point from its object, as a share of the picture's width.
const MISS: f64 = 0.01;
/// Number of sample points across and down a picture for the probability of chance hits.
const SAMPLES: u16 = 24;

/// Doubt about a reading that another one explains better.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The convention in which the points were read.
    pub given: Pointing,
    /// The convention in which they should probably be read.
    pub better: Pointing,
    /// Of so many points.
    pub points: usize,
    /// Number of points on something, as they were read.
    pub on_something: usize,
    /// Number of points on something in the better reading.
    pub would_be: usize,
}

/// Evidence of a look on how points are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// As they should be: no other reading is nearly as good.
    Confirmed,
    /// Nothing.
    Undecided,
    /// Otherwise than they should be.
    Doubtful(Doubt),
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { given, better, .. } = self;
        write!(
            f,
            "the model's points are read as `{given}`, but {} of {} then lie on something, and as \
             `{better}` {} would: nothing moves; if it speaks `{better}`, say so with \
             `--pointing {better}` or `pointing = \"{better}\"` in the launch file or in the \
             model's enact.toml (`enact model check` finds out)",
            self.on_something, self.points, self.would_be
        )
    }
}

impl std::error::Error for Doubt {}

/// Judges `readings` of an answer about `frame`, the given one first. `is_robot` says which points
/// are the robot's own, `confirmed` whether an earlier look has confirmed the reading.
pub fn check_point_readings(
    frame: &Frame,
    readings: &[Reading],
    is_robot: &dyn Fn(&Point3) -> bool,
    confirmed: bool,
) -> Finding {
    let Some((given, others)) = readings.split_first() else {
        return Finding::Undecided;
    };
    if others.is_empty() {
        return Finding::Undecided;
    }
    let view = View::new(frame, is_robot);
    let chances: Vec<f64> = given
        .points
        .iter()
        .map(|(_, label)| view.chance(label))
        .collect();
    let judged = |reading: &Reading| {
        let spots: Vec<Spot> = reading
            .points
            .iter()
            .map(|(point, label)| view.spot(*point, label))
            .collect();
        let score: f64 = spots
            .iter()
            .zip(&chances)
            .map(|(spot, q)| spot.score(*q))
            .sum();
        let on_something = spots
            .iter()
            .filter(|spot| **spot == Spot::Something)
            .count();
        (score, on_something)
    };
    let (score, on_something) = judged(given);
    let rivals: Vec<(f64, usize, Pointing)> = others
        .iter()
        .map(|reading| {
            let (other, would_be) = judged(reading);
            (other - score, would_be, reading.pointing)
        })
        .collect();
    let Some((ratio, would_be, better)) = rivals.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0))
    else {
        return Finding::Undecided;
    };
    let most = if confirmed {
        DOUBT_ONCE_CONFIRMED
    } else {
        DOUBT
    };
    if ratio > most && would_be > on_something {
        Finding::Doubtful(Doubt {
            given: given.pointing,
            better,
            points: given.points.len(),
            on_something,
            would_be,
        })
    } else if ratio < -DOUBT {
        Finding::Confirmed
    } else {
        Finding::Undecided
    }
}

/// What lies at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spot {
    /// Something that is neither table nor robot, of the color that the label names, if any.
    Something,
    Nothing,
    Outside,
}

impl Spot {
    /// Returns the log-likelihood ratio of a correct reading, if chance puts a point on something
    /// with probability `q`.
    fn score(self, q: f64) -> f64 {
        match self {
            Self::Something => (ON_SOMETHING / q).ln(),
            Self::Nothing => ((1.0 - ON_SOMETHING) / (1.0 - q)).ln(),
            Self::Outside => (OUTSIDE[0] / OUTSIDE[1]).ln(),
        }
    }
}

/// A frame with objects on a table.
struct View<'a> {
    frame: &'a Frame,
    cloud: PointCloud,
    table: TableAppearance,
    is_robot: &'a dyn Fn(&Point3) -> bool,
    /// Pixels by which a point may miss.
    radius: usize,
}

impl<'a> View<'a> {
    fn new(frame: &'a Frame, is_robot: &'a dyn Fn(&Point3) -> bool) -> Self {
        let cloud = PointCloud::new(frame).unwrap_or_else(|| PointCloud::of_empty_table(frame));
        Self {
            table: TableAppearance::new(&cloud, MAX_TABLE_POINT_HEIGHT_M),
            radius: (MISS * cloud.width as f64).ceil() as usize,
            frame,
            cloud,
            is_robot,
        }
    }

    fn spot(&self, point: Option<NormalizedPoint>, label: &str) -> Spot {
        let Some(point) = point else {
            return Spot::Outside;
        };
        let (width, height) = self.frame.rgb.dimensions();
        let (x, y) = point.to_pixel(width, height);
        let mut near = self
            .cloud
            .pixels_within(x as usize, y as usize, self.radius);
        if near.any(|pixel| self.stands_out(pixel) && self.suits(pixel, label)) {
            Spot::Something
        } else {
            Spot::Nothing
        }
    }

    fn stands_out(&self, pixel: usize) -> bool {
        if self.frame.depth.is_some() {
            let point = self.cloud.points[pixel];
            return point.is_some_and(|point| {
                point.z > MAX_TABLE_POINT_HEIGHT_M && !(self.is_robot)(&point)
            });
        }
        let [x, y] = [pixel % self.cloud.width, pixel / self.cloud.width];
        self.cloud.points[pixel].is_some()
            && self.table.is_not_table_color(&self.cloud.colors[pixel])
            && !RobotOutline::new(self.frame, self.is_robot)
                .covers((x as f64 + 0.5, y as f64 + 0.5))
    }

    fn suits(&self, pixel: usize, label: &str) -> bool {
        let place = (pixel % self.cloud.width, pixel / self.cloud.width);
        has_named_color(&self.frame.rgb, place, label).unwrap_or(true)
    }

    /// Returns the probability that chance puts a point on something that suits a label.
    fn chance(&self, label: &str) -> f64 {
        let step = |index: u16| {
            let middle = f64::from(2 * index + 1) / f64::from(2 * SAMPLES);
            (middle * f64::from(NormalizedPoint::MAX_COORDINATE)) as u16
        };
        let places = (0..SAMPLES).flat_map(|row| (0..SAMPLES).map(move |column| (row, column)));
        let on = places
            .filter(|(row, column)| {
                let point = NormalizedPoint {
                    y: step(*row),
                    x: step(*column),
                };
                self.spot(Some(point), label) == Spot::Something
            })
            .count();
        let share = on as f64 / f64::from(SAMPLES * SAMPLES);
        share.clamp(CHANCE[0], CHANCE[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_plan::pointing::read_in_all_conventions;
    use enact_plan::{Convention, Detection, PictureConvention};
    use enact_types::{DepthImage, Intrinsics, Pose, Stamp};
    use image::{Rgb, RgbImage};
    use nalgebra::{Translation3, UnitQuaternion};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    const SIZE: [u32; 2] = [320, 240];
    const SIDE: u32 = 16;
    const COLORS: [(&str, [u8; 3]); 6] = [
        ("red", [200, 40, 40]),
        ("green", [40, 150, 60]),
        ("blue", [40, 60, 190]),
        ("yellow", [220, 200, 40]),
        ("orange", [230, 110, 30]),
        ("purple", [120, 50, 160]),
    ];

    /// A block seen from directly above.
    #[derive(Clone, Debug)]
    struct Block {
        /// Its middle, pixels.
        at: [u32; 2],
        color: usize,
    }

    fn frame(blocks: &[Block], has_depth: bool) -> Frame {
        let mut rgb = RgbImage::from_pixel(SIZE[0], SIZE[1], Rgb([168, 140, 110]));
        let mut meters = vec![0.5; (SIZE[0] * SIZE[1]) as usize];
        for Block { at, color } in blocks {
            let [left, top] = at.map(|middle| middle - SIDE / 2);
            for (dx, dy) in (0..SIDE).flat_map(|dy| (0..SIDE).map(move |dx| (dx, dy))) {
                rgb.put_pixel(left + dx, top + dy, Rgb(COLORS[*color].1));
                meters[((top + dy) * SIZE[0] + left + dx) as usize] = 0.47;
            }
        }
        let down = UnitQuaternion::from_euler_angles(std::f64::consts::PI, 0.0, 0.0);
        Frame {
            sequence: 0,
            stamp: Stamp::ZERO,
            rgb,
            depth: has_depth.then_some(DepthImage {
                width: SIZE[0],
                height: SIZE[1],
                meters,
            }),
            intrinsics: Intrinsics::from_vertical_fov(SIZE[0], SIZE[1], 0.8),
            base_from_camera: Pose::from_parts(Translation3::new(0.2, 0.0, 0.5), down),
        }
    }

    fn any_blocks(rng: &mut ChaCha8Rng, count: usize) -> Vec<Block> {
        (0..count)
            .map(|_| Block {
                at: [
                    rng.random_range(SIDE..SIZE[0] - SIDE),
                    rng.random_range(SIDE..SIZE[1] - SIDE),
                ],
                color: rng.random_range(0..COLORS.len()),
            })
            .collect()
    }

    /// Blocks as a model lists them; `miss` pixels off.
    fn listed(
        blocks: &[Block],
        colors: bool,
        mut miss: impl FnMut() -> [f64; 2],
    ) -> Vec<Detection> {
        let one = |block: &Block| {
            let [dx, dy] = miss();
            let point = NormalizedPoint::from_pixel(
                f64::from(block.at[0]) + dx,
                f64::from(block.at[1]) + dy,
                SIZE[0],
                SIZE[1],
            );
            let color = if colors {
                COLORS[block.color].0
            } else {
                "small"
            };
            Detection::at_point(point, format!("{color} block"))
        };
        blocks.iter().map(one).collect()
    }

    fn of(convention: Convention) -> PictureConvention {
        PictureConvention {
            convention,
            picture: SIZE,
        }
    }

    /// Checks a model that uses one convention while another one is assumed.
    fn found(
        frame: &Frame,
        list: &[Detection],
        spoken: Convention,
        believed: Convention,
    ) -> Finding {
        let text = of(spoken).write_detections(list);
        check_point_readings(
            frame,
            &read_in_all_conventions(&of(believed), &text),
            &|_| false,
            false,
        )
    }

    #[test]
    fn who_points_rightly_is_never_doubted_even_with_misses() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for round in 0..400 {
            let count = rng.random_range(1..7);
            let blocks = any_blocks(&mut rng, count);
            let frame = frame(&blocks, round % 2 == 0);
            let list = listed(&blocks, round % 3 != 0, || {
                // Now and then a point is far off.
                let off = if rng.random_bool(0.05) { 60.0 } else { 6.0 };
                [rng.random_range(-off..off), rng.random_range(-off..off)]
            });
            for spoken in [Convention::Yx1000, Convention::Xy1000, Convention::XyPixels] {
                let found = found(&frame, &list, spoken, spoken);
                assert!(
                    !matches!(found, Finding::Doubtful(_)),
                    "{round}: {blocks:?}: {found:?}"
                );
            }
        }
    }

    #[test]
    fn who_is_misunderstood_is_doubted() {
        use Convention::{Xy1000, XyPercent, XyPixels, XyUnit, Yx1000};
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut doubted = 0;
        let mut rounds = 0;
        for round in 0..100 {
            let count = rng.random_range(1..7);
            let blocks = any_blocks(&mut rng, count);
            let frame = frame(&blocks, round % 2 == 0);
            let list = listed(&blocks, round % 3 != 0, || [0.0, 0.0]);
            for (spoken, believed) in [
                (Yx1000, Xy1000),
                (Xy1000, Yx1000),
                (XyPixels, Yx1000),
                (XyPixels, Xy1000),
                (Xy1000, XyPixels),
                (Yx1000, XyPixels),
                (Xy1000, XyUnit),
                (XyPercent, Xy1000),
            ] {
                rounds += 1;
                if let Finding::Doubtful(doubt) = found(&frame, &list, spoken, believed) {
                    doubted += 1;
                    // Resized pixels and those as sent are near each other.
                    assert_eq!(
                        doubt.better.convention, spoken,
                        "{round}: {blocks:?}: {doubt}"
                    );
                }
            }
        }
        // The rest lies so that both readings hit.
        assert!(doubted * 100 >= rounds * 93, "{doubted} of {rounds}");
    }

    #[test]
    fn things_on_the_diagonal_or_opposite_each_other_decide_nothing() {
        let block = |at: [u32; 2], color| Block { at, color };
        let diagonal = [
            block([80, 60], 0),
            block([160, 120], 1),
            block([240, 180], 2),
        ];
        // The point of each, swapped, is the other's.
        let opposite = [block([80, 180], 0), block([240, 60], 0)];
        for has_depth in [true, false] {
            for blocks in [&diagonal[..], &opposite[..]] {
                let frame = frame(blocks, has_depth);
                let list = listed(blocks, true, || [0.0, 0.0]);
                for (spoken, believed) in [
                    (Convention::Yx1000, Convention::Yx1000),
                    (Convention::Xy1000, Convention::Yx1000),
                ] {
                    let found = found(&frame, &list, spoken, believed);
                    assert_eq!(found, Finding::Undecided, "{blocks:?}");
                }
            }
            // Colors tell.
            let told = [block([80, 180], 0), block([240, 60], 2)];
            let frame = frame(&told, has_depth);
            let list = listed(&told, true, || [0.0, 0.0]);
            let right = found(&frame, &list, Convention::Yx1000, Convention::Yx1000);
            assert_eq!(right, Finding::Confirmed);
            let wrong = found(&frame, &list, Convention::Xy1000, Convention::Yx1000);
            assert!(matches!(wrong, Finding::Doubtful(_)));
        }
    }

    #[test]
    fn once_confirmed_it_takes_more_than_one_thing_to_raise_a_doubt() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let blocks = [
            Block {
                at: [60, 200],
                color: 0,
            },
            Block {
                at: [250, 60],
                color: 1,
            },
        ];
        let frame = frame(&blocks, true);
        let swapped = |list: &[Detection]| of(Convention::Xy1000).write_detections(list);
        let judge = |text: &str, confirmed| {
            let readings = read_in_all_conventions(&of(Convention::Yx1000), text);
            check_point_readings(&frame, &readings, &|_| false, confirmed)
        };
        let one = swapped(&listed(&blocks[..1], true, || [0.0, 0.0]));
        let both = swapped(&listed(&blocks, true, || {
            [rng.random_range(-4.0..4.0), 0.0]
        }));
        assert!(matches!(judge(&one, false), Finding::Doubtful(_)));
        assert_eq!(judge(&one, true), Finding::Undecided);
        let Finding::Doubtful(doubt) = judge(&both, true) else {
            panic!("two things are enough");
        };
        let said = doubt.to_string();
        assert!(
            said.contains("0 of 2") && said.contains("`xy-1000` 2 would"),
            "{said}"
        );
        assert!(said.contains("pointing = \"xy-1000\""), "{said}");
        assert_eq!(judge("[]", false), Finding::Undecided);
    }
}
