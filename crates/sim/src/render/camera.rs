//! The camera of a simulated world.

use std::fmt;
use std::time::Instant;

use enact_camera::{Camera, CameraError};
use enact_types::{Frame, Intrinsics, Pose, Stamp};

use super::appearance::Appearance;
use super::depth_sensor::add_depth_noise;
use super::hash_noise::hash;
use super::picture::{RenderedPicture, Segmentation};
use super::ray_cast::{render_segmentation, render_with_table_memory};
use super::table_memory::TableMemory;
use crate::geometry::RenderBody;

/// Source of the world's current geometry and its time.
pub type WorldSnapshotSource = Box<dyn FnMut() -> (Vec<RenderBody>, Stamp) + Send>;

/// Source of the world's current geometry, its time, and the pose of what carries the camera then.
pub type WorldAndMountSnapshotSource = Box<dyn FnMut() -> (Vec<RenderBody>, Stamp, Pose) + Send>;

/// A camera that renders the world whenever a frame is requested. It stands still, or something in the
/// world carries it.
///
/// Equal seeds and equal worlds give equal frames, byte for byte.
pub struct SimCamera {
    source: WorldAndMountSnapshotSource,
    intrinsics: Intrinsics,
    mount_from_camera: Pose,
    look: Appearance,
    seed: u64,
    sequence: u64,
    measures_depth: bool,
    table: TableMemory,
}

impl SimCamera {
    /// Creates a camera at `base_from_camera` over the world that `source` reads. `seed` determines
    /// the noise of color and depth.
    pub fn new(
        mut source: WorldSnapshotSource,
        intrinsics: Intrinsics,
        base_from_camera: Pose,
        look: Appearance,
        seed: u64,
    ) -> Self {
        let source = Box::new(move || {
            let (bodies, stamp) = source();
            (bodies, stamp, Pose::identity())
        });
        Self::new_on_mount(source, intrinsics, base_from_camera, look, seed)
    }

    /// Creates a camera at `mount_from_camera` on what carries it.
    pub fn new_on_mount(
        source: WorldAndMountSnapshotSource,
        intrinsics: Intrinsics,
        mount_from_camera: Pose,
        look: Appearance,
        seed: u64,
    ) -> Self {
        Self {
            source,
            intrinsics,
            mount_from_camera,
            look,
            seed,
            sequence: 0,
            measures_depth: true,
            table: TableMemory::default(),
        }
    }

    /// Returns this camera without depth in its frames.
    pub fn without_depth(self) -> Self {
        Self {
            measures_depth: false,
            ..self
        }
    }

    /// Renders the picture that the next frame will show, with exact depth and the segmentation:
    /// ground truth for tests and labels, never for a planner.
    pub fn capture_ground_truth(&mut self) -> RenderedPicture {
        self.render().picture
    }

    /// Returns the bodies that the next frame will show: ground truth like
    /// [`capture_ground_truth`](Self::capture_ground_truth), without the cost of light and color.
    pub fn capture_segmentation(&mut self) -> Segmentation {
        let (bodies, _, base_from_mount) = (self.source)();
        let base_from_camera = base_from_mount * self.mount_from_camera;
        render_segmentation(&bodies, &self.intrinsics, &base_from_camera)
    }

    /// Changes the appearance from the next frame on.
    pub fn set_appearance(&mut self, look: Appearance) {
        self.look = look;
    }

    fn frame_seed(&self) -> u64 {
        hash(self.seed ^ hash(self.sequence))
    }

    fn render(&mut self) -> Rendered {
        let (bodies, stamp, base_from_mount) = (self.source)();
        let seen = Instant::now();
        let base_from_camera = base_from_mount * self.mount_from_camera;
        let picture = render_with_table_memory(
            &bodies,
            &self.intrinsics,
            &base_from_camera,
            &self.look,
            self.frame_seed(),
            &mut self.table,
        );
        Rendered {
            picture,
            stamp,
            seen,
            base_from_camera,
        }
    }
}

