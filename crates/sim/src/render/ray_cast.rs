//! Renders bodies to a picture, tile by tile.

use std::collections::BTreeMap;

use enact_types::{DepthImage, Intrinsics, Pose, Vector3};
use image::RgbImage;
use rayon::prelude::*;

use super::appearance::Appearance;
use super::camera_rays::CameraRays;
use super::color_sensor::Sensor;
use super::picture::{RenderedPicture, Segmentation};
use super::shade::{Hit, LAMP_POINTS, Shader};
use super::solid::{Ball, RenderSolid};
use super::table_memory::TableMemory;
use super::tile::{TILE, Tile};
use crate::geometry::{NOTHING_SEGMENT_ID, RenderBody};

/// Renders a picture of `bodies` (base frame) from `base_from_camera` (optical frame).
///
/// `seed` determines the sensor noise. Equal arguments give equal bytes, whatever the number of
/// threads of the current rayon pool.
pub fn render(
    bodies: &[RenderBody],
    intrinsics: &Intrinsics,
    base_from_camera: &Pose,
    look: &Appearance,
    seed: u64,
) -> RenderedPicture {
    let mut nothing = TableMemory::default();
    render_with_table_memory(
        bodies,
        intrinsics,
        base_from_camera,
        look,
        seed,
        &mut nothing,
    )
}

/// Renders the same picture as [`render`], faster where `table` remembers one from the same place.
pub(super) fn render_with_table_memory(
    bodies: &[RenderBody],
    intrinsics: &Intrinsics,
    base_from_camera: &Pose,
    look: &Appearance,
    seed: u64,
    table: &mut TableMemory,
) -> RenderedPicture {
    let caster = RayCaster::new(bodies, intrinsics, base_from_camera, look);
    let (hits, tiles) = caster.cast(RayCaster::lit_tile);
    let known = table.remembered_colors_for_view(intrinsics, base_from_camera, look);
    let rgb = caster.paint_picture(&hits, &tiles, &Sensor::new(look, seed), known);
    caster.picture(&hits, &tiles, rgb)
}

/// Returns the bodies in the picture that [`render`] would render, whatever the light.
pub fn render_segmentation(
    bodies: &[RenderBody],
    intrinsics: &Intrinsics,
    base_from_camera: &Pose,
) -> Segmentation {
    let look = Appearance::default();
    let caster = RayCaster::new(bodies, intrinsics, base_from_camera, &look);
    let (hits, tiles) = caster.cast(RayCaster::seen_tile);
    caster.segmentation(&hits, &tiles)
}

/// A scene and the size of its picture.
pub(super) struct RayCaster<'a> {
    pub width: usize,
    pub height: usize,
    pub shader: Shader<'a>,
}

impl<'a> RayCaster<'a> {
    fn new(
        bodies: &[RenderBody],
        intrinsics: &Intrinsics,
        base_from_camera: &Pose,
        look: &'a Appearance,
    ) -> Self {
        let solids = bodies.iter().map(RenderSolid::new).collect();
        Self {
            width: intrinsics.width as usize,
            height: intrinsics.height as usize,
            shader: Shader::new(CameraRays::new(intrinsics, base_from_camera), solids, look),
        }
    }

    pub fn tiles_across(&self) -> usize {
        self.width.div_ceil(TILE)
    }

    /// Returns the pixels `[from, to]` of tile number `index` along a side of `size` pixels.
    fn span(index: usize, size: usize) -> [usize; 2] {
        [index * TILE, ((index + 1) * TILE).min(size)]
    }

    /// Casts a ray per pixel, by `cast_tile` for each tile.
    fn cast(
        &self,
        cast_tile: impl Fn(&Self, usize, usize, &mut [Option<Hit>]) -> Tile + Sync,
    ) -> (Vec<Option<Hit>>, Vec<Tile>) {
        let mut hits = vec![None; self.width * self.height];
        let mut tiles = Vec::new();
        let count = self.tiles_across() * self.height.div_ceil(TILE);
        tiles.resize_with(count, Tile::default);
        hits.par_chunks_mut((self.width * TILE).max(1))
            .zip(tiles.par_chunks_mut(self.tiles_across().max(1)))
            .enumerate()
            .for_each(|(row, (hits, tiles))| {
                for (column, tile) in tiles.iter_mut().enumerate() {
                    *tile = cast_tile(self, column, row, hits);
                }
            });
        (hits, tiles)
    }

