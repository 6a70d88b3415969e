use std::sync::Arc;

use enact_types::{JointVector, Pose, Refusal};
use proptest::prelude::*;

use super::*;
use crate::description::Shape;
use crate::testing::{load_shipped_robot, so101};

fn wall(name: &str, x: f64) -> CollisionWorld {
    let shape = Shape::Box {
        half: [0.01, 0.3, 0.2],
    };
    let wall = Obstacle::new(name, [(shape, Pose::translation(x, 0.0, 0.2))]);
    CollisionWorld {
        obstacles: vec![(Arc::new(wall), 0.005)],
        ..CollisionWorld::default()
    }
}

fn posture(arm: [f64; 5]) -> JointVector {
    arm.into_iter().chain([0.17]).collect()
}

fn between(from: &JointVector, to: &JointVector, share: f64) -> JointVector {
    let joints = from.iter().zip(to.iter());
    joints.map(|(a, b)| a + share * (b - a)).collect()
}

fn straight(from: &JointVector, to: &JointVector, steps: usize) -> Vec<JointVector> {
    (0..=steps)
        .map(|step| between(from, to, step as f64 / steps as f64))
        .collect()
}

#[test]
fn the_shipped_robots_watch_what_can_meet() {
    for (name, first, second) in [
        ("so101", "base_link", "gripper_link"),
        ("panda", "panda_link1", "panda_hand"),
        ("ur5e", "upper_arm_link", "wrist_3_link"),
    ] {
        let robot = load_shipped_robot(name);
        let watched = robot.collider().checked_link_pairs();
        assert!(
            watched.contains(&(first, second)) || watched.contains(&(second, first)),
            "{name}: {watched:?}"
        );
        let free = CollisionWorld::default();
        assert_eq!(
            robot.collider().check_posture(robot.home(), &free),
            Ok(()),
            "{name}"
        );
    }
}

#[test]
fn an_arm_that_folds_into_its_base_is_refused_with_both_names() {
    let robot = so101();
    let folded = posture([0.0, -1.7, 1.69, 1.65, 0.0]);
    let mut refused = 0;
    for lift in 0..30 {
        let mut joints = folded.clone();
        joints[1] = -1.7 + f64::from(lift) * 0.1;
        if let Err(Refusal::Collision {
            first,
            second,
            distance,
            margin,
        }) = robot
            .collider()
            .check_posture(&joints, &CollisionWorld::default())
        {
            assert!(distance < margin && first != second);
            refused += 1;
        }
    }
    assert!(refused > 0);
}

#[test]
fn a_wall_too_thin_for_the_samples_is_not_passed_between_them() {
    let robot = so101();
    let from = posture([-1.2, 0.0, 0.0, 0.0, 0.0]);
    let to = posture([1.2, 0.0, 0.0, 0.0, 0.0]);
    let thin = Shape::Box {
        half: [0.2, 0.001, 0.2],
    };
    let sheet = Obstacle::new("sheet", [(thin, Pose::translation(0.3, 0.0, 0.2))]);
    let around = CollisionWorld {
        obstacles: vec![(Arc::new(sheet), 0.002)],
        ..CollisionWorld::default()
    };
    let ends = [from, to];
    for joints in &ends {
        robot.collider().check_posture(joints, &around).unwrap();
    }
    let refusal = robot.collider().check_path(&ends, &around).unwrap_err();
    assert!(
        matches!(&refusal, Refusal::Collision { second, .. } if second == "sheet"),
        "{refusal}"
    );
}

#[test]
fn a_path_away_from_what_is_too_close_is_free_and_one_towards_it_is_not() {
    let robot = so101();
    let at = posture([0.0; 5]);
    let tool = robot.forward(&at).translation.x;
    let around = wall("wall", tool + 0.01 + 0.0075);
    assert!(robot.collider().check_posture(&at, &around).is_err());
    let back = posture([0.0, -0.3, 0.0, 0.0, 0.0]);
    assert_eq!(
        robot
            .collider()
            .check_path(&straight(&at, &back, 60), &around),
        Ok(())
    );
    let on = posture([0.0, 0.1, -0.3, 0.0, 0.0]);
    assert!(
        robot
            .collider()
            .check_path(&straight(&at, &on, 60), &around)
            .is_err()
    );
}

#[test]
fn many_small_motions_do_not_creep_up_to_a_thing() {
    let robot = so101();
    let at = posture([0.0; 5]);
    let tool = robot.forward(&at).translation.x;
    let around = wall("wall", tool + 0.05);
    let forward = |by: f64| posture([0.0, by, -by, 0.0, 0.0]);
    let mut by = 0.0;
    for step in [0.01, 0.002, 0.0004, 0.00008] {
        for _ in 0..2000 {
            let path = straight(&forward(by), &forward(by + step), 4);
            if robot.collider().check_path(&path, &around).is_err() {
                break;
            }
            by += step;
        }
    }
    let clear = around.with_capped_margins(0.0014);
    let end = forward(by);
    assert_eq!(robot.collider().check_posture(&end, &clear), Ok(()), "{by}");
}

#[test]
fn what_is_known_beforehand_stays_whatever_is_seen_under_its_name() {
    let known = wall("wall", 0.3);
    let mut both = known.clone();
    let seen = wall("wall", 0.2).obstacles.remove(0).0;
    let seen = Obstacle::new("wall", seen.shapes()).mark_perceived();
    both.obstacles.push((Arc::new(seen), 0.005));
    assert_eq!(both.without_perceived_obstacle("wall"), known);
    assert!(both.has_perceived_obstacle("wall") && !known.has_perceived_obstacle("wall"));
    assert_eq!(both.without_other_obstacles("wall").obstacles.len(), 1);
}

