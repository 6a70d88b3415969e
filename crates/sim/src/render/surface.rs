//! Entry of a ray into a primitive.

use enact_robot::Shape;
use enact_types::Vector3;

use super::hull::{ClipPlane, half_spaces, sides};
use crate::geometry::BodyShape;

/// Smallest distance from the start of a ray that counts as a hit.
const NEAREST: f64 = 1e-6;

/// A primitive in its own frame, prepared for rays.
pub(super) enum Surface {
    Box { half: Vector3 },
    Cylinder { radius: f64, half_length: f64 },
    Capsule { radius: f64, half_length: f64 },
    Sphere { radius: f64 },
    Hull { faces: Vec<ClipPlane> },
}

/// The point where a ray enters a surface.
#[derive(Clone, Copy, Debug)]
pub(super) struct RayEntry {
    /// Distance as a multiple of the ray's direction.
    pub distance: f64,
    /// Unit normal, pointing outwards.
    pub normal: Vector3,
}

impl Surface {
    pub fn new(shape: &BodyShape) -> Self {
        match shape {
            BodyShape::Shape(Shape::Box { half }) => Self::Box {
                half: Vector3::from(*half),
            },
            BodyShape::Shape(Shape::Cylinder {
                radius,
                half_length,
            }) => Self::Cylinder {
                radius: *radius,
                half_length: *half_length,
            },
            BodyShape::Shape(Shape::Capsule {
                radius,
                half_length,
            }) => Self::Capsule {
                radius: *radius,
                half_length: *half_length,
            },
            BodyShape::Shape(Shape::Sphere { radius }) => Self::Sphere { radius: *radius },
            BodyShape::Convex(points) => Self::Hull {
                faces: half_spaces(points),
            },
            BodyShape::Shape(Shape::Hull(hull)) => Self::Hull { faces: sides(hull) },
        }
    }

    /// Returns the first entry of the ray; `None` for a ray that starts inside.
    #[inline]
    pub fn ray_entry(&self, origin: &Vector3, direction: &Vector3) -> Option<RayEntry> {
        let entry = match self {
            Self::Box { half } => enter_box(half, origin, direction),
            Self::Cylinder {
                radius,
                half_length,
            } => earlier(
                enter_mantle(*radius, *half_length, origin, direction),
                enter_cap(*radius, *half_length, origin, direction),
            ),
            Self::Capsule {
                radius,
                half_length,
            } => enter_capsule(*radius, *half_length, origin, direction),
            Self::Sphere { radius } => enter_sphere(*radius, origin, direction),
            Self::Hull { faces } => enter_hull(faces, origin, direction),
        };
        entry.filter(|entry| entry.distance > NEAREST)
    }

    /// Returns the smallest distance from `center` to the surface: the radius of an inscribed ball.
    pub fn inscribed_ball_radius(&self, center: &Vector3) -> f64 {
        match self {
            Self::Box { half } => half.min(),
            Self::Cylinder {
                radius,
                half_length,
            } => radius.min(*half_length),
            Self::Capsule { radius, .. } | Self::Sphere { radius } => *radius,
            Self::Hull { faces } => faces
                .iter()
                .map(|face| face.offset - face.normal.dot(center))
                .fold(f64::INFINITY, f64::min)
                .clamp(0.0, 1.0),
        }
    }
}

fn earlier(a: Option<RayEntry>, b: Option<RayEntry>) -> Option<RayEntry> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if a.distance <= b.distance { a } else { b }),
        (a, b) => a.or(b),
    }
}

/// Enters a box by the slab method; the entered face gives the normal.
fn enter_box(half: &Vector3, origin: &Vector3, direction: &Vector3) -> Option<RayEntry> {
    let (mut last_in, mut first_out) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut axis = 0;
    for i in 0..3 {
        if direction[i] == 0.0 {
            if origin[i].abs() > half[i] {
                return None;
            }
            continue;
        }
        let inverse = 1.0 / direction[i];
        let middle = -origin[i] * inverse;
        let reach = half[i] * inverse.abs();
        if middle - reach > last_in {
            last_in = middle - reach;
            axis = i;
        }
        first_out = first_out.min(middle + reach);
    }
    if last_in > first_out {
        return None;
    }
    let mut normal = Vector3::zeros();
    normal[axis] = -direction[axis].signum();
    Some(RayEntry {
        distance: last_in,
        normal,
    })
}

