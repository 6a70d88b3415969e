//! Reports how mesh files are decomposed: `cargo run -p enact-robot --example cover -- FILE…`
//!
//! For a mesh: triangles, convex bodies and their corners, how far the bodies reach beyond the mesh
//! and how long the decomposition took. For a URDF: how long it takes to load, and to check a
//! posture and a motion for self-collision and collision with the table, and the warnings.
#![allow(clippy::print_stdout)]

use std::path::Path;
use std::time::Instant;

use enact_robot::mesh::{ConvexDecomposition, DecompositionOptions, MeshFiles, read_triangles};
use enact_robot::{CollisionWorld, Robot};
use enact_types::JointVector;

fn main() {
    for file in std::env::args().skip(1) {
        let path = Path::new(&file);
        let begin = Instant::now();
        if path.extension().is_some_and(|end| end == "urdf") {
            match Robot::load_with_mesh_files(path, &MeshFiles::default()) {
                Ok(robot) => {
                    let parts = robot.collider().collision_bodies().len();
                    let pairs = robot.collider().checked_link_pairs().len();
                    let loading = begin.elapsed().as_secs_f64();
                    let (posture, path) = checks(&robot);
                    println!(
                        "{file}: {parts} parts, {pairs} pairs of links watched, {loading:.2} s; \
                         a posture is checked in {posture:.0} us, a motion of 200 samples in \
                         {path:.0} us"
                    );
                    robot.warnings().iter().for_each(|it| println!("  {it}"));
                }
                Err(error) => println!("{error}"),
            }
            continue;
        }
        let read = match read_triangles(path, [1.0; 3]) {
            Ok(read) => read,
            Err(what) => {
                println!("{file} {what}");
                continue;
            }
        };
        let reading = begin.elapsed();
        let cover = ConvexDecomposition::from_triangles(&read, &DecompositionOptions::default());
        let corners: usize = cover.pieces.iter().map(|it| it.hull.corners().len()).sum();
        println!(
            "{file}: {} triangles ({:.2} s), {} bodies, {corners} corners, {:.1} mm, {:.2} s",
            read.len(),
            reading.as_secs_f64(),
            cover.pieces.len(),
            cover.max_distance_from_mesh() * 1e3,
            (begin.elapsed() - reading).as_secs_f64(),
        );
    }
}

/// Returns the median time in microseconds to check a posture and a motion, over postures spread
/// across the joint ranges.
fn checks(robot: &Robot) -> (f64, f64) {
    const ROUNDS: usize = 200;
    let around = CollisionWorld::with_table_only(robot);
    let (mut postures, mut paths) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let posture = |share: f64| -> JointVector {
            let joints = robot.joints().iter().enumerate();
            let turns = joints.map(|(index, joint)| {
                let at = ((round * (index + 2)) as f64 * 0.618 + share * 0.1).fract();
                joint.limits.min + at * (joint.limits.max - joint.limits.min)
            });
            JointVector::from(turns.collect::<Vec<f64>>())
        };
        let begin = Instant::now();
        let _ = robot.collider().check_posture(&posture(0.0), &around);
        postures.push(begin.elapsed().as_secs_f64() * 1e6);
        let path: Vec<JointVector> = (0..200)
            .map(|step| posture(f64::from(step) / 200.0))
            .collect();
        let begin = Instant::now();
        let _ = robot.collider().check_path(&path, &around);
        paths.push(begin.elapsed().as_secs_f64() * 1e6);
    }
    let median = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[ROUNDS / 2]
    };
    (median(&mut postures), median(&mut paths))
}
