//! Measures how long it takes to turn a picture with depth into objects, by the size of the picture.
//! `cargo bench --profile dev -p enact-ground --bench see`
#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

#[path = "../tests/arm/mod.rs"]
mod arm;
#[path = "../tests/table/mod.rs"]
mod table;

use std::hint::black_box;
use std::time::Instant;

use enact_ground::SceneMemory;
use enact_plan::Detection;
use table::{Table, shapes};

/// Number of times that each picture is seen.
const ROUNDS: usize = 9;

fn main() {
    let table = Table {
        bodies: vec![
            shapes::cuboid("red cube", [0.18, -0.08, 0.0], 0.4, [0.03; 3]),
            shapes::cuboid("green block", [0.24, 0.02, 0.0], 1.1, [0.05, 0.025, 0.02]),
            shapes::cylinder("yellow cylinder", [0.16, 0.06, 0.0], 0.016, 0.04),
            shapes::ball("orange ball", [0.26, -0.12, 0.0], 0.018),
            shapes::bowl("blue bowl", [0.22, 0.13, 0.0], 0.055, 0.04),
        ],
    };
    let joints = arm::GROUNDER.robot().home().clone();
    for size in [[320, 240], [640, 480], [1280, 960]] {
        let (frame, owners) = table.render_in(size, 7);
        let bodies = table.bodies.iter().enumerate();
        let detections: Vec<Detection> = bodies
            .map(|(index, body)| {
                Detection::at_point(table::middle_of(&frame, &owners, index), &body.label)
            })
            .collect();
        let mut times: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let mut scene = SceneMemory::default();
                let begin = Instant::now();
                let reports = arm::GROUNDER.add_frame_to_scene(
                    &mut scene,
                    &frame,
                    &detections,
                    Some(&joints),
                );
                let time = begin.elapsed().as_secs_f64() * 1e3;
                assert_eq!(scene.objects().len(), detections.len(), "{reports:?}");
                black_box(scene);
                time
            })
            .collect();
        times.sort_by(f64::total_cmp);
        let [width, height] = size;
        println!("{width} x {height}: {:.1} ms", times[ROUNDS / 2]);
    }
}
