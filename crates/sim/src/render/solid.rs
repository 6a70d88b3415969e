//! A primitive at its pose, with its bounding sphere.

use enact_types::Vector3;
use nalgebra::Matrix3;

use super::surface::{RayEntry, Surface};
use crate::geometry::{BodyShape, Material, RenderBody};

/// A body prepared for rays in the base frame.
pub(super) struct RenderSolid {
    pub id: u16,
    pub color: [f32; 3],
    pub material: Material,
    /// Bounding sphere.
    pub bounds: Ball,
    /// Radius of an inscribed ball around the same center, meters.
    pub inner_radius: f64,
    surface: Surface,
    base_from_body: Matrix3<f64>,
    origin: Vector3,
}

/// A sphere in the base frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ball {
    pub center: Vector3,
    pub radius: f64,
}

impl RenderSolid {
    pub fn new(body: &RenderBody) -> Self {
        let (center, radius) = local_bounds(&body.shape);
        let base_from_body = *body.base_from_body.rotation.to_rotation_matrix().matrix();
        let origin = body.base_from_body.translation.vector;
        let surface = Surface::new(&body.shape);
        Self {
            id: body.id,
            color: body.color,
            material: body.material,
            bounds: Ball {
                center: base_from_body * center + origin,
                radius,
            },
            inner_radius: surface.inscribed_ball_radius(&center),
            surface,
            base_from_body,
            origin,
        }
    }

    /// Returns a point of the base frame in the body's.
    pub fn local_point(&self, point: &Vector3) -> Vector3 {
        self.base_from_body.tr_mul(&(point - self.origin))
    }

    /// Returns a direction of the base frame in the body's.
    pub fn local_direction(&self, direction: &Vector3) -> Vector3 {
        self.base_from_body.tr_mul(direction)
    }

    /// Returns the normal that light falls on, base frame: that of the surface, except where a
    /// finish bends it.
    pub fn shading_normal(&self, point: &Vector3, normal: &Vector3) -> Vector3 {
        let Material::Coated(finish) = &self.material else {
            return *normal;
        };
        let half = match &self.surface {
            Surface::Box { half } => Some(half),
            _ => None,
        };
        let bent = finish.bent_normal(
            &self.local_point(point),
            &self.local_direction(normal),
            half,
        );
        self.base_from_body * bent
    }

    /// Returns where the ray enters the solid; the normal is in the base frame. Rays that miss its
    /// bounds are better sorted out before.
    pub fn ray_entry(&self, origin: &Vector3, direction: &Vector3) -> Option<RayEntry> {
        let local_origin = self.base_from_body.tr_mul(&(origin - self.origin));
        let local_direction = self.base_from_body.tr_mul(direction);
        let entry = self.surface.ray_entry(&local_origin, &local_direction)?;
        Some(RayEntry {
            normal: self.base_from_body * entry.normal,
            ..entry
        })
    }
}

impl Ball {
    /// Returns whether the ray, whose direction has this squared length, meets the ball or starts in
    /// it.
    #[inline]
    pub fn meets_ray(&self, origin: &Vector3, direction: &Vector3, squared: f64) -> bool {
        let to_center = self.center - origin;
        let along = to_center.dot(direction);
        let outside = to_center.norm_squared() - self.radius * self.radius;
        outside <= 0.0 || (along > 0.0 && along * along >= outside * squared)
    }

    /// Returns the ball around the bounding box of some points; `None` without points.
    pub fn bounding_ball_of_points(points: impl Iterator<Item = Vector3>) -> Option<Self> {
        let (low, high) = points.fold(None, |bounds: Option<(Vector3, Vector3)>, point| {
            let (low, high) = bounds.unwrap_or((point, point));
            Some((low.inf(&point), high.sup(&point)))
        })?;
        Some(Self {
            center: (low + high) / 2.0,
            radius: (high - low).norm() / 2.0,
        })
    }
}

/// Returns the center and radius of a bounding sphere in the body's frame.
fn local_bounds(shape: &BodyShape) -> (Vector3, f64) {
    match shape {
        BodyShape::Shape(shape) => (Vector3::zeros(), shape.bounding_radius()),
        BodyShape::Convex(points) => {
            Ball::bounding_ball_of_points(points.iter().map(|point| point.coords))
                .map_or((Vector3::zeros(), 0.0), |ball| (ball.center, ball.radius))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_robot::Shape;
    use enact_types::{Point3, Pose};

    #[test]
    fn a_moved_and_turned_box_is_met_where_it_is() {
        let solid = RenderSolid::new(&RenderBody {
            id: 10,
            shape: Shape::Box {
                half: [0.03, 0.01, 0.01],
            }
            .into(),
            base_from_body: Pose::new(
                Vector3::new(0.2, 0.1, 0.0),
                Vector3::z() * std::f64::consts::FRAC_PI_2,
            ),
            color: [1.0; 3],
            material: Material::Plastic,
        });
        let entry = solid
            .ray_entry(&Vector3::new(0.2, -0.5, 0.0), &Vector3::y())
            .unwrap();
        assert!((entry.distance - 0.57).abs() < 1e-12);
        assert!((entry.normal + Vector3::y()).norm() < 1e-12);
        assert!(
            solid
                .ray_entry(&Vector3::new(0.22, -0.5, 0.0), &Vector3::y())
                .is_none()
        );
    }

    #[test]
    fn the_bounds_of_a_hull_need_not_be_at_its_origin() {
        let points: Vec<Point3> = [0.04, 0.06]
            .into_iter()
            .flat_map(|x| [Point3::new(x, 0.0, 0.0), Point3::new(x, 0.01, 0.0)])
            .collect();
        let (center, radius) = local_bounds(&BodyShape::Convex(points));
        assert!((center - Vector3::new(0.05, 0.005, 0.0)).norm() < 1e-12);
        assert!((radius - 0.01f64.hypot(0.005)).abs() < 1e-12);
    }
}
