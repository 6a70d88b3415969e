//! What viewers draw in space besides the arm: `foxglove.SceneUpdate`.

use enact_plan::ObjectView;
use enact_robot::{LinkShape, Robot, Shape};
use enact_types::{Pose, Stamp, Vector3};
use serde_json::{Value, json};

use crate::collision_world::RecordedObstacle;
use crate::foxglove::{Time, pose, vector};

/// Red, green, blue and opacity, each 0 to 1.
type Color = [f64; 4];

/// Color of objects within reach.
const REACHABLE: Color = [0.31, 0.86, 0.47, 0.5];
/// Color of objects out of reach.
const OUT_OF_REACH: Color = [0.92, 0.31, 0.27, 0.5];
/// Color of fixed bodies.
const FIXTURE: Color = [0.55, 0.57, 0.60, 0.8];
/// Color of keep-out places.
const FORBIDDEN: Color = [0.92, 0.31, 0.27, 0.25];
/// Color of the tool's path.
const WAY: Color = [1.0, 0.8, 0.2, 1.0];
/// Color of a previewed path.
const GHOST: Color = [0.4, 0.7, 1.0, 0.6];
/// Color of text.
const INK: Color = [1.0, 1.0, 1.0, 1.0];

/// Thickness of a path, meters.
const THICKNESS: f64 = 0.003;
/// Height of text, meters.
const LETTERS: f64 = 0.015;

/// Entities of a scene, which stay until they are drawn again or deleted.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    /// Frame of all entities.
    base: String,
    /// Names of the drawn objects.
    objects: Vec<String>,
}

impl Scene {
    /// Creates a scene in the frame `base`.
    pub fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            objects: Vec::new(),
        }
    }

    /// Draws fixed bodies and keep-out places.
    pub fn draw_bodies(&self, at: Stamp, bodies: &[RecordedObstacle]) -> Value {
        let entities = bodies.iter().map(|body| {
            let color = if body.keep_out { FORBIDDEN } else { FIXTURE };
            let mut entity = self.entity(at, &format!("body {}", body.name));
            for (shape, base_from_shape) in &body.shapes {
                draw(&mut entity, shape, base_from_shape, color);
            }
            entity
        });
        update(entities.collect(), Vec::new())
    }

    /// Draws the convex decompositions of the meshes of `robot`'s links: a viewer of a recording
    /// does not have the files that a URDF names. `None` if it names none.
    pub fn draw_meshes(&self, at: Stamp, robot: &Robot) -> Option<Value> {
        let is_mesh = |part: &&LinkShape| matches!(part.shape, Shape::Hull(_));
        let links = robot.links().iter().filter_map(|link| {
            link.shapes.iter().find(is_mesh)?;
            let mut entity = self.entity(at, &format!("link {}", link.name));
            entity["frame_id"] = json!(link.name);
            for part in link.shapes.iter().filter(is_mesh) {
                let [red, green, blue] = part.color.map(f64::from);
                let color = [red, green, blue, 1.0];
                draw(&mut entity, &part.shape, &part.link_from_shape, color);
            }
            Some(entity)
        });
        let links: Vec<Value> = links.collect();
        (!links.is_empty()).then(|| update(links, Vec::new()))
    }

    /// Draws balls of the size of the objects with their names, and deletes those of objects that
    /// are gone.
    pub fn draw_objects(&mut self, at: Stamp, objects: &[ObjectView]) -> Value {
        let names: Vec<String> = objects.iter().map(|object| object.name.clone()).collect();
        let gone = self.objects.iter().filter(|name| !names.contains(name));
        let deletions = gone.map(|name| deletion(at, &entity_of(name))).collect();
        let entities = objects.iter().map(|object| {
            let color = if object.reachable {
                REACHABLE
            } else {
                OUT_OF_REACH
            };
            let center = shifted(&object.position.coords);
            let radius = object.size / 2.0;
            let mut entity = self.entity(at, &entity_of(&object.name));
            draw(&mut entity, &Shape::Sphere { radius }, &center, color);
            let above = Vector3::new(0.0, 0.0, radius + LETTERS);
            entity["texts"] = json!([{
                "pose": pose(&shifted(&(object.position.coords + above))),
                "billboard": true,
                "font_size": LETTERS,
                "scale_invariant": false,
                "color": color_of(INK),
                "text": object.name,
            }]);
            entity
        });
        let update = update(entities.collect(), deletions);
        self.objects = names;
        update
    }

    /// Draws the path of a motion that starts.
    pub fn draw_tool_path(&self, at: Stamp, tool_path: impl Iterator<Item = Pose>) -> Value {
        update(vec![self.line(at, "way", tool_path, WAY)], Vec::new())
    }

    /// Draws the path of previewed motions.
    pub fn draw_previewed_path(&self, at: Stamp, tool_path: impl Iterator<Item = Pose>) -> Value {
        update(vec![self.line(at, "ghost", tool_path, GHOST)], Vec::new())
    }

    /// Deletes the previewed path.
    pub fn delete_previewed_path(&self, at: Stamp) -> Value {
        update(Vec::new(), vec![deletion(at, "ghost")])
    }

    fn line(
        &self,
        at: Stamp,
        id: &str,
        tool_path: impl Iterator<Item = Pose>,
        color: Color,
    ) -> Value {
        let points: Vec<Value> = tool_path
            .map(|pose| vector(&pose.translation.vector))
            .collect();
        let mut entity = self.entity(at, id);
        entity["lines"] = json!([{
            // A line strip.
            "type": 0,
            "pose": pose(&Pose::identity()),
            "thickness": THICKNESS,
            "scale_invariant": false,
            "points": points,
            "color": color_of(color),
            "colors": [],
            "indices": [],
        }]);
        entity
    }

    fn entity(&self, at: Stamp, id: &str) -> Value {
        json!({
            "timestamp": Time::from(at),
            "frame_id": self.base,
            "id": id,
            // Unlimited.
            "lifetime": {"sec": 0, "nsec": 0},
            "frame_locked": true,
            "metadata": [],
            "arrows": [],
            "cubes": [],
            "spheres": [],
            "cylinders": [],
            "lines": [],
            "triangles": [],
            "texts": [],
            "models": [],
        })
    }
}

