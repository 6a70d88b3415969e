//! Measurements, run manually with `--ignored --nocapture`.
#![allow(clippy::print_stdout, reason = "measurements are for reading")]

mod arm;

use std::time::Instant;

use arm::{GROUNDER, at, bowl, cube, end_of, pick, place, scene};
use enact_ground::Purpose;
use enact_plan::Relation;
use enact_types::Vector3;

#[test]
#[ignore = "a measurement"]
fn pick_and_place_all_over_the_table() {
    let (mut refused, mut tilted, mut longest) = (Vec::new(), 0, 0.0_f64);
    let (mut seconds, mut planning) = (0.0, Vec::new());
    let period = GROUNDER.robot().control_period().as_secs_f64();
    let count = 500;
    for i in 0..count {
        let share = |k: f64| (f64::from(i) * k).fract();
        let (radius, angle) = (0.13 + 0.15 * share(0.618), -1.05 + 2.1 * share(0.414));
        let target = cube(
            at(radius, angle),
            1.57 * share(0.732),
            0.026 + 0.01 * share(0.236),
        );
        let other = bowl(at(
            0.14 + 0.1 * share(0.303),
            if angle > 0.0 {
                angle - 0.8
            } else {
                angle + 0.8
            },
        ));
        let mut scene = scene(vec![target, other]);
        let home = GROUNDER.robot().home().clone();
        let clock = Instant::now();
        let motion = GROUNDER
            .ground(&pick("red cube"), &scene, &home)
            .and_then(|motion| {
                scene.record_grasp("red cube", motion.tool_from_object().unwrap());
                let end = motion.segments.last().unwrap().end().unwrap().clone();
                let tool = GROUNDER.robot().forward(end_of(&motion, Purpose::Approach));
                tilted += usize::from((tool.rotation * Vector3::z()).angle(&-Vector3::z()) > 0.05);
                let place = GROUNDER.ground(&place(Relation::In, "blue bowl"), &scene, &end)?;
                Ok(motion
                    .segments
                    .into_iter()
                    .chain(place.segments)
                    .collect::<Vec<_>>())
            });
        planning.push(clock.elapsed().as_secs_f64());
        match motion {
            Ok(segments) => {
                let time = segments
                    .iter()
                    .map(|s| s.samples.len() as f64 * period)
                    .sum::<f64>();
                seconds += time;
                longest = longest.max(time);
            }
            Err(why) => refused.push(format!("r {radius:.3} a {angle:.2}: {why}")),
        }
    }
    planning.sort_by(f64::total_cmp);
    println!(
        "refused {} of {count}, tilted {tilted}, motion {:.2} s on average, {longest:.2} s at most, planning {:.1} ms at the median, {:.1} ms at most",
        refused.len(),
        seconds / f64::from(count),
        planning[planning.len() / 2] * 1e3,
        planning[planning.len() - 1] * 1e3
    );
    for line in refused.iter().take(12) {
        println!("{line}");
    }
}

#[test]
#[ignore = "a measurement"]
fn what_is_out_of_reach_is_refused_soon() {
    for (x, y) in [(0.33, 0.0), (0.38, 0.1), (0.45, 0.0), (0.9, 0.0)] {
        let known = scene(vec![cube((x, y), 0.3, 0.03), bowl((x, y + 0.1))]);
        let home = GROUNDER.robot().home().clone();
        let clock = Instant::now();
        let picked = GROUNDER.ground(&pick("red cube"), &known, &home);
        let took = clock.elapsed();
        let clock = Instant::now();
        GROUNDER.object_views(&known);
        println!(
            "{x} {y}: pick {took:?} {:?}, views {:?}",
            picked.err().map(|why| why.to_string()),
            clock.elapsed()
        );
        let mut holding = scene(vec![cube(at(0.2, -0.5), 0.3, 0.03), bowl((x, y))]);
        let motion = GROUNDER.ground(&pick("red cube"), &holding, &home).unwrap();
        holding.record_grasp("red cube", motion.tool_from_object().unwrap());
        let end = motion.segments.last().unwrap().end().unwrap();
        let clock = Instant::now();
        let placed = GROUNDER.ground(&place(Relation::In, "blue bowl"), &holding, end);
        println!(
            "    place {:?} {:?}",
            clock.elapsed(),
            placed.err().map(|why| why.to_string())
        );
    }
}

#[test]
#[ignore = "a measurement"]
fn what_can_be_done_is_known_before_the_model_is_asked() {
    let names = [
        "red cube",
        "green cube",
        "yellow cube",
        "orange cube",
        "purple cube",
    ];
    let home = GROUNDER.robot().home().clone();
    for spread in [0.033, 0.045, 0.07] {
        for (radius, angle) in [(0.16, 0.0), (0.2, 0.5), (0.24, -0.9), (0.3, 0.3)] {
            let (x, y) = at(radius, angle);
            let beside = [(0.0, 0.0), (1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)];
            let cubes = names.iter().zip(beside).map(|(name, (dx, dy))| {
                let mut cube = cube((x + spread * dx, y + spread * dy), 0.0, 0.03);
                cube.name = (*name).to_owned();
                cube
            });
            let mut scene = scene(cubes.chain([bowl(at(0.2, angle - 0.8))]).collect());
            for held in [false, true] {
                if held {
                    let Ok(motion) = GROUNDER.ground(&pick(names[1]), &scene, &home) else {
                        continue;
                    };
                    scene.record_grasp(names[1], motion.tool_from_object().unwrap());
                }
                let clock = Instant::now();
                let views = GROUNDER.object_views(&scene);
                let seen = clock.elapsed();
                let infeasibilities = GROUNDER.infeasibilities(&scene).len();
                let affords: usize = views.iter().map(|view| view.affords.len()).sum();
                println!(
                    "{spread} m apart at {radius} m, held {held}: {affords} skills in {seen:.1?}, {infeasibilities} hindrances in {:.1?}",
                    clock.elapsed() - seen
                );
            }
        }
    }
}