fn enter_sphere(radius: f64, origin: &Vector3, direction: &Vector3) -> Option<RayEntry> {
    let a = direction.norm_squared();
    let closest = -origin.dot(direction) / a;
    let beside = origin + direction * closest;
    let depth = radius * radius - beside.norm_squared();
    if depth < 0.0 {
        return None;
    }
    let distance = closest - (depth / a).sqrt();
    Some(RayEntry {
        distance,
        normal: (origin + direction * distance) / radius,
    })
}

/// Enters the round side of a cylinder along `z`.
fn enter_mantle(
    radius: f64,
    half_length: f64,
    origin: &Vector3,
    direction: &Vector3,
) -> Option<RayEntry> {
    let across = direction.xy();
    let a = across.norm_squared();
    if a == 0.0 {
        return None;
    }
    let closest = -origin.xy().dot(&across) / a;
    let depth = radius * radius - (origin.xy() + across * closest).norm_squared();
    if depth < 0.0 {
        return None;
    }
    let distance = closest - (depth / a).sqrt();
    let point = origin + direction * distance;
    (point.z.abs() <= half_length).then(|| RayEntry {
        distance,
        normal: Vector3::new(point.x, point.y, 0.0) / radius,
    })
}

/// Enters the flat end of a cylinder that faces the ray.
fn enter_cap(
    radius: f64,
    half_length: f64,
    origin: &Vector3,
    direction: &Vector3,
) -> Option<RayEntry> {
    if direction.z == 0.0 {
        return None;
    }
    let side = -direction.z.signum();
    let distance = (side * half_length - origin.z) / direction.z;
    let point = origin + direction * distance;
    (point.xy().norm_squared() <= radius * radius).then(|| RayEntry {
        distance,
        normal: Vector3::z() * side,
    })
}

/// Enters a capsule, a union, where the ray enters its first part.
fn enter_capsule(
    radius: f64,
    half_length: f64,
    origin: &Vector3,
    direction: &Vector3,
) -> Option<RayEntry> {
    let offset = Vector3::z() * half_length;
    let ends = earlier(
        enter_sphere(radius, &(origin - offset), direction),
        enter_sphere(radius, &(origin + offset), direction),
    );
    earlier(enter_mantle(radius, half_length, origin, direction), ends)
}

