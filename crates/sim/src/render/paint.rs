//! Lighting pixel by pixel: soft shadows from neighbors, smooth edges.

use rayon::prelude::*;

use super::appearance::LinearRgb;
use super::color_sensor::Sensor;
use super::ray_cast::{RayCaster, lamp_point_for_pixel};
use super::shade::{Hit, LAMP_POINTS};
use super::table_memory::TableColor;
use super::tile::{TILE, Tile};

/// Offsets at which an edge pixel is sampled, from its corner.
const SUBPIXELS: [(f64, f64); 4] = [
    (0.375, 0.125),
    (0.875, 0.375),
    (0.125, 0.625),
    (0.625, 0.875),
];

impl RayCaster<'_> {
    /// Returns the bytes of the whole picture, row by row. `table` is what is known of the table's
    /// color in each pixel.
    pub fn paint_picture(
        &self,
        hits: &[Option<Hit>],
        tiles: &[Tile],
        film: &Sensor,
        table: &mut [TableColor],
    ) -> Vec<u8> {
        let mut rgb = vec![0; 3 * self.width * self.height];
        rgb.par_chunks_mut((3 * self.width).max(1))
            .zip(table.par_chunks_mut(self.width.max(1)))
            .enumerate()
            .for_each(|(y, (line, table))| {
                for (x, (bytes, table)) in line.chunks_exact_mut(3).zip(table).enumerate() {
                    let light = self.pixel_light(hits, tiles, (x, y), table);
                    bytes.copy_from_slice(&film.expose_pixel(&light, y * self.width + x));
                }
            });
        rgb
    }

    fn pixel_light(
        &self,
        hits: &[Option<Hit>],
        tiles: &[Tile],
        (x, y): (usize, usize),
        table: &mut TableColor,
    ) -> LinearRgb {
        let tile = &tiles[y / TILE * self.tiles_across() + x / TILE];
        if self.is_edge(hits, x, y) {
            return self.edge_light(tile, x, y);
        }
        let mut hit = hits[y * self.width + x];
        if let Some(hit) = &mut hit
            && self.near_shadow(tiles, x, y)
        {
            hit.lit = self.smooth_lit(hits, hit, x, y);
        }
        self.shader.light_along_ray(
            tile,
            &self.pixel_center_ray(x, y),
            hit.as_ref(),
            Some(table),
        )
    }

    /// Returns whether a neighbor shows another body or another face.
    fn is_edge(&self, hits: &[Option<Hit>], x: usize, y: usize) -> bool {
        let here = &hits[y * self.width + x];
        let differs = |x: usize, y: usize| !self.is_same_face(here, &hits[y * self.width + x]);
        (x > 0 && differs(x - 1, y))
            || (x + 1 < self.width && differs(x + 1, y))
            || (y > 0 && differs(x, y - 1))
            || (y + 1 < self.height && differs(x, y + 1))
    }

    fn is_same_face(&self, a: &Option<Hit>, b: &Option<Hit>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => {
                self.shader.solids[a.solid].id == self.shader.solids[b.solid].id
                    && a.normal.dot(&b.normal) > 0.85
                    && (a.depth - b.depth).abs() < 0.02 * a.depth
            }
            (None, None) => true,
            _ => false,
        }
    }

    /// Returns the mean light over a few rays through the pixel.
    fn edge_light(&self, tile: &Tile, x: usize, y: usize) -> LinearRgb {
        let mut sum = [0.0; 3];
        for (index, (dx, dy)) in SUBPIXELS.iter().enumerate() {
            let ray = self
                .shader
                .view
                .ray_through_pixel(x as f64 + dx, y as f64 + dy);
            let mut hit = self.shader.first_hit(&tile.seen, &ray, |_| ());
            if let Some(hit) = &mut hit {
                let point = lamp_point_for_pixel(x, y) + index * LAMP_POINTS / 4;
                let lit = self.shader.is_lit(&tile.casters, &ray, hit, point);
                hit.lit = f32::from(u8::from(lit));
            }
            let light = self.shader.light_along_ray(tile, &ray, hit.as_ref(), None);
            for (sum, light) in sum.iter_mut().zip(light) {
                *sum += light / SUBPIXELS.len() as f32;
            }
        }
        sum
    }

    /// Returns whether this tile or an adjacent one contains shadow.
    fn near_shadow(&self, tiles: &[Tile], x: usize, y: usize) -> bool {
        let across = self.tiles_across();
        let beside = |at: usize, size: usize| {
            let tile = at / TILE;
            tile.saturating_sub(1)..=(tile + 1).min(size.div_ceil(TILE) - 1)
        };
        beside(y, self.height)
            .any(|row| beside(x, self.width).any(|column| tiles[row * across + column].shadowed))
    }

    /// Returns the mean over a block of pixels that together sampled all points of the lamp.
    fn smooth_lit(&self, hits: &[Option<Hit>], hit: &Hit, x: usize, y: usize) -> f32 {
        let (mut sum, mut count) = (0.0, 0.0);
        for y in y.saturating_sub(1)..(y + 3).min(self.height) {
            for x in x.saturating_sub(1)..(x + 3).min(self.width) {
                if let Some(other) = &hits[y * self.width + x]
                    && other.solid == hit.solid
                    && other.normal.dot(&hit.normal) > 0.85
                {
                    sum += other.lit;
                    count += 1.0;
                }
            }
        }
        sum / count
    }
}
