//! Signed distances of simple bodies.

use enact_types::Point3;

/// A body on the table.
#[derive(Clone)]
pub struct Body {
    /// Color and shape.
    pub label: String,
    /// Center of its underside.
    pub at: [f64; 3],
    yaw: f64,
    form: Form,
}

#[derive(Clone)]
enum Form {
    Cuboid([f64; 3]),
    Cylinder { radius: f64, height: f64 },
    Ball(f64),
    Bowl { radius: f64, height: f64 },
    Tray { extent: [f64; 2], height: f64 },
    Cup { radius: f64, height: f64 },
    Rod { to: [f64; 2], radius: f64 },
    Several(Vec<Body>),
}

pub fn cuboid(label: &str, at: [f64; 3], yaw: f64, extent: [f64; 3]) -> Body {
    body(label, at, yaw, Form::Cuboid(extent))
}

pub fn cylinder(label: &str, at: [f64; 3], radius: f64, height: f64) -> Body {
    body(label, at, 0.0, Form::Cylinder { radius, height })
}

pub fn ball(label: &str, at: [f64; 3], radius: f64) -> Body {
    body(label, at, 0.0, Form::Ball(radius))
}

/// Creates a bowl that widens towards its rim.
pub fn bowl(label: &str, at: [f64; 3], radius: f64, height: f64) -> Body {
    body(label, at, 0.0, Form::Bowl { radius, height })
}

/// Creates a tray with a 4 mm wall and a 3 mm floor.
pub fn tray(label: &str, at: [f64; 3], yaw: f64, extent: [f64; 2], height: f64) -> Body {
    body(label, at, yaw, Form::Tray { extent, height })
}

/// Creates a thing of several bodies, which are placed in its frame.
pub fn several(label: &str, at: [f64; 3], yaw: f64, parts: Vec<Body>) -> Body {
    body(label, at, yaw, Form::Several(parts))
}

/// Creates an L of two bars 18 mm wide, 50 mm long and 20 mm high, its outer corner in the middle.
pub fn bracket(label: &str, at: [f64; 3], yaw: f64) -> Body {
    let bar = |at: [f64; 3], extent: [f64; 3]| cuboid(label, at, 0.0, extent);
    let parts = vec![
        bar([0.025, 0.009, 0.0], [0.05, 0.018, 0.02]),
        bar([0.009, 0.025, 0.0], [0.018, 0.05, 0.02]),
    ];
    several(label, at, yaw, parts)
}

/// Creates a rod of this radius along an arc of the given radius, which spans 100 degrees about the
/// middle.
pub fn banana(label: &str, at: [f64; 3], yaw: f64, bend: f64, radius: f64) -> Body {
    let on_arc = |step: u32| {
        let angle = (f64::from(step) * 10.0 - 50.0).to_radians();
        [bend * angle.cos(), bend * angle.sin()]
    };
    let parts = (0..10).map(|step| {
        let ([x, y], [to_x, to_y]) = (on_arc(step), on_arc(step + 1));
        let to = [to_x - x, to_y - y];
        body(label, [x, y, 0.0], 0.0, Form::Rod { to, radius })
    });
    several(label, at, yaw, parts.collect())
}

/// Creates a cup of this radius with a handle that reaches 18 mm beyond it.
pub fn mug(label: &str, at: [f64; 3], yaw: f64, radius: f64) -> Body {
    let handle = cuboid(
        label,
        [radius + 0.007, 0.0, 0.015],
        0.0,
        [0.022, 0.007, 0.025],
    );
    let cup = Form::Cup {
        radius,
        height: 0.045,
    };
    several(
        label,
        at,
        yaw,
        vec![body(label, [0.0; 3], 0.0, cup), handle],
    )
}

fn body(label: &str, at: [f64; 3], yaw: f64, form: Form) -> Body {
    Body {
        label: label.to_owned(),
        at,
        yaw,
        form,
    }
}

impl Body {
    pub fn color(&self) -> [u8; 3] {
        match self.label.split(' ').next().unwrap_or_default() {
            "red" => [214, 48, 40],
            "green" => [50, 160, 70],
            "blue" => [40, 90, 200],
            "yellow" => [235, 200, 40],
            _ => [128, 128, 128],
        }
    }

    pub fn distance(&self, point: &Point3) -> f64 {
        let (dx, dy, z) = (
            point.x - self.at[0],
            point.y - self.at[1],
            point.z - self.at[2],
        );
        let (sin, cos) = self.yaw.sin_cos();
        let (u, v) = (cos * dx + sin * dy, cos * dy - sin * dx);
        match &self.form {
            Form::Several(parts) => {
                let local = Point3::new(u, v, z);
                let parts = parts.iter().map(|part| part.distance(&local));
                parts.fold(f64::INFINITY, f64::min)
            }
            &Form::Rod { to, radius } => {
                let length = to[0].powi(2) + to[1].powi(2);
                let share = ((u * to[0] + v * to[1]) / length).clamp(0.0, 1.0);
                let flat = (u - share * to[0]).hypot(v - share * to[1]);
                flat.hypot(z - radius) - radius
            }
            &Form::Cup { radius, height } => {
                let (side, slab) = (u.hypot(v) - radius, (z - height).max(-z));
                let inside = (side + 0.004).max(0.004 - z);
                side.max(slab).max(-inside)
            }
            &Form::Cuboid(extent) => block(u, v, z, extent),
            &Form::Cylinder { radius, height } => {
                let (side, slab) = (u.hypot(v) - radius, (z - height).max(-z));
                side.max(0.0).hypot(slab.max(0.0)) + side.max(slab).min(0.0)
            }
            &Form::Ball(radius) => (u * u + v * v + (z - radius).powi(2)).sqrt() - radius,
            &Form::Bowl { radius, height } => bowl_distance(u.hypot(v), z, radius, height),
            &Form::Tray { extent, height } => {
                let inner = [extent[0] - 0.008, extent[1] - 0.008, 2.0 * height];
                block(u, v, z, [extent[0], extent[1], height]).max(-block(u, v, z - 0.003, inner))
            }
        }
    }
}

fn block(u: f64, v: f64, z: f64, extent: [f64; 3]) -> f64 {
    let d = [
        u.abs() - extent[0] / 2.0,
        v.abs() - extent[1] / 2.0,
        (z - extent[2] / 2.0).abs() - extent[2] / 2.0,
    ];
    let outside = d.map(|d| d.max(0.0));
    let inside = d.into_iter().fold(f64::NEG_INFINITY, f64::max).min(0.0);
    (outside[0].powi(2) + outside[1].powi(2) + outside[2].powi(2)).sqrt() + inside
}

/// Returns the distance to a cone frustum with two thirds of the rim's radius at the bottom, minus
/// the same frustum 5 mm further in and up.
fn bowl_distance(r: f64, z: f64, radius: f64, height: f64) -> f64 {
    let slope = radius / 3.0 / height;
    let norm = (1.0 + slope * slope).sqrt();
    let cone = |r: f64, z: f64| (r - (radius * 2.0 / 3.0 + slope * z)) / norm;
    let outer = cone(r, z).max(z - height).max(-z);
    let inner = (cone(r, z) + 0.005).max(0.005 - z);
    outer.max(-inner)
}
