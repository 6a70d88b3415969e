//! Colors and shapes.

use rand::RngExt;
use rand::seq::{IndexedRandom, SliceRandom};

/// Colors of the table's objects.
pub const COLORS: [&str; 6] = ["red", "green", "blue", "yellow", "orange", "purple"];
/// Shapes that can be picked up.
pub const MOVABLE: [&str; 3] = ["cube", "cylinder", "ball"];
/// Shapes that other objects are put in or on.
pub const CONTAINERS: [&str; 2] = ["bowl", "tray"];

/// Returns the last word of a name.
pub fn shape_of(name: &str) -> &str {
    name.rsplit(' ').next().unwrap_or(name)
}

/// Returns the first word of a name.
pub fn color_of(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}

/// Returns whether an object of this name can be picked up.
pub fn is_movable(name: &str) -> bool {
    MOVABLE.contains(&shape_of(name))
}

/// Returns the name of a random object.
pub fn any_name(rng: &mut impl RngExt, shapes: &[&str]) -> String {
    let color = COLORS.choose(rng).expect("there are colours");
    let shape = shapes.choose(rng).expect("shapes are given");
    format!("{color} {shape}")
}

/// Returns two to six different names, at least one movable and one container, in random order.
pub fn any_cast(rng: &mut impl RngExt) -> Vec<String> {
    let every = [&MOVABLE[..], &CONTAINERS[..]].concat();
    let count = rng.random_range(2..=6);
    let mut names = vec![any_name(rng, &MOVABLE), any_name(rng, &CONTAINERS)];
    while names.len() < count {
        let name = any_name(rng, &every);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.shuffle(rng);
    names
}
