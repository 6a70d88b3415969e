//! A picture that distinguishes conventions: in any other convention, the numbers would mean other
//! places.

use std::path::Path;

use anyhow::Result;
use enact_camera::Camera;
use enact_sim::geometry::FIRST_OBJECT_SEGMENT_ID;
use enact_sim::render::{Appearance, Segmentation, objects_in_view};
use enact_sim::{Layout, Scene, Simulator};
use enact_types::Frame;

use crate::data_dir::DataDir;

/// Three objects, one of them far off the diagonal of the picture. The picture's sides are far from
/// the multiples to which models round them.
const SCENE: &str = r#"
frame = "workspace"

[table]
center = [0.2, 0.0]
size = [1.2, 1.4]

[camera]
eye = [0.62, 0.0, 0.52]
target = [0.20, 0.0, 0.02]
vertical_fov_deg = 34
width = 322
height = 238

[area]
center = [0.039, 0.0]
radius = [0.1, 0.3]
angle_deg = [-62, 62]
gap = 0.02

[[objects]]
shape = "cube"
color = "red"
size = [0.035, 0.035, 0.035]
at = [0.14, -0.16]
yaw_deg = 20

[[objects]]
shape = "bowl"
color = "blue"
at = [0.28, 0.06]

[[objects]]
shape = "ball"
color = "green"
size = [0.04, 0.04, 0.04]
at = [0.24, -0.12]
"#;

/// Largest distance of a point from its object, as a share of the picture's width.
const MISS: f64 = 0.012;

/// A picture and the objects in it.
pub struct TestPicture {
    /// Picture that the model is shown.
    pub frame: Frame,
    /// Objects in it.
    pub things: Vec<Thing>,
    truth: Segmentation,
}

/// An object in the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Thing {
    /// Its name.
    pub label: String,
    /// Its middle, pixels.
    pub point: (f64, f64),
    id: u16,
}

impl TestPicture {
    /// Renders the picture.
    ///
    /// # Errors
    /// If the robot that stands in it cannot be loaded.
    pub fn new(data_dir: &DataDir) -> Result<Self> {
        let robot = data_dir.load_robot_for_queries(crate::args::SHIPPED_ROBOT)?;
        let scene = Scene::parse(Path::new("the test picture"), SCENE)?.placed_for_robot(&robot)?;
        let layout = scene.sample_layout(0);
        let simulator = Simulator::new(&robot, &layout, false);
        let mut camera = simulator.camera(Appearance::default(), 0);
        let truth = camera.capture_segmentation();
        let frame = camera.capture()?;
        Ok(Self {
            things: things(&truth, &layout),
            frame,
            truth,
        })
    }

    /// Returns the object at a pixel, or close by.
    pub fn thing_at(&self, (x, y): (f64, f64)) -> Option<usize> {
        let (width, height) = self.frame.rgb.dimensions();
        let reach = (MISS * f64::from(width)).ceil() as i64;
        let offsets = (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy)));
        let mut near: Vec<(i64, usize)> = offsets
            .filter_map(|(dx, dy)| {
                let column = u32::try_from(x as i64 + dx).ok().filter(|it| *it < width)?;
                let row = u32::try_from(y as i64 + dy)
                    .ok()
                    .filter(|it| *it < height)?;
                let id = self.truth.segment_id_at(column, row);
                let thing = self.things.iter().position(|thing| thing.id == id)?;
                Some((dx * dx + dy * dy, thing))
            })
            .collect();
        near.sort_unstable();
        near.first().map(|(_, thing)| *thing)
    }
}

fn things(truth: &Segmentation, layout: &Layout) -> Vec<Thing> {
    objects_in_view(truth)
        .into_iter()
        .map(|seen| Thing {
            label: layout.objects[usize::from(seen.id - FIRST_OBJECT_SEGMENT_ID)]
                .color_and_shape_label(),
            point: seen.point,
            id: seen.id,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_plan::pointing::read_in_all_conventions;
    use enact_plan::{Convention, Detection, PictureConvention};
    use enact_types::NormalizedPoint;

    #[test]
    fn whatever_else_the_numbers_could_mean_is_elsewhere() {
        let data_dir = DataDir::find().unwrap();
        let picture = TestPicture::new(&data_dir).unwrap();
        let (width, height) = picture.frame.rgb.dimensions();
        assert_eq!(picture.things.len(), 3);
        let list: Vec<Detection> = picture
            .things
            .iter()
            .map(|thing| {
                let (x, y) = thing.point;
                let point = NormalizedPoint::from_pixel(x, y, width, height);
                Detection::at_point(point, &thing.label)
            })
            .collect();
        for convention in [
            Convention::Yx1000,
            Convention::Xy1000,
            Convention::XyPixels,
            Convention::XyUnit,
        ] {
            let convention = PictureConvention {
                convention,
                picture: [width, height],
            };
            let text = convention.write_detections(&list);
            for reading in read_in_all_conventions(&convention, &text) {
                let hits = reading.points.iter().filter(|(point, _)| {
                    let pixel = point.map(|point| point.to_pixel(width, height));
                    pixel.is_some_and(|pixel| picture.thing_at(pixel).is_some())
                });
                let hits = hits.count();
                // Resized pixels are nearly the same; they are told apart by how far they are off.
                let same = reading.pointing.convention == convention.convention;
                let expected = if same { 2..=3 } else { 0..=1 };
                let name = reading.pointing;
                assert!(
                    expected.contains(&hits),
                    "{} as {name}: {hits}",
                    convention.convention
                );
            }
        }
        let off_diagonal = |thing: &Thing| {
            let (x, y) = thing.point;
            (x / f64::from(width) - y / f64::from(height)).abs() > 0.3
        };
        assert!(
            picture.things.iter().any(off_diagonal),
            "{:?}",
            picture.things
        );
    }
}
