//! Draws a layout from a seed.

use std::f64::consts::{PI, TAU};

use enact_types::{Point3, Pose, Vector3};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::file::{BoxEntry, PlacementArea, SceneFile};
use crate::layout::{CameraPlace, Fixture, Layout, PlacedObject, TableExtent};
use crate::object::{Color, ObjectShape};

/// Number of places tried for one object.
const PLACES: usize = 200;
/// Number of arrangements tried before objects that do not fit are left out.
const ARRANGEMENTS: usize = 100;

/// An object without a place yet.
struct UnplacedObject {
    item: PlacedObject,
    at: Option<[f64; 2]>,
    yaw: Option<f64>,
}

/// Draws a layout of this scene.
pub fn sample_layout(file: &SceneFile, rng: &mut ChaCha8Rng) -> Layout {
    let mut best: Vec<PlacedObject> = Vec::new();
    for _ in 0..ARRANGEMENTS {
        let drafts = drafts(file, rng);
        let wanted = drafts.len();
        let placed = arrange(&file.area, drafts, rng);
        let complete = placed.len() == wanted;
        if complete || placed.len() > best.len() {
            best = placed;
        }
        if complete {
            break;
        }
    }
    Layout {
        table: TableExtent {
            center: file.table.center,
            size: file.table.size,
        },
        camera: CameraPlace {
            eye: Point3::from(file.camera.eye),
            target: Point3::from(file.camera.target),
            vertical_fov: file.camera.vertical_fov_deg.to_radians(),
            width: file.camera.width,
            height: file.camera.height,
            depth: file.camera.depth,
            distortion: file.camera.distortion,
        },
        objects: best,
        fixtures: fixtures(file),
        workspace: file
            .workspace
            .map(|workspace| [workspace.min, workspace.max]),
    }
}

fn fixtures(file: &SceneFile) -> Vec<Fixture> {
    let made = |entry: &BoxEntry, is_body: bool| Fixture {
        name: entry.name.clone(),
        half: entry.size.map(|extent| extent / 2.0),
        base_from_fixture: Pose::new(
            Vector3::from(entry.center),
            Vector3::z() * entry.yaw_deg.to_radians(),
        ),
        is_body,
    };
    let bodies = file.fixtures.iter().map(|entry| made(entry, true));
    let places = file.keep_out.iter().map(|entry| made(entry, false));
    bodies.chain(places).collect()
}

/// Returns whether every required object finds a place with this seed.
pub fn required_objects_fit(file: &SceneFile, seed: u64) -> bool {
    let fewest = file.random.as_ref().map_or(0, |random| random.count[0]);
    let layout = sample_layout(file, &mut ChaCha8Rng::seed_from_u64(seed));
    layout.objects.len() >= file.objects.len() + fewest
}

/// Returns the objects: those of the file first, then random ones, each with a unique name.
fn drafts(file: &SceneFile, rng: &mut ChaCha8Rng) -> Vec<UnplacedObject> {
    let mut drafts: Vec<UnplacedObject> = Vec::new();
    for entry in &file.objects {
        let shapes = entry.shape.possible_values(&ObjectShape::DEFAULT_SHAPES);
        let colors = entry.color.possible_values(&Color::ALL_COLORS);
        if let Some(mut item) = kind(&drafts, &shapes, &colors, rng) {
            item.size = entry.size.unwrap_or(item.size);
            if let Some(name) = &entry.name {
                item.name.clone_from(name);
            }
            drafts.push(UnplacedObject {
                item,
                at: entry.at,
                yaw: entry.yaw_deg.map(f64::to_radians),
            });
        }
    }
    if let Some(random) = &file.random {
        let shapes = random.shapes.possible_values(&ObjectShape::DEFAULT_SHAPES);
        let colors = random.colors.possible_values(&Color::ALL_COLORS);
        for _ in 0..rng.random_range(random.count[0]..=random.count[1]) {
            if let Some(item) = kind(&drafts, &shapes, &colors, rng) {
                drafts.push(UnplacedObject {
                    item,
                    at: None,
                    yaw: None,
                });
            }
        }
    }
    drafts
}

