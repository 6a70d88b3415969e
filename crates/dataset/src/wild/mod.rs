//! Pictures of any table from any side: a look far wider than what the simulator shows.
//!
//! A model that has only seen one simulator's pictures takes its camera, table and plastic for
//! granted. Here everything is drawn that a picture of a real table might have: cameras at any side
//! and height with any lens, tables and rooms of every kind, worn and printed things, lamps from dim
//! to glaring, and other people's arms, cables and boxes, which are not listed. Nothing is simulated:
//! things stand where they are put. What a sensor adds (noise, blur, compression) is left to the
//! recipe of training, which draws it anew for each use of a picture.
//!
//! | module | idea |
//! |---|---|
//! | `viewpoint` | where the camera is, its lens, and the ground it sees |
//! | `paint` | colors as they may turn out, and finishes |
//! | `place` | where on the ground there is still room |
//! | `things` | what is listed |
//! | `clutter` | what lies around and is not listed |
//! | `limbs` | arms, hands and cables |
//! | `surroundings` | table, room and light |

mod clutter;
mod limbs;
mod paint;
mod place;
mod surroundings;
mod things;
mod viewpoint;

use enact_robot::Robot;
use enact_sim::geometry::FIRST_OBJECT_SEGMENT_ID;
use enact_sim::render::{Appearance, ObjectInView, objects_in_view, render};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use self::place::Ground;
use self::viewpoint::Viewpoint;
use crate::frames::FrameExample;

/// Smallest number of visible pixels of a listed object.
const MIN_PIXELS: u32 = 30;
/// Smallest visible share of a listed object, of what its size and distance would show.
const MIN_VISIBLE_SHARE: f64 = 0.3;
/// Share of pictures with the arm that the robot is, among other arms.
const OWN_ARM: f64 = 0.2;

/// Returns the `index`th picture of a data set of any table, `size` pixels wide and high, which
/// depends only on the seed. `robot` is one of the arms that may stand in view.
pub fn generate_wild_frame_example(
    robot: &Robot,
    size: [u32; 2],
    seed: u64,
    index: u64,
) -> FrameExample {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(index);
    let view = Viewpoint::random(&mut rng, size);
    let mut ground = Ground::new(&view, &mut rng);
    let things = things::random_things(&mut rng, &mut ground);
    let (mut bodies, look) = surroundings::random_surroundings(&mut rng, &ground);
    bodies.extend(things.iter().flat_map(|thing| thing.bodies.clone()));
    bodies.extend(clutter::random_clutter(&mut rng, &mut ground));
    bodies.extend(limbs::random_limbs(&mut rng, &ground));
    if rng.random_bool(OWN_ARM) {
        bodies.extend(limbs::own_arm(&mut rng, &ground, robot));
    }
    let look = Appearance {
        card: crate::frames::maybe_random_text_card(&mut rng),
        ..look
    };
    let picture = render(
        &bodies,
        &view.intrinsics,
        &view.base_from_camera,
        &look,
        rng.next_u64(),
    );
    let seen: Vec<ObjectInView> = objects_in_view(&picture.segmentation)
        .into_iter()
        .filter(|seen| {
            let thing = &things[usize::from(seen.id - FIRST_OBJECT_SEGMENT_ID)];
            let whole = view.count_pixels_covered_by_ball(&thing.center, thing.radius);
            let share = f64::from(seen.pixels) / whole.max(1.0);
            seen.pixels >= MIN_PIXELS
                && share >= MIN_VISIBLE_SHARE
                && seen.visible >= MIN_VISIBLE_SHARE
        })
        .collect();
    let label = |id: u16| things[usize::from(id - FIRST_OBJECT_SEGMENT_ID)].label();
    FrameExample::new(picture, &seen, label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn examples(count: u64) -> impl Iterator<Item = FrameExample> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let robot = Robot::load(&root.join("robots/so101")).unwrap();
        (0..count).map(move |index| generate_wild_frame_example(&robot, [168, 168], 3, index))
    }

    #[test]
    fn pictures_repeat_and_points_lie_on_what_they_name() {
        let (first, again): (Vec<_>, Vec<_>) = (examples(2).collect(), examples(2).collect());
        assert_eq!(first[0].picture, again[0].picture);
        assert_ne!(first[0].picture, first[1].picture);
        for example in examples(12) {
            let width = example.shown.width();
            for (number, object) in (1..).zip(&example.objects) {
                let [x, y] = object.at.map(|at| (at * f64::from(width)) as u32);
                assert_eq!(example.shown.get_pixel(x, y).0, [number], "{object:?}");
            }
        }
    }

    #[test]
    fn things_of_many_sizes_are_seen_and_most_pictures_show_some() {
        let examples: Vec<FrameExample> = examples(40).collect();
        let empty = examples.iter().filter(|example| example.objects.is_empty());
        assert!(empty.count() < 10);
        let extents: Vec<f64> = examples
            .iter()
            .flat_map(|example| &example.objects)
            .map(|seen| seen.extent)
            .collect();
        assert!(extents.iter().any(|extent| *extent < 0.06));
        assert!(extents.iter().any(|extent| *extent > 0.2));
    }
}
