//! Measures how long the simulator's camera takes for a picture, a second one from the same place,
//! its ground truth, and its segmentation.
//! `cargo bench --profile dev -p enact-sim --bench render`
#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use enact_camera::Camera;
use enact_robot::Robot;
use enact_sim::render::Appearance;
use enact_sim::{Scene, Simulator};

/// Number of pictures of each kind.
const ROUNDS: usize = 30;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let robot = Robot::load(&root.join("robots/so101")).unwrap_or_else(|error| panic!("{error}"));
    let scene =
        Scene::load(&root.join("scenes/mixed.toml")).unwrap_or_else(|error| panic!("{error}"));
    for size in [(320, 240), (640, 480)] {
        let mut layout = scene.sample_layout(3);
        (layout.camera.width, layout.camera.height) = size;
        let simulator = Simulator::new(&robot, &layout, false);
        let camera = || simulator.camera(Appearance::default(), 0);
        let first = median(|| drop(black_box(camera().capture())));
        let mut standing = camera();
        let again = median(|| drop(black_box(standing.capture())));
        let truth = median(|| drop(black_box(standing.capture_ground_truth())));
        let bodies = median(|| drop(black_box(standing.capture_segmentation())));
        println!(
            "{} x {}: first {first:.1} ms, again {again:.1} ms, ground truth {truth:.1} ms, segmentation {bodies:.1} ms",
            size.0, size.1
        );
    }
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