fn entity_of(object: &str) -> String {
    format!("object {object}")
}

fn update(entities: Vec<Value>, deletions: Vec<Value>) -> Value {
    json!({"deletions": deletions, "entities": entities})
}

fn deletion(at: Stamp, id: &str) -> Value {
    // Matches entities of this id.
    json!({"timestamp": Time::from(at), "type": 0, "id": id})
}

/// Adds a shape to an entity.
fn draw(entity: &mut Value, shape: &Shape, place: &Pose, color: Color) {
    let mut add = |kind: &str, place: &Pose, size: [f64; 3]| {
        let mut primitive = json!({
            "pose": pose(place),
            "size": vector(&Vector3::from(size)),
            "color": color_of(color),
        });
        if kind == "cylinders" {
            primitive["bottom_scale"] = json!(1.0);
            primitive["top_scale"] = json!(1.0);
        }
        if let Some(primitives) = entity[kind].as_array_mut() {
            primitives.push(primitive);
        }
    };
    match *shape {
        Shape::Box { half } => add("cubes", place, half.map(|extent| 2.0 * extent)),
        Shape::Sphere { radius } => add("spheres", place, [2.0 * radius; 3]),
        Shape::Cylinder {
            radius,
            half_length,
        } => add(
            "cylinders",
            place,
            [2.0 * radius, 2.0 * radius, 2.0 * half_length],
        ),
        Shape::Capsule {
            radius,
            half_length,
        } => {
            let across = 2.0 * radius;
            add("cylinders", place, [across, across, 2.0 * half_length]);
            for end in [-half_length, half_length] {
                let ball = place * shifted(&Vector3::new(0.0, 0.0, end));
                add("spheres", &ball, [across; 3]);
            }
        }
        Shape::Hull(ref hull) => {
            let points = hull.corners().iter().map(|corner| vector(&corner.coords));
            let triangles = json!({
                "pose": pose(place),
                "points": points.collect::<Vec<_>>(),
                "color": color_of(color),
                "colors": [],
                "indices": hull.faces().concat(),
            });
            if let Some(all) = entity["triangles"].as_array_mut() {
                all.push(triangles);
            }
        }
    }
}

fn shifted(by: &Vector3) -> Pose {
    Pose::translation(by.x, by.y, by.z)
}

fn color_of([red, green, blue, opacity]: Color) -> Value {
    json!({"r": red, "g": green, "b": blue, "a": opacity})
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_robot::Hull;
    use enact_types::Point3;

    #[test]
    fn every_shape_is_drawn_with_its_size() {
        let scene = Scene::new("base");
        let corners = [[0.0; 3], [0.1, 0.0, 0.0], [0.0, 0.1, 0.0], [0.0, 0.0, 0.1]];
        let shapes = [
            Shape::Box {
                half: [0.1, 0.2, 0.3],
            },
            Shape::Sphere { radius: 0.1 },
            Shape::Cylinder {
                radius: 0.1,
                half_length: 0.3,
            },
            Shape::Capsule {
                radius: 0.1,
                half_length: 0.3,
            },
            Shape::Hull(Hull::new(&corners.map(Point3::from), 0.0)),
        ];
        let body = RecordedObstacle {
            name: "rail".to_owned(),
            shapes: shapes.map(|shape| (shape, Pose::identity())).to_vec(),
            keep_out: false,
        };
        let update = scene.draw_bodies(Stamp::ZERO, &[body]);
        let entity = &update["entities"][0];
        assert_eq!(entity["id"], "body rail");
        assert_eq!(entity["cubes"][0]["size"]["z"], 0.6);
        let count = |kind: &str| entity[kind].as_array().unwrap().len();
        assert_eq!((count("spheres"), count("cylinders")), (3, 2));
        let hull = &entity["triangles"][0];
        let length = |of: &str| hull[of].as_array().unwrap().len();
        assert_eq!((length("points"), length("indices")), (4, 12));
        assert_eq!(entity["spheres"][2]["pose"]["position"]["z"], 0.3);
    }

    #[test]
    fn what_is_no_more_is_deleted() {
        let mut scene = Scene::new("base");
        let object = |name: &str| -> ObjectView {
            serde_json::from_value(json!({
                "name": name, "point": [1, 2], "position": [0.2, 0.0, 0.015], "size": 0.03,
                "reachable": true, "rests": null, "affords": [], "receives": [],
            }))
            .unwrap()
        };
        scene.draw_objects(Stamp::ZERO, &[object("cube"), object("bowl")]);
        let update = scene.draw_objects(Stamp::ZERO, &[object("bowl")]);
        let deleted = update["deletions"].as_array().unwrap();
        assert_eq!(deleted.len(), 1);
        assert_eq!(deleted[0]["id"], "object cube");
        assert_eq!(update["entities"][0]["texts"][0]["text"], "bowl");
    }
}
