//! From a hit to the light that reaches the camera.

use enact_types::{Point3, Vector3};

use super::appearance::{Appearance, Light, LinearRgb};
use super::camera_rays::CameraRays;
use super::hash_noise::{hash, to_unit_interval};
use super::solid::{Ball, RenderSolid};
use super::table_memory::TableColor;
use super::texture::mix;
use super::tile::Tile;
use crate::geometry::Material;

/// Number of sample points on the lamp; each pixel of a 4 × 4 block uses another one.
pub(super) const LAMP_POINTS: usize = 16;
/// Reference point for the lamp's strength: about the middle of a table-top workspace.
const MIDDLE: Point3 = Point3::new(0.2, 0.0, 0.0);
/// Offset of the origin of shadow rays from the surface, meters.
const OFF_SURFACE: f64 = 2e-4;

/// The first surface that a ray meets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    /// Index of the solid.
    pub solid: usize,
    /// Depth along the optical axis, meters.
    pub depth: f64,
    /// Unit normal, base frame.
    pub normal: Vector3,
    /// Visible share of the lamp, 0..=1.
    pub lit: f32,
}

/// Casts rays into a scene and lights the surfaces they meet.
pub(super) struct Shader<'a> {
    pub view: CameraRays,
    pub solids: Vec<RenderSolid>,
    /// Their bounds once more, close together in memory, where most rays end.
    bounds: Vec<Ball>,
    pub look: &'a Appearance,
    lamp: [Vector3; LAMP_POINTS],
    reference: f64,
    /// Sine and cosine of the table's pattern.
    turn: (f64, f64),
}

impl<'a> Shader<'a> {
    pub fn new(view: CameraRays, mut solids: Vec<RenderSolid>, look: &'a Appearance) -> Self {
        for solid in &mut solids {
            let sway = 2.0 * to_unit_interval(hash(look.seed ^ u64::from(solid.id))) as f32 - 1.0;
            solid.color = solid.color.map(|c| c * (1.0 + look.shade_jitter * sway));
        }
        Self {
            view,
            bounds: solids.iter().map(|solid| solid.bounds).collect(),
            solids,
            look,
            lamp: lamp_points(look),
            turn: look.table.turn.sin_cos(),
            reference: strength_at(&look.light),
        }
    }

    /// Returns the first of the solids `seen` on the ray; reports every solid on it to `met`.
    #[inline]
    pub fn first_hit(
        &self,
        seen: &[usize],
        ray: &Vector3,
        mut met: impl FnMut(&RenderSolid),
    ) -> Option<Hit> {
        let mut first: Option<Hit> = None;
        let (eye, squared) = (&self.view.eye, ray.norm_squared());
        for &index in seen {
            if !self.bounds[index].meets_ray(eye, ray, squared) {
                continue;
            }
            let solid = &self.solids[index];
            if let Some(entry) = solid.ray_entry(eye, ray) {
                met(solid);
                if first.is_none_or(|hit| entry.distance < hit.depth) {
                    first = Some(Hit {
                        solid: index,
                        depth: entry.distance,
                        normal: entry.normal,
                        lit: 1.0,
                    });
                }
            }
        }
        first
    }

    /// Returns the point of a hit on its ray, base frame.
    pub fn hit_point(&self, ray: &Vector3, hit: &Hit) -> Vector3 {
        self.view.eye + ray * hit.depth
    }

    /// Returns whether one point of the lamp is visible from a hit.
    pub fn is_lit(&self, casters: &[usize], ray: &Vector3, hit: &Hit, lamp_point: usize) -> bool {
        let lamp = &self.lamp[lamp_point % LAMP_POINTS];
        self.sees(casters, &self.hit_point(ray, hit), &hit.normal, lamp)
    }

    /// Returns whether nothing stands between a surface and a point of a lamp that it faces.
    fn sees(&self, casters: &[usize], point: &Vector3, normal: &Vector3, lamp: &Vector3) -> bool {
        let origin = point + normal * OFF_SURFACE;
        let to_lamp = lamp - origin;
        let squared = to_lamp.norm_squared();
        to_lamp.dot(normal) > 0.0
            && !casters.iter().any(|&index| {
                self.bounds[index].meets_ray(&origin, &to_lamp, squared)
                    && self.solids[index]
                        .ray_entry(&origin, &to_lamp)
                        .is_some_and(|entry| entry.distance < 1.0)
            })
    }

