//! The colors of the table top from one picture to the next: a camera that stands still sees the same
//! grain in the same pixels.

use enact_types::{Intrinsics, Pose};

use super::appearance::{Appearance, LinearRgb, TableTop};
use super::card::Card;

/// The colors of the table top in the last picture of a camera.
#[derive(Debug, Default)]
pub(super) struct TableMemory {
    view: Option<TableView>,
    pixels: Vec<TableColor>,
}

/// Everything but the distance that the color of a level table in a pixel depends on.
#[derive(Clone, Debug, PartialEq)]
struct TableView {
    intrinsics: Intrinsics,
    base_from_camera: Pose,
    table: TableTop,
    card: Option<Card>,
    seed: u64,
}

/// The color of the table top on the ray through the middle of a pixel.
#[derive(Clone, Copy, Debug)]
pub(super) struct TableColor {
    /// Depth at which the ray meets the table, meters; not a number if that was never computed.
    depth: f64,
    color: LinearRgb,
}

impl TableMemory {
    /// Returns what is remembered of each pixel of a picture from here, row by row.
    pub fn remembered_colors_for_view(
        &mut self,
        intrinsics: &Intrinsics,
        base_from_camera: &Pose,
        look: &Appearance,
    ) -> &mut [TableColor] {
        let view = TableView {
            intrinsics: *intrinsics,
            base_from_camera: *base_from_camera,
            table: look.table.clone(),
            card: look.card.clone(),
            seed: look.seed,
        };
        if self.view.as_ref() != Some(&view) {
            self.view = Some(view);
            self.pixels.clear();
        }
        let pixels = intrinsics.width as usize * intrinsics.height as usize;
        self.pixels.resize(pixels, TableColor::UNKNOWN);
        &mut self.pixels
    }
}

impl TableColor {
    const UNKNOWN: Self = Self {
        depth: f64::NAN,
        color: [0.0; 3],
    };

    /// Returns the color at this depth, computed unless it is remembered.
    pub fn recall_or_compute_color(
        &mut self,
        depth: f64,
        compute: impl FnOnce() -> LinearRgb,
    ) -> LinearRgb {
        if self.depth != depth {
            *self = Self {
                depth,
                color: compute(),
            };
        }
        self.color
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_color_is_computed_again_where_the_depth_or_the_view_is_another() {
        let lens = Intrinsics::from_vertical_fov(4, 3, 0.8);
        let mut memory = TableMemory::default();
        let mut color = |pose: &Pose, look: &Appearance, depth: f64, new: f32| {
            memory.remembered_colors_for_view(&lens, pose, look)[5]
                .recall_or_compute_color(depth, || [new; 3])[0]
        };
        let (here, there) = (Pose::identity(), Pose::translation(0.0, 0.0, 1.0));
        let look = Appearance::default();
        assert_eq!(color(&here, &look, 0.5, 1.0), 1.0);
        assert_eq!(color(&here, &look, 0.5, 2.0), 1.0);
        assert_eq!(color(&here, &look, 0.6, 3.0), 3.0);
        assert_eq!(color(&there, &look, 0.6, 4.0), 4.0);
        let other = Appearance {
            seed: 1,
            ..Appearance::default()
        };
        assert_eq!(color(&there, &other, 0.6, 5.0), 5.0);
    }
}