/// A picture, and when and from where it was taken.
struct Rendered {
    picture: RenderedPicture,
    stamp: Stamp,
    seen: Instant,
    base_from_camera: Pose,
}

impl Camera for SimCamera {
    fn capture(&mut self) -> Result<Frame, CameraError> {
        let (frame, _) = self.capture_timed()?;
        Ok(frame)
    }

    /// Returns the frame and the instant at which the world was read, before rendering.
    fn capture_timed(&mut self) -> Result<(Frame, Instant), CameraError> {
        let Rendered {
            mut picture,
            stamp,
            seen,
            base_from_camera,
        } = self.render();
        add_depth_noise(&mut picture.depth, self.frame_seed());
        let frame = Frame {
            sequence: self.sequence,
            stamp,
            rgb: picture.rgb,
            depth: self.measures_depth.then_some(picture.depth),
            intrinsics: self.intrinsics,
            base_from_camera,
        };
        self.sequence += 1;
        Ok((frame, seen))
    }
}

impl fmt::Debug for SimCamera {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimCamera")
            .field("intrinsics", &self.intrinsics)
            .field("mount_from_camera", &self.mount_from_camera)
            .field("look", &self.look)
            .field("seed", &self.seed)
            .field("sequence", &self.sequence)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::depth_sensor::DEPTH_NOISE_STD_M;
    use super::super::pose_looking_at;
    use super::*;
    use crate::geometry::{FIRST_OBJECT_SEGMENT_ID, Material};
    use enact_robot::Shape;
    use enact_types::Point3;

    fn camera(seed: u64) -> SimCamera {
        let cube = RenderBody {
            id: FIRST_OBJECT_SEGMENT_ID,
            shape: Shape::Box { half: [0.15; 3] }.into(),
            base_from_body: Pose::identity(),
            color: [0.1, 0.5, 0.1],
            material: Material::Plastic,
        };
        let mut nanos = 0;
        let source = move || {
            nanos += 5;
            (vec![cube.clone()], Stamp::from_nanos(nanos))
        };
        SimCamera::new(
            Box::new(source),
            Intrinsics::from_vertical_fov(64, 48, 0.75),
            pose_looking_at(&Point3::new(0.0, 0.0, 0.65), &Point3::origin()),
            Appearance::default(),
            seed,
        )
    }

    #[test]
    fn frames_count_up_and_repeat_with_the_seed() {
        let shoot = |seed| {
            let mut camera = camera(seed);
            [camera.capture().unwrap(), camera.capture().unwrap()]
        };
        let (a, b, other) = (shoot(1), shoot(1), shoot(2));
        assert_eq!((a[0].sequence, a[1].sequence), (0, 1));
        assert_eq!(a[1].stamp, Stamp::from_nanos(10));
        assert!(a[0].rgb == b[0].rgb && a[1].depth == b[1].depth);
        assert!(a[0].rgb != a[1].rgb && a[0].depth != a[1].depth);
        assert!(a[0].rgb != other[0].rgb && a[0].depth != other[0].depth);
    }

    #[test]
    fn the_truth_has_the_colors_of_the_frame_and_exact_depth() {
        let mut camera = camera(3);
        let truth = camera.capture_ground_truth();
        assert_eq!(camera.capture_segmentation(), truth.segmentation);
        let frame = camera.capture().unwrap();
        assert_eq!(truth.rgb, frame.rgb);
        let noisy = frame.depth.unwrap().meters;
        let errors: Vec<f32> = truth
            .depth
            .meters
            .iter()
            .zip(&noisy)
            .map(|(t, n)| n - t)
            .collect();
        let on_top = truth
            .depth
            .meters
            .iter()
            .filter(|d| (**d - 0.5).abs() < 1e-6)
            .count();
        assert!(on_top > 500, "{on_top}");
        let variance = errors.iter().map(|e| e * e).sum::<f32>()
            / noisy.iter().filter(|d| **d > 0.0).count() as f32;
        assert!(
            (variance.sqrt() - DEPTH_NOISE_STD_M).abs() < 5e-5,
            "{}",
            variance.sqrt()
        );
    }
}