    /// Fills the hits of one tile; `hits` starts at its first row of pixels.
    fn seen_tile(&self, column: usize, row: usize, hits: &mut [Option<Hit>]) -> Tile {
        let xs = Self::span(column, self.width);
        let ys = Self::span(row, self.height);
        let mut tile = Tile::new(&self.shader.view, &self.shader.solids, xs, ys);
        let seen = std::mem::take(&mut tile.seen);
        for y in ys[0]..ys[1] {
            for x in xs[0]..xs[1] {
                let ray = self.pixel_center_ray(x, y);
                let pixel = y * self.width + x;
                let hit = self.shader.first_hit(&seen, &ray, |solid| {
                    tile.count_unoccluded_pixel(solid.id, pixel)
                });
                hits[pixel - ys[0] * self.width] = hit;
            }
        }
        tile.seen = seen;
        tile
    }

    /// Fills the hits of one tile as [`seen_tile`](Self::seen_tile) does, and tests for each whether
    /// its point of the lamp lights it.
    fn lit_tile(&self, column: usize, row: usize, hits: &mut [Option<Hit>]) -> Tile {
        let xs = Self::span(column, self.width);
        let ys = Self::span(row, self.height);
        let mut tile = self.seen_tile(column, row, hits);
        let pixels = (ys[0]..ys[1]).flat_map(|y| (xs[0]..xs[1]).map(move |x| (x, y)));
        let points = pixels.filter_map(|(x, y)| {
            let hit = hits[(y - ys[0]) * self.width + x].as_ref()?;
            Some(self.shader.hit_point(&self.pixel_center_ray(x, y), hit))
        });
        if let Some(ball) = Ball::bounding_ball_of_points(points) {
            tile.find_shadow_casters(&self.shader.solids, self.shader.look, &ball);
        }
        for y in ys[0]..ys[1] {
            for x in xs[0]..xs[1] {
                if let Some(hit) = &mut hits[(y - ys[0]) * self.width + x] {
                    let ray = self.pixel_center_ray(x, y);
                    let lit =
                        self.shader
                            .is_lit(&tile.casters, &ray, hit, lamp_point_for_pixel(x, y));
                    hit.lit = f32::from(u8::from(lit));
                    tile.shadowed |= !lit;
                }
            }
        }
        tile
    }

    pub fn pixel_center_ray(&self, x: usize, y: usize) -> Vector3 {
        self.shader
            .view
            .ray_through_pixel(x as f64 + 0.5, y as f64 + 0.5)
    }

    fn segmentation(&self, hits: &[Option<Hit>], tiles: &[Tile]) -> Segmentation {
        let id = |hit: &Hit| self.shader.solids[hit.solid].id;
        let mut unhidden = BTreeMap::new();
        for cover in tiles.iter().flat_map(|tile| &tile.unhidden) {
            *unhidden.entry(cover.id).or_default() += cover.pixels;
        }
        Segmentation {
            width: self.width as u32,
            ids: hits
                .iter()
                .map(|hit| hit.as_ref().map_or(NOTHING_SEGMENT_ID, id))
                .collect(),
            unhidden,
        }
    }

    fn picture(&self, hits: &[Option<Hit>], tiles: &[Tile], rgb: Vec<u8>) -> RenderedPicture {
        let (width, height) = (self.width as u32, self.height as u32);
        RenderedPicture {
            rgb: RgbImage::from_raw(width, height, rgb).expect("three bytes for each pixel"),
            depth: DepthImage {
                width,
                height,
                meters: hits
                    .iter()
                    .map(|hit| hit.map_or(0.0, |hit| hit.depth as f32))
                    .collect(),
            },
            segmentation: self.segmentation(hits, tiles),
        }
    }
}

/// Returns the lamp point of a pixel: each pixel of a 4 × 4 block gets another point, neighbors
/// distant ones.
pub(super) fn lamp_point_for_pixel(x: usize, y: usize) -> usize {
    const ORDER: [usize; LAMP_POINTS] = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];
    ORDER[(y % 4) * 4 + x % 4]
}

