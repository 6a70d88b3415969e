//! Every skill gives a motion that the gate admits, or a refusal that states the reason.

mod arm;

use arm::{
    GROUNDER, assert_admissible, at, bowl, cube, end_of, grounder, pick, picked, picked_by, place,
    scene,
};
use enact_ground::motion::escape_collision::escape_path;
use enact_ground::motion::point_to_point::sample_fastest_move;
use enact_ground::{Grounder, Purpose, skills};
use enact_plan::{Direction, Relation, Skill, Step};
use enact_robot::CollisionWorld;
use enact_types::{JointVector, Refusal, Vector3};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn picks_lift_the_object_from_between_the_fingers(
        radius in 0.14..0.27_f64, angle in -1.0..1.0_f64, yaw in 0.0..1.57_f64, edge in 0.026..0.036_f64,
    ) {
        let target = cube(at(radius, angle), yaw, edge);
        let center = target.solid.center();
        let (_, _, motion) = picked(scene(vec![target]));
        let robot = GROUNDER.robot();
        let gripper = robot.gripper().unwrap();
        let reached = end_of(&motion, Purpose::Approach);
        let tool = robot.forward(reached);
        let opening = tool.rotation * gripper.opening_axis.into_inner();
        let grasp = tool * gripper.tool_from_grasp;
        let inside = (center - grasp).dot(&opening);
        let open = gripper.fingertip_opening(reached[gripper.joint]);
        prop_assert!((inside - edge / 2.0 - 0.0035).abs() < 0.001, "{inside}");
        prop_assert!(open > edge + 0.01 && inside + edge / 2.0 < open);
        prop_assert!(grasp.z < center.z + 0.002 && grasp.z > 0.008);
        let held = robot.forward(end_of(&motion, Purpose::Lift)) * motion.tool_from_object().unwrap();
        prop_assert!(held.translation.z > center.z + 0.04);
    }

    #[test]
    fn what_is_picked_can_be_placed_in_a_bowl(
        radius in 0.15..0.25_f64, angle in -1.0..1.0_f64, yaw in 0.0..1.57_f64, path in 0.14..0.24_f64,
    ) {
        let other = if angle > 0.0 { angle - 0.9 } else { angle + 0.9 };
        let bowl = bowl(at(path, other));
        let (x, y) = (bowl.solid.x, bowl.solid.y);
        let (scene, joints, pick) = picked(scene(vec![cube(at(radius, angle), yaw, 0.03), bowl]));
        let motion = GROUNDER.ground(&place(Relation::In, "blue bowl"), &scene, &joints).unwrap();
        assert_admissible(&GROUNDER, &motion, &joints);
        let tool = GROUNDER.robot().forward(end_of(&motion, Purpose::Lower));
        let released = tool * pick.tool_from_object().unwrap();
        let off = (released.translation.x - x).hypot(released.translation.y - y);
        prop_assert!(off < 0.02, "{off} m off the middle");
        prop_assert!(released.translation.z < 0.075, "dropped from {}", released.translation.z);
    }

    #[test]
    fn pushes_points_and_home_are_admissible(
        radius in 0.16..0.24_f64, angle in -0.9..0.9_f64, yaw in 0.0..1.57_f64, side in 0..4_usize,
    ) {
        let target = cube(at(radius, angle), yaw, 0.03);
        let middle = target.solid.center();
        let scene = scene(vec![target]);
        let home = GROUNDER.robot().home().clone();
        let name = "red cube".to_owned();
        let point = GROUNDER.ground(&Step::point_step(name.clone()), &scene, &home).unwrap();
        let pointing = assert_admissible(&GROUNDER, &point, &home);
        let tip = GROUNDER.robot().forward(&pointing).translation.vector;
        prop_assert!((tip.x - middle.x).hypot(tip.y - middle.y) < 0.03 && tip.z > 0.04);
        let direction = Direction::ALL_DIRECTIONS[side];
        match GROUNDER.ground(&Step::push_step(name, direction), &scene, &pointing) {
            Ok(push) => {
                assert_admissible(&GROUNDER, &push, &pointing);
            }
            Err(why) => prop_assert!(matches!(why, Refusal::Unreachable { .. } | Refusal::Collision { .. } | Refusal::NotApplicable(_)), "{why}"),
        }
        let back = GROUNDER.ground(&Step::home_step(), &scene, &pointing).unwrap();
        prop_assert_eq!(&assert_admissible(&GROUNDER, &back, &pointing), &home);
    }
}

#[test]
fn every_skill_that_can_be_planned_can_be_carried_out() {
    let names = |skills: &[Skill]| -> Vec<&str> { skills.iter().map(|it| it.name()).collect() };
    assert_eq!(names(&skills::ALL), names(&Skill::ALL));
}

