//! Training examples are pinned byte for byte: a seed produces the data that the shipped model was
//! trained on.
//!
//! After an intended change, `UPDATE_PINS=1 cargo test` rewrites the pins.

use std::fmt::Write;
use std::path::Path;

use enact_dataset::wording::WordingSplit;
use enact_dataset::{frames, plans, wild};
use enact_robot::Robot;
use enact_sim::Scene;

/// Number of plans per seed: enough for nearly every kind of request.
const PLANS: u64 = 40;
const FRAMES: u64 = 4;

/// Compares lines with a pin, or writes the pin.
fn pin(name: &str, lines: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/pins")
        .join(name);
    if std::env::var_os("UPDATE_PINS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, lines).unwrap();
    }
    let pinned = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    for (index, (made, pinned)) in lines.lines().zip(pinned.lines()).enumerate() {
        assert_eq!(made, pinned, "{name}, example {index}");
    }
    assert_eq!(lines, pinned, "{name}");
}

#[test]
fn a_seed_makes_the_same_plans_as_ever() {
    for seed in [1, 7, 2026] {
        let mut lines = String::new();
        for index in 0..PLANS {
            let made = plans::generate_plan_example(seed, index, WordingSplit::Training);
            writeln!(lines, "{}", serde_json::to_string(&made).unwrap()).unwrap();
        }
        pin(&format!("plans_{seed}.jsonl"), &lines);
    }
}

#[test]
fn a_seed_makes_the_same_lists_of_objects_as_ever() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let scene = Scene::load(&root.join("scenes/mixed.toml")).unwrap();
    let robot = Robot::load(&root.join("robots/so101")).unwrap();
    let mut lines = String::new();
    for index in 0..FRAMES {
        let made = frames::generate_frame_example(&scene, &robot, 5, index);
        writeln!(lines, "{}", made.target_completion()).unwrap();
    }
    pin("frames_5.jsonl", &lines);
}

#[test]
fn a_seed_makes_the_same_wild_lists_as_ever() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let robot = Robot::load(&root.join("robots/so101")).unwrap();
    let mut lines = String::new();
    for index in 0..FRAMES {
        let made = wild::generate_wild_frame_example(&robot, [336, 336], 5, index);
        writeln!(lines, "{}", made.target_completion()).unwrap();
    }
    pin("wild_5.jsonl", &lines);
}