    /// Returns the light from a hit, or from the background. `table` is what is known of the table's
    /// color on the ray.
    pub fn light_along_ray(
        &self,
        tile: &Tile,
        ray: &Vector3,
        hit: Option<&Hit>,
        table: Option<&mut TableColor>,
    ) -> LinearRgb {
        let Some(hit) = hit else {
            return self.background(ray);
        };
        let point = self.hit_point(ray, hit);
        let solid = &self.solids[hit.solid];
        let sight = ray.normalize();
        let compute = || self.albedo(solid, &point, &sight, hit);
        let albedo = match (solid.material, table) {
            (Material::Table, Some(table)) if hit.normal == Vector3::z() => {
                table.recall_or_compute_color(hit.depth, compute)
            }
            _ => compute(),
        };
        let (diffuse, shine, squarings) = match solid.material {
            Material::Table => (1.0, 0.04, 4),
            Material::Plastic => (1.0, 0.16, 5),
            Material::Metal => (0.75, 0.45, 6),
            Material::Coated(finish) => (1.0, finish.shine, finish.sharpness),
        };
        let normal = solid.shading_normal(&point, &hit.normal);
        // How strongly a lamp lights the surface, directly and as a highlight.
        let from = |light: &Light, reference: f64, lit: f32| {
            let to_lamp = light.position.coords - point;
            let lamp_distance = to_lamp.norm();
            let to_lamp = to_lamp / lamp_distance;
            let fall_off = (reference / (lamp_distance * lamp_distance)).min(2.5) as f32;
            let facing = normal.dot(&to_lamp).max(0.0) as f32;
            let half_way = (to_lamp - sight).normalize();
            let facing_half = normal.dot(&half_way).max(0.0) as f32;
            let highlight = (0..squarings).fold(facing_half, |power, _| power * power);
            (lit * fall_off, facing, highlight)
        };
        let (direct, facing, highlight) = from(&self.look.light, self.reference, hit.lit);
        let open = self.openness(tile, &point, hit);
        let ambient = mix(
            &self.look.bounce,
            &self.look.sky,
            0.5 + 0.5 * normal.z as f32,
        );
        let mut light = std::array::from_fn(|i| {
            let lamp = self.look.light.color[i] * direct;
            albedo[i] * diffuse * (ambient[i] * open + lamp * facing)
                + shine * self.look.gloss * lamp * highlight
        });
        for (lamp, casters) in self.look.more_lights.iter().zip(&tile.more_casters) {
            if self.sees(casters, &point, &hit.normal, &lamp.position.coords) {
                let (direct, facing, highlight) = from(lamp, strength_at(lamp), 1.0);
                for (i, channel) in light.iter_mut().enumerate() {
                    *channel += lamp.color[i]
                        * direct
                        * (albedo[i] * diffuse * facing + shine * self.look.gloss * highlight);
                }
            }
        }
        light
    }

    fn albedo(
        &self,
        solid: &RenderSolid,
        point: &Vector3,
        sight: &Vector3,
        hit: &Hit,
    ) -> LinearRgb {
        let pixel = || {
            let slant = (-hit.normal.dot(sight)).max(0.2);
            self.view.pixel_width_at_depth(hit.depth) / slant
        };
        match &solid.material {
            Material::Table => {}
            Material::Plastic | Material::Metal => return solid.color,
            Material::Coated(finish) => {
                let (at, normal) = (solid.local_point(point), solid.local_direction(&hit.normal));
                return finish.color_at(&solid.color, &at, &normal, pixel());
            }
        }
        let pixel = pixel();
        if let Some(card) = &self.look.card
            && let Some(color) = card.color_at(point.x, point.y, pixel)
        {
            return color;
        }
        let (sin, cos) = self.turn;
        let along = cos * point.x + sin * point.y;
        let across = cos * point.y - sin * point.x;
        let look = self.look;
        look.table.color_at(along, across, pixel, look.seed)
    }

    /// Returns the share of ambient light that nearby solids leave, each approximated by its
    /// inscribed ball.
    fn openness(&self, tile: &Tile, point: &Vector3, hit: &Hit) -> f32 {
        let mut hidden = 0.0;
        for &index in &tile.near {
            let solid = &self.solids[index];
            if index == hit.solid {
                continue;
            }
            let to_center = solid.bounds.center - point;
            let facing = to_center.dot(&hit.normal);
            if facing > 0.0 {
                let squared = to_center.norm_squared();
                let share = (solid.inner_radius * solid.inner_radius / squared).min(1.0);
                hidden += facing / squared.sqrt() * share;
            }
        }
        (1.0 - 0.9 * hidden).max(0.3) as f32
    }

    fn background(&self, ray: &Vector3) -> LinearRgb {
        let height = 0.5 + 0.5 * ray.z / ray.norm();
        mix(
            &self.look.background[0],
            &self.look.background[1],
            height as f32,
        )
    }
}

/// Returns the squared distance at which a lamp has the strength of its color, square meters.
fn strength_at(light: &Light) -> f64 {
    (light.position - MIDDLE).norm_squared()
}

/// Returns points in a sunflower pattern on the disc of the lamp that faces the table.
fn lamp_points(look: &Appearance) -> [Vector3; LAMP_POINTS] {
    let towards = (MIDDLE - look.light.position).normalize();
    let across = towards
        .cross(&Vector3::x())
        .try_normalize(1e-6)
        .unwrap_or_else(Vector3::y);
    let along = towards.cross(&across);
    std::array::from_fn(|index| {
        const GOLDEN_ANGLE: f64 = 2.399_963_229_728_653;
        let radius = ((index as f64 + 0.5) / LAMP_POINTS as f64).sqrt() * look.light.radius;
        let (sin, cos) = (index as f64 * GOLDEN_ANGLE).sin_cos();
        look.light.position.coords + (across * cos + along * sin) * radius
    })
}