#[test]
fn joints_outside_their_limits_creep_back_before_anything_else() {
    let robot = GROUNDER.robot();
    for joint in 0..robot.joints().len() {
        let limits = robot.joints()[joint].limits;
        for outside in [limits.min - 0.04, limits.max + 0.04] {
            let mut start = robot.home().clone();
            start[joint] = outside;
            let around = CollisionWorld::with_table_only(robot);
            if robot.collider().check_posture(&start, &around).is_err() {
                continue;
            }
            let motion = GROUNDER.ground(&Step::home_step(), &scene(vec![]), &start);
            let motion = motion.unwrap_or_else(|why| panic!("{joint} at {outside}: {why}"));
            assert_eq!(&assert_admissible(&GROUNDER, &motion, &start), robot.home());
        }
    }
}

#[test]
fn a_cube_is_stacked_upright_on_another() {
    let mut below = cube(at(0.19, 0.4), 0.3, 0.032);
    below.name = "green cube".to_owned();
    let (x, y) = (below.solid.x, below.solid.y);
    let (scene, joints, pick) = picked(scene(vec![cube(at(0.2, -0.4), 0.8, 0.03), below]));
    let motion = GROUNDER
        .ground(&place(Relation::On, "green cube"), &scene, &joints)
        .unwrap();
    assert_admissible(&GROUNDER, &motion, &joints);
    let released = GROUNDER.robot().forward(end_of(&motion, Purpose::Lower))
        * pick.tool_from_object().unwrap();
    assert!((released.translation.x - x).hypot(released.translation.y - y) < 0.001);
    let askew = (released.rotation * Vector3::z()).angle(&Vector3::z());
    assert!(askew < 0.05, "{askew} rad askew");
    assert!(
        (released.translation.z - 0.047).abs() < 0.005,
        "{}",
        released.translation.z
    );
}

#[test]
fn pushes_go_where_the_picture_shows() {
    let scene = scene(vec![cube(at(0.18, 0.0), 0.0, 0.03)]);
    let home = GROUNDER.robot().home().clone();
    for (direction, path) in [
        (Direction::Left, -Vector3::y()),
        (Direction::Right, Vector3::y()),
    ] {
        let step = Step::push_step("red cube", direction);
        let motion = GROUNDER.ground(&step, &scene, &home).unwrap();
        let segment = motion
            .segments
            .iter()
            .find(|s| s.purpose == Purpose::Push)
            .unwrap();
        let position = |joints: &JointVector| GROUNDER.robot().forward(joints).translation.vector;
        let moved = position(segment.end().unwrap()) - position(&segment.samples[0]);
        assert!(moved.dot(&path) > 0.05, "{direction:?} moves by {moved}");
    }
}

#[test]
fn impossible_steps_are_refused_with_the_reason() {
    let home = GROUNDER.robot().home().clone();
    let scene = scene(vec![cube((0.9, 0.1), 0.0, 0.03), bowl(at(0.2, 0.5))]);
    let refused = |step: &Step| GROUNDER.ground(step, &scene, &home).unwrap_err();
    match refused(&pick("red cube")) {
        Refusal::Unreachable { what, distance, .. } => {
            assert_eq!(what, "red cube");
            assert!(distance > 0.2);
        }
        other => panic!("{other}"),
    }
    assert!(
        matches!(refused(&pick("green ball")), Refusal::NotSeen { name, seen } if name == "green ball" && seen.len() == 2)
    );
    assert!(matches!(
        refused(&place(Relation::In, "blue bowl")),
        Refusal::NotApplicable(_)
    ));
    assert!(refused(&pick("blue bowl")).to_string().contains("wide"));
    let nonsense = JointVector::from(vec![f64::NAN; home.len()]);
    assert!(matches!(
        GROUNDER.ground(&Step::home_step(), &scene, &nonsense),
        Err(Refusal::NotFinite { .. })
    ));
    let short = JointVector::from(vec![0.0; 2]);
    assert!(matches!(
        GROUNDER.ground(&Step::home_step(), &scene, &short),
        Err(Refusal::Malformed(_))
    ));
}

#[test]
fn views_say_what_the_arm_can_do() {
    let scene = scene(vec![cube(at(0.2, 0.0), 0.0, 0.03), bowl(at(0.2, 0.7)), {
        let mut far = cube((0.8, 0.0), 0.0, 0.03);
        far.name = "far cube".to_owned();
        far
    }]);
    let views = GROUNDER.object_views(&scene);
    let view = |name: &str| views.iter().find(|view| view.name == name).unwrap();
    let (cube, bowl, far) = (view("red cube"), view("blue bowl"), view("far cube"));
    assert_eq!(cube.affords, [Skill::Pick, Skill::Push, Skill::Point]);
    assert_eq!(bowl.affords, [Skill::Push, Skill::Point]);
    assert!(far.affords.is_empty() && far.receives.is_empty());
    assert!(!cube.receives.contains(&Relation::In));
    assert!(bowl.receives.contains(&Relation::In));
    assert!(cube.receives.contains(&Relation::LeftOf));
}