/// Enters a convex set at the last of the half-spaces that the ray enters.
fn enter_hull(faces: &[ClipPlane], origin: &Vector3, direction: &Vector3) -> Option<RayEntry> {
    let (mut last_in, mut first_out) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut normal = Vector3::zeros();
    for face in faces {
        let height = face.offset - face.normal.dot(origin);
        let speed = face.normal.dot(direction);
        if speed < 0.0 {
            let distance = height / speed;
            if distance > last_in {
                last_in = distance;
                normal = face.normal;
            }
        } else if speed > 0.0 {
            first_out = first_out.min(height / speed);
        } else if height < 0.0 {
            return None;
        }
        if last_in > first_out {
            return None;
        }
    }
    last_in.is_finite().then_some(RayEntry {
        distance: last_in,
        normal,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_types::Point3;
    use proptest::prelude::*;

    fn ray() -> impl Strategy<Value = (Vector3, Vector3)> {
        let component = -1.0..1.0f64;
        let near = -0.03..0.03f64;
        (
            [component.clone(), component.clone(), component],
            [near.clone(), near.clone(), near],
        )
            .prop_map(|(from, at)| {
                let origin = Vector3::from(from).normalize() * 0.7;
                (origin, Vector3::from(at) - origin)
            })
    }

    /// Returns the signed distance to the tests' cylinder, negative inside.
    fn cylinder_distance(point: &Vector3, radius: f64, half_length: f64) -> f64 {
        let side = point.xy().norm() - radius;
        let end = point.z.abs() - half_length;
        if side > 0.0 && end > 0.0 {
            side.hypot(end)
        } else {
            side.max(end)
        }
    }

    proptest! {
        #[test]
        fn a_cylinder_is_entered_on_its_surface_with_its_normal((origin, direction) in ray()) {
            let (radius, half_length) = (0.015, 0.02);
            let surface = Surface::new(&Shape::Cylinder { radius, half_length }.into());
            let nearest = (0..4000)
                .map(|i| cylinder_distance(&(origin + direction * f64::from(i) * 5e-4), radius, half_length))
                .fold(f64::INFINITY, f64::min);
            match surface.ray_entry(&origin, &direction) {
                Some(entry) => {
                    let point = origin + direction * entry.distance;
                    prop_assert!(cylinder_distance(&point, radius, half_length).abs() < 1e-12);
                    let outside = point + entry.normal * 1e-4;
                    prop_assert!((cylinder_distance(&outside, radius, half_length) - 1e-4).abs() < 1e-9);
                    prop_assert!(entry.normal.dot(&direction) < 0.0);
                }
                None => prop_assert!(nearest > -1e-9, "missed by {nearest}"),
            }
        }

        #[test]
        fn a_hull_of_the_corners_is_the_box((origin, direction) in ray()) {
            let half = [0.01, 0.015, 0.02];
            let corners = (0..8)
                .map(|bits| Point3::from(Vector3::from_fn(|i, _| if bits >> i & 1 == 1 { half[i] } else { -half[i] })))
                .collect();
            let exact = Surface::new(&Shape::Box { half }.into()).ray_entry(&origin, &direction);
            let hull = Surface::new(&BodyShape::Convex(corners)).ray_entry(&origin, &direction);
            prop_assert_eq!(exact.is_some(), hull.is_some());
            if let (Some(exact), Some(hull)) = (exact, hull) {
                prop_assert!((exact.distance - hull.distance).abs() < 1e-9);
                prop_assert!((exact.normal - hull.normal).norm() < 1e-9);
            }
        }

        #[test]
        fn a_capsule_is_entered_one_radius_from_its_axis((origin, direction) in ray()) {
            let (radius, half_length) = (0.012, 0.02);
            let surface = Surface::new(&Shape::Capsule { radius, half_length }.into());
            if let Some(entry) = surface.ray_entry(&origin, &direction) {
                let point = origin + direction * entry.distance;
                let on_axis = Vector3::z() * point.z.clamp(-half_length, half_length);
                prop_assert!(((point - on_axis).norm() - radius).abs() < 1e-12);
                prop_assert!((entry.normal - (point - on_axis) / radius).norm() < 1e-9);
            }
        }
    }

    #[test]
    fn a_sphere_is_entered_where_the_closed_form_says() {
        let surface = Surface::new(&Shape::Sphere { radius: 0.02 }.into());
        let entry = surface
            .ray_entry(&Vector3::new(0.012, 0.0, -0.5), &(Vector3::z() * 2.0))
            .unwrap();
        assert!((entry.distance - (0.5 - 0.016) / 2.0).abs() < 1e-12);
        assert!((entry.normal - Vector3::new(0.6, 0.0, -0.8)).norm() < 1e-12);
    }

    #[test]
    fn a_ray_that_starts_inside_or_behind_meets_nothing() {
        let surface = Surface::new(&Shape::Box { half: [0.1; 3] }.into());
        assert!(
            surface
                .ray_entry(&Vector3::zeros(), &Vector3::x())
                .is_none()
        );
        assert!(
            surface
                .ray_entry(&(Vector3::x() * 0.5), &Vector3::x())
                .is_none()
        );
    }
}
