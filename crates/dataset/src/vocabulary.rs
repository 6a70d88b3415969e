//! Colors and shapes, and the words for them in names.

use enact_sim::{Color, ObjectShape};
use rand::RngExt;
use rand::seq::{IndexedRandom, SliceRandom};

/// Shapes that can be picked up.
pub const MOVABLE_SHAPES: [ObjectShape; 3] =
    [ObjectShape::Cube, ObjectShape::Cylinder, ObjectShape::Ball];
/// Shapes that other objects are put in or on.
pub const CONTAINER_SHAPES: [ObjectShape; 2] = [ObjectShape::Bowl, ObjectShape::Tray];

/// Returns the word for the shape in a name: the last one.
pub fn noun_of(name: &str) -> &str {
    name.rsplit(' ').next().unwrap_or(name)
}

/// Returns the word for the color in a name: the first one.
pub fn color_of(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}

/// Returns the shape of an object of this name, if it is one of those above.
pub fn shape_of(name: &str) -> Option<ObjectShape> {
    let noun = noun_of(name);
    let mut shapes = MOVABLE_SHAPES.into_iter().chain(CONTAINER_SHAPES);
    shapes.find(|shape| shape.to_string() == noun)
}

/// Returns whether an object of this name can be picked up.
pub fn is_movable(name: &str) -> bool {
    shape_of(name).is_some_and(|shape| MOVABLE_SHAPES.contains(&shape))
}

/// Returns whether an object of this name can carry another one without being a container.
pub fn has_flat_top(name: &str) -> bool {
    shape_of(name).is_some_and(ObjectShape::is_stackable)
}

/// Returns the name of a random object.
pub fn random_object_name(rng: &mut impl RngExt, shapes: &[ObjectShape]) -> String {
    let color = Color::ALL_COLORS.choose(rng).expect("there are colors");
    let shape = shapes.choose(rng).expect("shapes are given");
    format!("{color} {shape}")
}

/// Returns two to six different names, at least one movable and one container, in random order.
pub fn random_object_names(rng: &mut impl RngExt) -> Vec<String> {
    let every = [&MOVABLE_SHAPES[..], &CONTAINER_SHAPES[..]].concat();
    let count = rng.random_range(2..=6);
    let mut names = vec![
        random_object_name(rng, &MOVABLE_SHAPES),
        random_object_name(rng, &CONTAINER_SHAPES),
    ];
    while names.len() < count {
        let name = random_object_name(rng, &every);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.shuffle(rng);
    names
}