#[test]
fn a_new_approach_grasps_from_another_side_or_angle() {
    let scene = scene(vec![cube(at(0.2, 0.2), 0.3, 0.03)]);
    let home = GROUNDER.robot().home().clone();
    let grasp = |approach: usize| {
        let motion = GROUNDER.ground_attempt(&pick("red cube"), &scene, &home, approach);
        let motion = motion.unwrap();
        assert_admissible(&GROUNDER, &motion, &home);
        GROUNDER
            .robot()
            .forward(end_of(&motion, Purpose::Approach))
            .rotation
    };
    let all = [0, 1, 2].map(grasp);
    assert_eq!(all[0], grasp(0));
    for (first, second) in [(0, 1), (1, 2), (0, 2)] {
        let apart = all[first].angle_to(&all[second]);
        assert!(apart > 0.2, "{first} and {second}: {apart}");
    }
}

#[test]
fn the_hand_keeps_clear_of_neighbors() {
    let mut near = cube(at(0.2, 0.0), 0.0, 0.03);
    near.name = "green cube".to_owned();
    near.solid.y += 0.045;
    let scene = scene(vec![cube(at(0.2, 0.0), 0.0, 0.03), near.clone()]);
    let home = GROUNDER.robot().home().clone();
    let motion = GROUNDER.ground(&pick("red cube"), &scene, &home).unwrap();
    let reached = end_of(&motion, Purpose::Approach);
    for placed in
        enact_ground::motion::robot_shapes::placed_robot_shapes(GROUNDER.robot(), None, reached)
    {
        for point in placed.points_on_surface() {
            let distance = near.solid.signed_distance_to_material(&point);
            assert!(distance > 0.0, "{} is in the neighbor", placed.part.name);
        }
    }
}

#[test]
fn arms_of_six_and_seven_joints_pick_and_place_too() {
    for name in ["ur5e", "panda"] {
        let grounder = grounder(name);
        for (x, y, yaw) in [(0.45, 0.1, 0.3), (0.5, -0.2, 1.2), (0.35, 0.25, 0.7)] {
            let scene = scene(vec![cube((x, y), yaw, 0.03), bowl((0.45, y - 0.3))]);
            let (scene, joints, _) = picked_by(&grounder, scene);
            let motion = grounder
                .ground(&place(Relation::In, "blue bowl"), &scene, &joints)
                .unwrap();
            assert_admissible(&grounder, &motion, &joints);
        }
    }
}

#[test]
fn the_so100_does_what_the_so101_does() {
    let grounder = grounder("so100");
    for (radius, angle, yaw) in [(0.16, 0.4, 0.3), (0.2, -0.8, 1.2), (0.25, 0.9, 0.7)] {
        let cube = cube(at(radius, angle), yaw, 0.03);
        let scene = scene(vec![cube, bowl(at(0.2, angle - 0.9))]);
        let (scene, joints, _) = picked_by(&grounder, scene);
        let place = place(Relation::In, "blue bowl");
        let motion = grounder.ground(&place, &scene, &joints).unwrap();
        let end = assert_admissible(&grounder, &motion, &joints);
        let home = grounder.ground(&Step::home_step(), &scene, &end).unwrap();
        let end = assert_admissible(&grounder, &home, &end);
        assert_eq!(end[..5], grounder.robot().home()[..5]);
    }
}

/// Limp arms sink into these postures, in which their simplified shapes overlap.
#[test]
fn a_folded_arm_gets_home_without_coming_closer_to_itself() {
    get_home(&GROUNDER, [0.0, -100.0, 84.7, 93.6, 0.0, 10.0]);
    get_home(&grounder("so100"), [0.0, -97.4, 85.1, 93.6, 0.0, 10.0]);
}

fn get_home(grounder: &Grounder, degrees: [f64; 6]) {
    let robot = grounder.robot();
    let folded = JointVector::from(degrees.map(f64::to_radians).to_vec());
    let alone = CollisionWorld::default();
    assert!(robot.collider().check_posture(&folded, &alone).is_err());
    let motion_to = |goal: &JointVector| {
        let samples = sample_fastest_move(robot, &folded, goal, 0.0)?;
        robot.collider().check_path(&samples, &alone)
    };
    let (clear, ()) = escape_path(robot, &alone, &folded, motion_to).expect("a way");
    assert!(robot.collider().check_posture(&clear, &alone).is_ok());
    assert!(clear.max_difference(&folded) < 1.0);
    let nothing = scene(Vec::new());
    let motion = grounder
        .ground(&Step::home_step(), &nothing, &folded)
        .unwrap();
    let end = assert_admissible(grounder, &motion, &folded);
    assert!(end.max_difference(robot.home()) < 1e-6);
}
