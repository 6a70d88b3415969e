//! Objects on the table stay in place, and simulations are repeatable.

mod hand;

use std::path::Path;

use enact_robot::Robot;
use enact_sim::{Color, ObjectShape, PlacedObject, Scene, World};
use enact_types::JointVector;
use hand::{layout, so101};

#[test]
fn nothing_creeps() {
    for shape in ObjectShape::ALL_SHAPES {
        for turn in 0..4 {
            let angle = -0.9 + 0.6 * f64::from(turn);
            let at = [0.04 + 0.2 * angle.cos(), 0.2 * angle.sin()];
            let size = shape.size_range().map(|range| range.1);
            let item =
                PlacedObject::create_on_table(shape, Color::Red, size, at, 0.37 * f64::from(turn));
            let mut world = World::new(&so101(), &layout(vec![item]));
            world.settle();
            let before = world.objects();
            for _ in 0..600 {
                world.step_holding();
            }
            let moved =
                world.objects()[0].pose.translation.vector - before[0].pose.translation.vector;
            assert!(moved.norm() < 1e-4, "{shape} {turn}: {moved}");
        }
    }
}

/// Returns joint positions and object poses to the last bit, after the arm has swept over a full
/// table.
fn swept(seed: u64) -> Vec<u64> {
    let scene = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenes/mixed.toml");
    let layout = Scene::load(&scene)
        .expect("the scene that ships loads")
        .sample_layout(seed);
    let mut world = World::new(&so101(), &layout);
    world.settle();
    let home = world.robot().home().clone();
    // The elbow bends down among the objects while the arm turns.
    for step in 0..600 {
        let share = f64::from(step) / 600.0;
        let reach = [
            1.2 * (share * 6.0).sin(),
            1.6 * share,
            -0.3 * share,
            -0.6 * share,
            0.0,
            0.0,
        ];
        let command: JointVector = home.iter().zip(reach).map(|(home, by)| home + by).collect();
        world.step_command(&command);
    }
    let objects = world.objects();
    let poses = objects.iter().flat_map(|object| {
        let pose = &object.pose;
        pose.translation
            .vector
            .iter()
            .chain(pose.rotation.coords.iter())
            .copied()
            .collect::<Vec<_>>()
    });
    let joints = world.arm_state().position;
    joints
        .iter()
        .copied()
        .chain(poses)
        .map(f64::to_bits)
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    assert_eq!(swept(5), swept(5));
    assert_ne!(swept(5), swept(6));
}

#[test]
fn a_teleported_arm_is_where_it_was_put_and_at_rest() {
    let robot = so101();
    let mut world = World::new(&robot, &layout(Vec::new()));
    let to = JointVector::from(vec![0.4, -0.3, 0.5, 0.6, -0.7, 0.2]);
    world.teleport_arm(&to);
    assert!(world.arm_state().position.max_difference(&to) < 1e-5);
    for _ in 0..200 {
        world.step_holding();
    }
    let sagged = world.arm_state();
    assert!(
        sagged.position.max_difference(&to) < 5e-3,
        "{}",
        sagged.position
    );
    assert!(
        sagged.velocity.iter().all(|rate| rate.abs() < 0.01),
        "{}",
        sagged.velocity
    );
    assert!(
        sagged.effort.iter().all(|effort| effort.abs() < 0.6),
        "{}",
        sagged.effort
    );
}

#[test]
fn servos_turn_no_faster_than_their_limit() {
    let robot = so101();
    let mut world = World::new(&robot, &layout(Vec::new()));
    let mut far = robot.home().clone();
    far[0] = 1.5;
    let limit = robot.joints()[0].limits.velocity;
    for period in 1..=40 {
        world.step_command(&far);
        let most = limit * f64::from(period) * robot.control_period().as_secs_f64();
        assert!(world.arm_state().position[0] - robot.home()[0] < most + 0.01);
    }
    assert!(world.arm_state().position[0] > 0.3);
}

#[test]
fn every_robot_that_ships_holds_its_home() {
    let robots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../robots");
    for entry in std::fs::read_dir(robots).expect("there are robots") {
        let path = entry.expect("it can be read").path();
        if !path.is_dir() {
            continue;
        }
        let robot = Robot::load(&path).expect("a robot that ships loads");
        let mut world = World::new(&robot, &layout(Vec::new()));
        for _ in 0..(0.5 / robot.control_period().as_secs_f64()) as usize {
            world.step_holding();
        }
        let state = world.arm_state();
        let off = state.position.max_difference(robot.home());
        assert!(off < 0.01, "{}: {off}, {}", robot.name(), state.position);
    }
}