/// Draws an object of random size whose color and shape no other has; it has no place yet.
fn kind(
    drafts: &[UnplacedObject],
    shapes: &[ObjectShape],
    colors: &[Color],
    rng: &mut ChaCha8Rng,
) -> Option<PlacedObject> {
    let taken = |shape, color| {
        let same = |draft: &UnplacedObject| draft.item.shape == shape && draft.item.color == color;
        drafts.iter().any(same)
    };
    // The shape is drawn first, so that every shape is equally likely however many colors are free.
    let free_colors = |shape: ObjectShape| -> Vec<Color> {
        let free = |color: &&Color| !taken(shape, **color);
        colors.iter().filter(free).copied().collect()
    };
    let free: Vec<ObjectShape> = shapes
        .iter()
        .filter(|shape| !free_colors(**shape).is_empty())
        .copied()
        .collect();
    let shape = *free.choose(rng)?;
    let color = *free_colors(shape).choose(rng)?;
    Some(PlacedObject::create_on_table(
        shape,
        color,
        size(shape, rng),
        [0.0; 2],
        0.0,
    ))
}

fn size(shape: ObjectShape, rng: &mut ChaCha8Rng) -> [f64; 3] {
    let [x, y, z] = shape
        .size_range()
        .map(|(low, high)| rng.random_range(low..=high));
    match shape {
        ObjectShape::Cube | ObjectShape::Ball => [x; 3],
        ObjectShape::Cylinder | ObjectShape::Bowl | ObjectShape::Plate | ObjectShape::Bottle => {
            [x, x, z]
        }
        ObjectShape::Screwdriver => [x, y, y],
        _ => [x, y, z],
    }
}

/// Puts fixed objects where they belong and the others, large ones first, where there is room.
fn arrange(
    area: &PlacementArea,
    mut drafts: Vec<UnplacedObject>,
    rng: &mut ChaCha8Rng,
) -> Vec<PlacedObject> {
    let radius = |draft: &UnplacedObject| draft.item.shape.footprint_radius(draft.item.size);
    drafts.sort_by(|a, b| {
        let by_place = b.at.is_some().cmp(&a.at.is_some());
        by_place.then(radius(b).total_cmp(&radius(a)))
    });
    let mut placed: Vec<PlacedObject> = Vec::new();
    for draft in &drafts {
        let yaw = draft.yaw.unwrap_or_else(|| rng.random_range(-PI..PI));
        let put = |at| PlacedObject {
            name: draft.item.name.clone(),
            ..PlacedObject::create_on_table(
                draft.item.shape,
                draft.item.color,
                draft.item.size,
                at,
                yaw,
            )
        };
        let item = match draft.at {
            Some(at) => Some(put(at)),
            None => (0..PLACES).map(|_| put(place(area, rng))).find(|item| {
                placed
                    .iter()
                    .all(|other| clearance(item, other) >= area.gap)
            }),
        };
        placed.extend(item);
    }
    placed
}

/// Draws a uniformly distributed point of the area.
fn place(area: &PlacementArea, rng: &mut ChaCha8Rng) -> [f64; 2] {
    let [inner, outer] = area.radius.map(|radius| radius * radius);
    let radius = rng.random_range(inner..=outer).sqrt();
    let [from, to] = area.angle_deg.map(f64::to_radians);
    let angle = rng.random_range(from..=to) % TAU;
    [
        area.center[0] + radius * angle.cos(),
        area.center[1] + radius * angle.sin(),
    ]
}

/// Returns the distance between the outlines of two objects, meters.
fn clearance(a: &PlacedObject, b: &PlacedObject) -> f64 {
    let apart = a.base_from_object.translation.vector - b.base_from_object.translation.vector;
    apart.xy().norm() - a.shape.footprint_radius(a.size) - b.shape.footprint_radius(b.size)
}