#[test]
fn a_motion_that_goes_on_differently_stays_above_the_table() {
    let robot = so101();
    let gate = crate::Gate::new(robot);
    let home = robot.home().clone();
    let start = crate::StartState {
        measured: &home,
        commanded: None,
    };
    let stay = gate.admit(vec![home.clone(); 10], &start).unwrap();
    let mut down = home.clone();
    (down[1], down[2], down[3]) = (1.2, 0.0, 0.6);
    let table = CollisionWorld::with_table_only(robot);
    assert!(robot.collider().check_posture(&down, &table).is_err());
    let smooth = |time: f64| time.powi(3) * (10.0 + time * (6.0 * time - 15.0));
    let way = (0..=2000).map(|cycle| smooth(f64::from(cycle) / 2000.0));
    let slow: Vec<JointVector> = way.map(|share| between(&home, &down, share)).collect();
    let refusal = gate.admit_splice(&stay, 3, &slow).unwrap_err();
    assert!(
        matches!(&refusal, Refusal::Collision { second, .. } if second == "table"),
        "{refusal}"
    );
}

#[test]
fn what_is_held_collides_too() {
    let robot = so101();
    let at = posture([0.0; 5]);
    let tool = robot.forward(&at).translation.x;
    let around = wall("wall", tool + 0.05);
    robot.collider().check_posture(&at, &around).unwrap();
    let rod = Shape::Box {
        half: [0.01, 0.01, 0.05],
    };
    let rod = CollisionBody::from_held_object(robot, "red rod", rod, Pose::identity());
    let around = around.with_held_object(Some(Arc::new(rod)));
    let refusal = robot.collider().check_posture(&at, &around).unwrap_err();
    assert!(
        matches!(&refusal, Refusal::Collision { first, second, .. } if first == "red rod" && second == "wall"),
        "{refusal}"
    );
}

#[test]
fn a_margin_can_be_set_for_a_pair_by_name() {
    let text =
        std::fs::read_to_string(crate::testing::robots_folder().join("so101/robot.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let pair = "[clearance]\npairs = [{ between = [\"wall\", \"gripper_link\"], margin = 0.3 }]\n";
    std::fs::write(
        folder.path().join("robot.toml"),
        text.replace("[clearance]\n", pair),
    )
    .unwrap();
    std::fs::copy(
        crate::testing::robots_folder().join("so101/robot.urdf"),
        folder.path().join("robot.urdf"),
    )
    .unwrap();
    let robot = Robot::load(folder.path()).unwrap();
    let at = posture([0.0; 5]);
    let around = wall("wall", robot.forward(&at).translation.x + 0.1);
    so101().collider().check_posture(&at, &around).unwrap();
    let refusal = robot.collider().check_posture(&at, &around).unwrap_err();
    assert!(
        matches!(&refusal, Refusal::Collision { margin, .. } if *margin == 0.3),
        "{refusal}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Compares with the same check at each of many postures in between.
    #[test]
    fn a_path_that_passes_is_clear_everywhere(
        from in prop::collection::vec(0.0..1.0_f64, 6), to in prop::collection::vec(0.0..1.0_f64, 6),
        box_at in prop::array::uniform3(-0.3..0.3_f64), half in prop::array::uniform3(0.005..0.05_f64),
    ) {
        let robot = so101();
        let posture = |shares: &[f64]| -> JointVector {
            let joints = robot.joints().iter().zip(shares);
            joints.map(|(joint, share)| joint.limits.min + share * (joint.limits.max - joint.limits.min)).collect()
        };
        let (from, to) = (posture(&from), posture(&to));
        let place = Pose::translation(0.15 + box_at[0], box_at[1], 0.25 + box_at[2]);
        let obstacle = Obstacle::new("box", [(Shape::Box { half }, place)]);
        let around = CollisionWorld { obstacles: vec![(Arc::new(obstacle), 0.005)], ..CollisionWorld::with_table_only(robot) };
        let around = CollisionWorld { half_spaces: vec![HalfSpace { offset: 0.01, ..HalfSpace::table_half_space(0.003) }], ..around };
        let free = |joints: &JointVector| robot.collider().check_posture(joints, &around).is_ok();
        prop_assume!(free(&from) && free(&to));
        let coarse = robot.collider().check_path(&straight(&from, &to, 3), &around);
        let fine = straight(&from, &to, 400);
        if coarse.is_ok() {
            // Below the margin by the resolution of distances between samples.
            let near = CollisionWorld {
                obstacles: around.obstacles.iter().map(|(obstacle, margin)| (Arc::clone(obstacle), margin - 0.0003)).collect(),
                half_spaces: vec![HalfSpace { margin: 0.0027, ..around.half_spaces[0].clone() }],
                ..CollisionWorld::default()
            };
            for joints in &fine {
                let refusal = robot.collider().check_posture(joints, &near);
                let own = matches!(&refusal, Err(Refusal::Collision { distance, margin, .. }) if margin - distance <= 0.0003);
                prop_assert!(refusal.is_ok() || own, "{refusal:?}");
            }
        } else {
            prop_assert!(!fine.iter().all(free) || robot.collider().check_path(&fine, &around).is_err(), "{coarse:?}");
        }
    }
}