#[cfg(test)]
mod tests {
    use super::super::appearance::Light;
    use super::super::pose_looking_at;
    use super::*;
    use crate::geometry::{BodyShape, FIRST_OBJECT_SEGMENT_ID, Material, TABLE_SEGMENT_ID};
    use enact_robot::Shape;
    use enact_types::{Distortion, Point3};

    fn body(id: u16, shape: BodyShape, at: [f64; 3]) -> RenderBody {
        RenderBody {
            id,
            shape,
            base_from_body: Pose::translation(at[0], at[1], at[2]),
            color: [0.7, 0.1, 0.1],
            material: if id == TABLE_SEGMENT_ID {
                Material::Table
            } else {
                Material::Plastic
            },
        }
    }

    fn scene() -> Vec<RenderBody> {
        vec![
            body(
                TABLE_SEGMENT_ID,
                Shape::Box {
                    half: [0.3, 0.3, 0.01],
                }
                .into(),
                [0.2, 0.0, -0.01],
            ),
            body(
                FIRST_OBJECT_SEGMENT_ID,
                Shape::Sphere { radius: 0.03 }.into(),
                [0.2, 0.0, 0.03],
            ),
            body(
                FIRST_OBJECT_SEGMENT_ID + 1,
                Shape::Cylinder {
                    radius: 0.015,
                    half_length: 0.03,
                }
                .into(),
                [0.25, 0.003, 0.03],
            ),
        ]
    }

    fn camera() -> (Intrinsics, Pose) {
        let eye = Point3::new(0.62, 0.03, 0.52);
        (
            Intrinsics::from_vertical_fov(160, 120, 0.75),
            pose_looking_at(&eye, &Point3::new(0.2, 0.0, 0.02)),
        )
    }

    fn shoot(bodies: &[RenderBody]) -> RenderedPicture {
        let (intrinsics, pose) = camera();
        render(bodies, &intrinsics, &pose, &Appearance::default(), 7)
    }

    /// Checks the depth of each pixel that shows `id` against the depth that `expected` computes
    /// from the eye and the direction of the ray (one meter along the axis).
    fn check_depth(id: u16, expected: impl Fn(Vector3, Vector3) -> f64) {
        let (intrinsics, pose) = camera();
        let picture = shoot(&scene());
        let mut pixels = 0;
        for (index, &seen) in picture.segmentation.ids.iter().enumerate() {
            if seen == id {
                let (x, y) = ((index % 160) as f64 + 0.5, (index / 160) as f64 + 0.5);
                let ray = pose.rotation * intrinsics.deproject(x, y, 1.0).unwrap().coords;
                let depth = f64::from(picture.depth.meters[index]);
                assert!((depth - expected(pose.translation.vector, ray)).abs() < 1e-6);
                pixels += 1;
            }
        }
        assert!(pixels > 100, "only {pixels} pixels show {id}");
    }

    #[test]
    fn the_depth_of_the_table_is_that_of_its_plane() {
        check_depth(TABLE_SEGMENT_ID, |eye, ray| -eye.z / ray.z);
    }

    #[test]
    fn the_depth_of_a_ball_is_that_of_the_closed_form() {
        check_depth(FIRST_OBJECT_SEGMENT_ID, |eye, ray| {
            let from_center = eye - Vector3::new(0.2, 0.0, 0.03);
            let (a, b) = (ray.norm_squared(), ray.dot(&from_center));
            let c = from_center.norm_squared() - 0.03 * 0.03;
            (-b - (b * b - a * c).sqrt()) / a
        });
    }

