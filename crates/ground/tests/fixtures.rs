//! Obstacles known without looking are avoided without contact, or cause a refusal with the true
//! reason.

mod arm;

use std::sync::{Arc, LazyLock};

use arm::{at, bowl, cube, grounder, pick, place, scene};
use enact_ground::{Grounder, Purpose, SceneMemory, StepMotion};
use enact_plan::{Direction, Relation, Skill, Step};
use enact_robot::{CollisionWorld, HalfSpace, Obstacle, Shape};
use enact_types::{JointVector, Pose, Refusal, Vector3};

static PLAIN: LazyLock<Grounder> = LazyLock::new(|| grounder("so101"));

/// Creates a box from its center and extents, meters.
fn fixture(name: &str, center: [f64; 3], size: [f64; 3]) -> Arc<Obstacle> {
    let half = size.map(|extent| extent / 2.0);
    let place = Pose::new(Vector3::from(center), Vector3::zeros());
    Arc::new(Obstacle::new(name, [(Shape::Box { half }, place)]))
}

/// Checks at every sample that the motion touches no fixture, independently of the planner's own
/// checks.
fn assert_clear(motion: &StepMotion, fixtures: &[Arc<Obstacle>]) {
    let around = CollisionWorld {
        obstacles: fixtures
            .iter()
            .map(|one| (Arc::clone(one), 0.0005))
            .collect(),
        ..CollisionWorld::default()
    };
    for segment in &motion.segments {
        let around = around.with_held_object(segment.around.held.clone());
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

/// Grounds a step among fixtures; expects a clear motion, or a refusal about `culprits`.
fn solve(
    step: &Step,
    scene: &SceneMemory,
    joints: &JointVector,
    fixtures: &[Arc<Obstacle>],
) -> Result<StepMotion, Refusal> {
    let grounder = PLAIN.clone().with_obstacles(fixtures.iter().cloned(), []);
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
        let around = CollisionWorld {
            obstacles: vec![(Arc::clone(&wall[0]), 0.003)],
            ..CollisionWorld::default()
        };
        // A wall cannot stand where the arm rests at home.
        let collider = PLAIN.robot().collider();
        if collider.check_posture(&home(), &around).is_err() {
            continue;
        }
        let mut scene = scene(vec![cube(at(0.2, 0.55), 0.55, 0.03), bowl(at(0.2, -0.6))]);
        let picked = solve(&pick("red cube"), &scene, &home(), &wall).unwrap();
        scene.record_grasp("red cube", picked.tool_from_object().unwrap());
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
        scene.record_grasp("red cube", picked.tool_from_object().unwrap());
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

/// Picks the red cube at `(x, y)` among fixtures.
fn pick_among(x: f64, y: f64, fixtures: &[Arc<Obstacle>]) -> Result<StepMotion, Refusal> {
    let scene = scene(vec![cube((x, y), 0.0, 0.03)]);
    solve(&pick("red cube"), &scene, &home(), fixtures)
}

/// Checks that a refusal is about a part of the robot and a fixture of this name.
fn assert_about(refusal: &Refusal, fixture: &str) {
    let is_link = |name: &str| PLAIN.robot().links().iter().any(|link| link.name == name);
    assert!(
        matches!(refusal, Refusal::Collision { first, second, distance, margin }
            if is_link(first) && second == fixture && distance < margin),
        "{refusal}"
    );
}

/// Returns a rail along one side of a 3 cm cube, 2.5 mm away.
fn rail((x, y): (f64, f64), height: f64, side: [f64; 2]) -> Arc<Obstacle> {
    let size = side.map(|path| if path == 0.0 { 0.3 } else { 0.01 });
    let at = [x + 0.0225 * side[0], y + 0.0225 * side[1], height / 2.0];
    fixture("rail", at, [size[0], size[1], height])
}

#[test]
fn a_cube_against_a_rail_is_taken_along_it() {
    let place = at(0.2, 0.0);
    for side in [[0.0, 1.0], [0.0, -1.0], [1.0, 0.0], [-1.0, 0.0]] {
        let picked = pick_among(place.0, place.1, &[rail(place, 0.025, side)]);
        assert!(picked.is_ok(), "{side:?}: {}", picked.unwrap_err());
    }
}

/// The cube would clear a lip that overhangs it by `over` meters, but the rising hand would not.
#[test]
fn what_is_lifted_does_not_hit_what_reaches_over_it() {
    let (x, y) = at(0.2, 0.0);
    let mut caught = 0;
    for side in [[0.0, 1.0], [0.0, -1.0], [1.0, 0.0], [-1.0, 0.0]] {
        for over in [0.002, 0.006] {
            let size = side.map(|path: f64| if path == 0.0 { 0.1 } else { 0.01 });
            let off = 0.015 + 0.005 - over;
            let center = [x + off * side[0], y + off * side[1], 0.05];
            let lip = [fixture("lip", center, [size[0], size[1], 0.01])];
            match pick_among(x, y, &lip) {
                Ok(motion) => {
                    let mut lifts = motion.segments.iter();
                    let lift = lifts
                        .find(|segment| segment.purpose == Purpose::Lift)
                        .unwrap();
                    assert!(lift.around.held.is_some());
                }
                Err(Refusal::Collision { first, second, .. }) => {
                    assert_eq!(second, "lip");
                    caught += u32::from(first == "red cube");
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
    assert!(caught > 0);
}

#[test]
fn a_cube_between_rails_on_all_sides_is_refused_because_of_them() {
    let place = at(0.2, 0.0);
    let sides = [[0.0, 1.0], [0.0, -1.0], [1.0, 0.0], [-1.0, 0.0]];
    let pen = sides.map(|side| rail(place, 0.03, side));
    assert_about(&pick_among(place.0, place.1, &pen).unwrap_err(), "rail");
}

#[test]
fn a_cube_under_a_shelf_is_taken_where_the_hand_fits_or_the_shelf_is_named() {
    let (x, y) = at(0.22, 0.0);
    let under = |height: f64| {
        let shelf = fixture("shelf", [x + 0.02, y, height], [0.12, 0.3, 0.01]);
        pick_among(x, y, &[shelf])
    };
    for height in [0.05, 0.08] {
        assert_about(&under(height).unwrap_err(), "shelf");
    }
    for height in [0.3, 0.4] {
        let picked = under(height);
        assert!(picked.is_ok(), "{height}: {}", picked.unwrap_err());
    }
}

#[test]
fn what_cannot_be_grasped_is_told_before_the_model_is_asked() {
    let (x, y) = at(0.22, 0.0);
    let shelf = fixture("shelf", [x + 0.02, y, 0.05], [0.12, 0.3, 0.01]);
    let under = scene(vec![cube((x, y), 0.0, 0.03)]);
    let picks = |grounder: &Grounder, scene: &SceneMemory| {
        grounder.object_views(scene)[0]
            .affords
            .contains(&Skill::Pick)
    };
    let words = |grounder: &Grounder, scene: &SceneMemory| -> Vec<String> {
        let infeasibilities = grounder.infeasibilities(scene).into_iter();
        let picks = infeasibilities.filter(|it| it.skill == Skill::Pick);
        picks.map(|it| it.reason).collect()
    };
    let shelved = PLAIN.clone().with_obstacles([shelf], []);
    assert!(!picks(&shelved, &under) && picks(&PLAIN, &under));
    assert_eq!(words(&shelved, &under), ["the shelf is in the way"]);
    assert!(words(&PLAIN, &under).is_empty());
    // A neighbor can be moved first, so the step stays possible.
    let mut crowd = vec![cube((x, y), 0.0, 0.03)];
    for (number, [dx, dy]) in [[0.0, 1.0], [0.0, -1.0], [1.0, 0.0], [-1.0, 0.0]]
        .into_iter()
        .enumerate()
    {
        let mut beside = cube((x + 0.033 * dx, y + 0.033 * dy), 0.0, 0.03);
        beside.name = format!("green cube {number}");
        crowd.push(beside);
    }
    let crowd = scene(crowd);
    let views = PLAIN.object_views(&crowd);
    let red = views.iter().find(|view| view.name == "red cube").unwrap();
    assert!(red.affords.contains(&Skill::Pick));
    let told = words(&PLAIN, &crowd);
    assert!(
        told.iter().any(|reason| reason.contains("green cube")),
        "{told:?}"
    );
}

#[test]
fn what_cannot_be_pushed_or_pointed_at_is_told_too() {
    let (x, y) = at(0.22, 0.0);
    let under = scene(vec![cube((x, y), 0.0, 0.03)]);
    let plain = &PLAIN.object_views(&under)[0].affords;
    assert_eq!(plain, &[Skill::Pick, Skill::Push, Skill::Point]);
    assert!(PLAIN.infeasibilities(&under).is_empty());
    // The hand fits neither between the table and this shelf nor around it.
    let shelf = fixture("shelf", [x + 0.02, y, 0.075], [0.3, 0.4, 0.01]);
    let shelved = PLAIN.clone().with_obstacles([shelf], []);
    assert_eq!(shelved.object_views(&under)[0].affords, []);
    for skill in [Skill::Pick, Skill::Push, Skill::Point] {
        let told = shelved.infeasibilities(&under);
        let why = told.iter().find(|it| it.skill == skill);
        assert!(why.unwrap().reason.contains("shelf"), "{told:?}");
        let refusal = shelved.ground(&step(skill), &under, &home()).unwrap_err();
        assert_about(&refusal, "shelf");
    }
}

fn step(skill: Skill) -> Step {
    let object = "red cube".to_owned();
    match skill {
        Skill::Push => Step::push_step(object, Direction::Left),
        Skill::Point => Step::point_step(object),
        _ => Step::pick_step(object),
    }
}

#[test]
fn where_nothing_can_be_put_is_told_while_something_is_held() {
    let (x, y) = at(0.22, -0.5);
    let mut scene = scene(vec![cube(at(0.2, 0.55), 0.55, 0.03), bowl((x, y))]);
    let picked = PLAIN.ground(&pick("red cube"), &scene, &home()).unwrap();
    scene.record_grasp("red cube", picked.tool_from_object().unwrap());
    assert!(
        PLAIN.object_views(&scene)[0]
            .receives
            .contains(&Relation::In)
    );
    let lid = fixture("lid", [x, y, 0.075], [0.14, 0.14, 0.01]);
    let covered = PLAIN.clone().with_obstacles([lid], []);
    assert!(
        !covered.object_views(&scene)[0]
            .receives
            .contains(&Relation::In)
    );
    let told = covered.infeasibilities(&scene);
    let about = |relation| told.iter().find(|it| it.relation == Some(relation));
    let why = about(Relation::In).expect("it is told");
    assert_eq!(
        (why.skill, why.reason.as_str()),
        (Skill::Place, "the lid is in the way")
    );
    let end = picked.segments.last().unwrap().end().unwrap();
    let step = place(Relation::In, "blue bowl");
    assert_about(&covered.ground(&step, &scene, end).unwrap_err(), "lid");
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
    let within = |offset: f64| PLAIN.clone().with_obstacles([], [wall(offset)]);
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

#[test]
fn a_push_does_not_squeeze_a_thing_against_what_is_known() {
    let (x, y) = at(0.2, 0.0);
    let scene = scene(vec![cube((x, y), 0.0, 0.03)]);
    let push = |direction| Step::push_step("red cube", direction);
    let free = |grounder: &Grounder, direction| grounder.ground(&push(direction), &scene, &home());
    let rails = [1.0, -1.0].map(|side| {
        let place = [x, y + side * 0.03, 0.01];
        fixture("rail", place, [0.1, 0.01, 0.02])
    });
    let railed = PLAIN.clone().with_obstacles(rails, []);
    let walled = PLAIN.clone().with_obstacles(
        [],
        [1.0, -1.0].map(|side| HalfSpace {
            name: "side wall of the workspace".to_owned(),
            normal: nalgebra::Unit::new_normalize(Vector3::new(0.0, side, 0.0)),
            offset: side * y - 0.03,
            margin: 0.003,
        }),
    );
    for direction in [Direction::Left, Direction::Right] {
        assert!(free(&PLAIN, direction).is_ok());
        for (grounder, what) in [(&railed, "rail"), (&walled, "side wall of the workspace")] {
            let refusal = free(grounder, direction).unwrap_err();
            assert!(
                matches!(&refusal, Refusal::Collision { first, second, .. } if first == "red cube" && second == what),
                "{refusal}"
            );
        }
    }
}

#[test]
fn what_is_seen_under_the_name_of_a_fixture_does_not_take_its_place() {
    let (x, y) = at(0.22, 0.0);
    let mut shelf = cube((x, y), 0.0, 0.03);
    shelf.name = "shelf".to_owned();
    let scene = scene(vec![shelf]);
    let above = fixture("shelf", [x + 0.02, y, 0.05], [0.12, 0.3, 0.01]);
    let shelved = PLAIN.clone().with_obstacles([above], []);
    assert!(PLAIN.ground(&pick("shelf"), &scene, &home()).is_ok());
    assert_about(
        &shelved.ground(&pick("shelf"), &scene, &home()).unwrap_err(),
        "shelf",
    );
}
