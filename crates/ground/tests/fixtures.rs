//! Things in the way that are known without looking: gone around without touching, or
//! refused with the true reason.

mod arm;

use std::sync::{Arc, LazyLock};

use arm::{at, bowl, cube, grounder, pick, place, scene};
use enact_ground::{Grounder, Motion, SceneMemory};
use enact_plan::{Relation, Step};
use enact_robot::{HalfSpace, Obstacle, Shape, Surroundings};
use enact_types::{JointVector, Pose, Refusal, Vector3};

static PLAIN: LazyLock<Grounder> = LazyLock::new(|| grounder("so101"));

/// A box by its middle and extents, metres.
fn fixture(name: &str, centre: [f64; 3], size: [f64; 3]) -> Arc<Obstacle> {
    let half = size.map(|extent| extent / 2.0);
    let place = Pose::new(Vector3::from(centre), Vector3::zeros());
    Arc::new(Obstacle::new(name, [(Shape::Box { half }, place)]))
}

/// Checks that nothing on the way touches a fixture, the posture being asked for at every
/// sample and without the planner's own bookkeeping.
fn assert_clear(motion: &Motion, fixtures: &[Arc<Obstacle>]) {
    let around = Surroundings {
        obstacles: fixtures
            .iter()
            .map(|one| (Arc::clone(one), 0.0005))
            .collect(),
        ..Surroundings::default()
    };
    for segment in &motion.segments {
        let around = around.holding(segment.around.held.clone());
        for sample in &segment.samples {
            let collider = PLAIN.robot().collider();
            assert_eq!(
                collider.check_posture(sample, &around),
                Ok(()),
                "{}",
                segment.purpose
            );
        }
    }
}

/// Grounds a step among fixtures: a clear motion, or a refusal about `culprits`.
fn solve(
    step: &Step,
    scene: &SceneMemory,
    joints: &JointVector,
    fixtures: &[Arc<Obstacle>],
) -> Result<Motion, Refusal> {
    let grounder = PLAIN.clone().among(fixtures.iter().cloned(), []);
    let motion = grounder.ground(step, scene, joints)?;
    assert_clear(&motion, fixtures);
    arm::assert_admissible(&grounder, &motion, joints);
    Ok(motion)
}

fn home() -> JointVector {
    PLAIN.robot().home().clone()
}

#[test]
fn a_wall_between_cube_and_bowl_is_gone_around() {
    let mut passed = 0;
    for height in [0.04, 0.06, 0.08, 0.1, 0.12] {
        let wall = [fixture(
            "wall",
            [0.26, 0.0, height / 2.0],
            [0.2, 0.01, height],
        )];
        let around = Surroundings {
            obstacles: vec![(Arc::clone(&wall[0]), 0.003)],
            ..Surroundings::default()
        };
        // Where the arm rests at home a wall cannot stand.
        let collider = PLAIN.robot().collider();
        if collider.check_posture(&home(), &around).is_err() {
            continue;
        }
        let mut scene = scene(vec![cube(at(0.2, 0.55), 0.55, 0.03), bowl(at(0.2, -0.6))]);
        let picked = solve(&pick("red cube"), &scene, &home(), &wall).unwrap();
        scene.grasp("red cube", picked.tool_from_object.unwrap());
        let holding = picked.segments.last().unwrap().end().unwrap().clone();
        let step = place(Relation::In, "blue bowl");
        let placed = solve(&step, &scene, &holding, &wall);
        assert!(placed.is_ok(), "{height}: {}", placed.unwrap_err());
        passed += 1;
    }
    assert!(passed >= 2, "{passed}");
}

#[test]
fn a_bowl_beside_the_base_is_reached_and_one_behind_it_is_out_of_reach() {
    let step = place(Relation::In, "blue bowl");
    let try_at = |angle: f64| {
        let mut scene = scene(vec![cube(at(0.2, 0.0), 0.0, 0.03), bowl(at(0.2, angle))]);
        let picked = solve(&pick("red cube"), &scene, &home(), &[]).unwrap();
        scene.grasp("red cube", picked.tool_from_object.unwrap());
        let holding = picked.segments.last().unwrap().end().unwrap().clone();
        solve(&step, &scene, &holding, &[])
    };
    assert!(try_at(1.7).is_ok());
    let behind = try_at(std::f64::consts::PI).unwrap_err();
    assert!(
        matches!(&behind, Refusal::Unreachable { what, .. } if what == "blue bowl"),
        "{behind}"
    );
}

#[test]
fn a_cube_against_a_rail_is_taken_from_the_free_side() {
    for (yaw, offset) in [(0.0, [0.0, 0.0225]), (0.0, [0.0225, 0.0])] {
        let (x, y) = at(0.2, 0.0);
        let (along, across) = if offset[0] == 0.0 {
            (0.3, 0.01)
        } else {
            (0.01, 0.3)
        };
        let rail = [fixture(
            "rail",
            [x + offset[0], y + offset[1], 0.015],
            [along, across, 0.03],
        )];
        let scene = scene(vec![cube((x, y), yaw, 0.03)]);
        match solve(&pick("red cube"), &scene, &home(), &rail) {
            Ok(_) => {}
            Err(Refusal::Collision { second, .. }) => assert_eq!(second, "rail"),
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn a_cube_under_a_shelf_is_taken_from_the_front_or_the_shelf_is_named() {
    let (x, y) = at(0.22, 0.0);
    let scene = scene(vec![cube((x, y), 0.0, 0.03)]);
    for height in [0.05, 0.08, 0.3] {
        let shelf = [fixture("shelf", [x + 0.02, y, height], [0.12, 0.3, 0.01])];
        match solve(&pick("red cube"), &scene, &home(), &shelf) {
            Ok(_) => assert!(height > 0.06),
            Err(Refusal::Collision { second, .. }) => {
                assert!(height < 0.2);
                assert_eq!(second, "shelf");
            }
            Err(other) => panic!("{height}: {other}"),
        }
    }
}

#[test]
fn the_walls_of_the_workspace_are_kept() {
    let scene = scene(vec![cube(at(0.22, 0.4), 0.4, 0.03)]);
    let wall = |offset: f64| HalfSpace {
        name: "left wall of the workspace".to_owned(),
        normal: -Vector3::y_axis(),
        offset: -offset,
        margin: 0.003,
    };
    let within = |offset: f64| PLAIN.clone().among([], [wall(offset)]);
    assert!(
        within(0.3)
            .ground(&pick("red cube"), &scene, &home())
            .is_ok()
    );
    let refusal = within(0.09)
        .ground(&pick("red cube"), &scene, &home())
        .unwrap_err();
    assert!(
        matches!(&refusal, Refusal::Collision { second, .. } if second.contains("wall")),
        "{refusal}"
    );
}