    #[test]
    fn the_number_of_threads_changes_no_byte() {
        let with_threads = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| shoot(&scene()))
        };
        let alone = with_threads(1);
        assert!(alone == with_threads(2) && alone == with_threads(5));
    }

    #[test]
    fn a_picture_is_the_same_where_one_before_it_is_remembered() {
        let (intrinsics, pose) = camera();
        let mut memory = TableMemory::default();
        let mut again = |bodies: &[RenderBody], look: &Appearance| {
            let seen = render_with_table_memory(bodies, &intrinsics, &pose, look, 7, &mut memory);
            assert!(seen == render(bodies, &intrinsics, &pose, look, 7));
        };
        let look = Appearance::default();
        let mut moved = scene();
        moved[1].base_from_body = Pose::translation(0.15, 0.05, 0.03);
        let mut lowered = scene();
        lowered[0].base_from_body = Pose::translation(0.2, 0.0, -0.02);
        for bodies in [scene(), scene(), moved, lowered] {
            again(&bodies, &look);
        }
        let mut other = look;
        other.table.turn = 0.4;
        again(&scene(), &other);
    }

    #[test]
    fn a_segmentation_is_that_of_the_picture() {
        let (intrinsics, pose) = camera();
        let seen = render_segmentation(&scene(), &intrinsics, &pose);
        assert!(seen == shoot(&scene()).segmentation);
    }

    #[test]
    fn where_nothing_is_there_is_no_reading() {
        let picture = shoot(&[]);
        assert!(
            picture
                .segmentation
                .ids
                .iter()
                .all(|&id| id == NOTHING_SEGMENT_ID)
        );
        assert_eq!(picture.depth.depth_at(80.0, 60.0), None);
    }

    #[test]
    fn a_hidden_object_still_counts_what_it_would_cover() {
        let picture = shoot(&scene());
        let alone = shoot(&scene()[1..2]);
        let shown = |picture: &RenderedPicture| {
            picture
                .segmentation
                .ids
                .iter()
                .filter(|&&id| id == FIRST_OBJECT_SEGMENT_ID)
                .count()
        };
        assert!(shown(&picture) < shown(&alone));
        assert_eq!(
            picture.segmentation.unhidden[&FIRST_OBJECT_SEGMENT_ID] as usize,
            shown(&alone)
        );
    }

    #[test]
    fn a_bent_ray_shows_what_lies_on_it_in_every_tile() {
        let (straight, pose) = camera();
        let intrinsics = Intrinsics {
            distortion: Distortion::BrownConrady([-0.4, 0.1, 0.01, -0.01, 0.0]),
            ..straight
        };
        let look = Appearance::default();
        let picture = render(&scene()[..2], &intrinsics, &pose, &look, 7);
        let mut pixels = 0;
        for (index, &seen) in picture.segmentation.ids.iter().enumerate() {
            let (x, y) = ((index % 160) as f64 + 0.5, (index / 160) as f64 + 0.5);
            let ray = pose.rotation * intrinsics.deproject(x, y, 1.0).unwrap().coords;
            let from_center = pose.translation.vector - Vector3::new(0.2, 0.0, 0.03);
            let (a, b) = (ray.norm_squared(), ray.dot(&from_center));
            let inside = b * b - a * (from_center.norm_squared() - 0.03 * 0.03);
            if inside.abs() > 1e-9 {
                assert_eq!(
                    seen == FIRST_OBJECT_SEGMENT_ID,
                    inside > 0.0,
                    "pixel {x} {y}"
                );
            }
            pixels += u32::from(seen == FIRST_OBJECT_SEGMENT_ID);
        }
        assert!(pixels > 100, "only {pixels}");
    }

    #[test]
    fn a_second_lamp_lights_the_shadow_of_the_first() {
        let darkest = |more_lights: Vec<Light>| {
            let (intrinsics, pose) = camera();
            let look = Appearance {
                more_lights,
                ..Appearance::default()
            };
            let picture = render(&scene(), &intrinsics, &pose, &look, 7);
            let shades = picture.rgb.pixels().zip(&picture.segmentation.ids);
            let table = shades.filter(|(_, id)| **id == TABLE_SEGMENT_ID);
            table
                .map(|(rgb, _)| rgb.0.iter().map(|c| u32::from(*c)).sum::<u32>())
                .min()
                .unwrap()
        };
        let lamp = Light {
            position: Point3::new(0.3, 0.8, 1.0),
            ..Appearance::default().light
        };
        assert!(darkest(vec![lamp]) * 4 > darkest(Vec::new()) * 5);
    }

    #[test]
    fn an_object_shades_the_table_beside_it() {
        let brightness = |bodies: &[RenderBody]| {
            let picture = shoot(bodies);
            let shades = picture.rgb.pixels().zip(&picture.segmentation.ids);
            let table: Vec<u32> = shades
                .filter(|(_, id)| **id == TABLE_SEGMENT_ID)
                .map(|(rgb, _)| rgb.0.iter().map(|c| u32::from(*c)).sum())
                .collect();
            table.into_iter().min().unwrap()
        };
        assert!(brightness(&scene()) * 3 < brightness(&scene()[..1]) * 2);
    }
}
