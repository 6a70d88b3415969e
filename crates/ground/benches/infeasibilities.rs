//! Measures how long it takes to find out what is impossible with each of many objects.
//! `cargo bench --profile dev -p enact-ground --bench infeasibilities`
#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

#[path = "../tests/arm/mod.rs"]
mod arm;

use std::hint::black_box;
use std::time::Instant;

use enact_ground::SceneMemory;

/// Number of times that each scene is judged.
const ROUNDS: usize = 15;
/// Edge of the cubes, meters.
const EDGE: f64 = 0.024;

fn main() {
    for count in [5, 10, 20, 30] {
        let scene = rings(count);
        let views = median(|| drop(black_box(arm::GROUNDER.object_views(&scene))));
        let infeasibilities = median(|| drop(black_box(arm::GROUNDER.infeasibilities(&scene))));
        let found = arm::GROUNDER.infeasibilities(&scene).len();
        println!(
            "{count} objects: views {views:.2} ms, infeasibilities {infeasibilities:.2} ms ({found} found)"
        );
    }
}

/// Returns cubes in rings of eight around the robot, the outermost of them hardly within reach.
fn rings(count: u32) -> SceneMemory {
    let objects = (0..count).map(|index| {
        let (ring, place) = (f64::from(index / 8), f64::from(index % 8));
        let (radius, angle) = (0.17 + 0.05 * ring, -1.0 + 2.0 * place / 7.0 + 0.07 * ring);
        let mut cube = arm::cube(arm::at(radius, angle), 0.3 * f64::from(index), EDGE);
        cube.name = format!("cube {index}");
        cube
    });
    arm::scene(objects.collect())
}

/// Returns the median time of an action, milliseconds.
fn median(mut act: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let begin = Instant::now();
            act();
            begin.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}
