//! An object is rotated in place as far as the wrist allows, and the next picture verifies it.

mod arm;
mod table;

use arm::{GROUNDER, assert_admissible, at, bowl, cube, scene};
use enact_ground::motion::Effect;
use enact_ground::scene::{Footprint, SceneMemory, SceneObject};
use enact_ground::{StepEvidence, StepMotion, judge};
use enact_plan::{Detection, Relation, Step, Verdict};
use enact_types::{Refusal, Vector3};
use proptest::prelude::*;
use table::{Body, Table, shapes};

/// Returns the rotation of the object from grasp to release, counterclockwise, degrees, and its
/// displacement, meters.
fn turn(motion: &StepMotion, object: &SceneObject) -> (f64, f64) {
    let segment = motion
        .segments
        .iter()
        .find(|segment| matches!(segment.effect, Some(Effect::Release { .. })))
        .expect("it lets go");
    let tool = GROUNDER.robot().forward(segment.end().unwrap());
    let pose = tool * motion.tool_from_object().unwrap();
    let side = pose.rotation * Vector3::x();
    let turned = (side.y.atan2(side.x) - object.solid.yaw).to_degrees();
    let moved = pose.translation.vector - object.solid.center().coords;
    ((turned + 180.0).rem_euclid(360.0) - 180.0, moved.norm())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cubes_are_turned_where_they_stand(
        radius in 0.16..0.24_f64, angle in -0.9..0.9_f64, yaw in 0.0..1.57_f64, degrees in -90..90_i16,
    ) {
        prop_assume!(degrees != 0);
        let target = cube(at(radius, angle), yaw, 0.03);
        let scene = scene(vec![target.clone()]);
        let home = GROUNDER.robot().home().clone();
        let motion = GROUNDER.ground(&Step::rotate_step("red cube", degrees), &scene, &home).unwrap();
        let end = assert_admissible(&GROUNDER, &motion, &home);
        prop_assert_eq!(&end[..5], &home[..5]);
        let (turned, moved) = turn(&motion, &target);
        prop_assert!((turned - f64::from(degrees)).abs() < 1.0, "{turned}");
        prop_assert!(moved < 0.01, "{moved}");
    }
}

/// Returns a slab that fits between the fingers in one direction only.
fn slab(yaw: f64) -> SceneObject {
    let mut slab = cube(at(0.2, 0.0), yaw, 0.03);
    slab.solid.footprint = Footprint::Rectangle {
        half: [0.06, 0.013],
    };
    slab
}

#[test]
fn what_the_wrist_does_not_allow_is_refused_with_the_range() {
    let home = GROUNDER.robot().home();
    let scene = scene(vec![slab(1.57)]);
    let refused =
        |degrees| match GROUNDER.ground(&Step::rotate_step("red cube", degrees), &scene, home) {
            Err(Refusal::NotApplicable(why)) => why,
            other => panic!("{degrees}: {other:?}"),
        };
    let why = refused(355);
    let told: Vec<i16> = why
        .split([' ', ','])
        .filter_map(|word| word.parse().ok())
        .collect();
    let [least, most, 355] = told[..] else {
        panic!("{why}");
    };
    assert!(least < -60 && most > 60 && most - least < 360, "{why}");
    for within in [least, most] {
        let motion = GROUNDER
            .ground(&Step::rotate_step("red cube", within), &scene, home)
            .unwrap_or_else(|why| panic!("{within}: {why}"));
        assert_admissible(&GROUNDER, &motion, home);
    }
    assert_eq!(refused(most + 10).split(',').next(), why.split(',').next());
}

#[test]
fn what_carries_or_is_held_is_not_turned() {
    let home = GROUNDER.robot().home();
    let mut upper = cube(at(0.2, 0.0), 0.0, 0.03);
    upper.name = "green cube".to_owned();
    (upper.solid.base, upper.solid.top) = (0.03, 0.06);
    let lower = cube(at(0.2, 0.0), 0.0, 0.03);
    let stack = scene(vec![lower, upper]);
    assert_eq!(
        stack.objects()[1].rests,
        Some((Relation::On, "red cube".to_owned()))
    );
    let refusal = GROUNDER.ground(&Step::rotate_step("red cube", 30), &stack, home);
    assert!(
        refusal.unwrap_err().to_string().contains("green cube"),
        "it would fall"
    );
    let bowl = scene(vec![bowl(at(0.2, 0.0))]);
    let refusal = GROUNDER.ground(&Step::rotate_step("blue bowl", 30), &bowl, home);
    assert!(refusal.is_err(), "the gripper cannot take it");
}

/// Returns the verdict on rotating the red object by `degrees`, seen as `before` and `after`.
fn verdict(degrees: i16, before: Body, after: Body) -> (Verdict, String) {
    let look = |scene: &mut SceneMemory, body: Body| {
        let table = Table { bodies: vec![body] };
        let (frame, owners) = table.render(1);
        let detection = Detection {
            point: table::middle_of(&frame, &owners, 0),
            label: table.bodies[0].label.clone(),
            bounds: None,
        };
        scene.update(&frame, &[detection], &|_| false);
        frame
    };
    let mut known = SceneMemory::default();
    look(&mut known, before);
    let mut seen = known.clone();
    let frame = look(&mut seen, after);
    let evidence = StepEvidence {
        robot: GROUNDER.robot(),
        measured: Some(GROUNDER.robot().home()),
        before: &known,
        after: &seen,
        frame: &frame,
    };
    let name = known.objects()[0].name.clone();
    let judgment = judge(&Step::rotate_step(name, degrees), &evidence);
    (judgment.verdict, judgment.reason)
}

#[test]
fn the_next_picture_tells_whether_a_thing_was_turned() {
    let cube = |x: f64, degrees: f64| {
        shapes::cuboid("red cube", [x, 0.0, 0.0], degrees.to_radians(), [0.03; 3])
    };
    let no = |reason: &str| (Verdict::No, reason.to_owned());
    let yes = || (Verdict::Yes, String::new());
    assert_eq!(verdict(30, cube(0.2, 10.0), cube(0.2, 40.0)), yes());
    assert_eq!(verdict(-60, cube(0.2, 10.0), cube(0.2, -50.0)), yes());
    let unturned = no("it is not turned as asked");
    assert_eq!(verdict(30, cube(0.2, 10.0), cube(0.2, 10.0)), unturned);
    assert_eq!(verdict(45, cube(0.2, 10.0), cube(0.2, 20.0)), unturned);
    let elsewhere = no("it is not where it stood");
    assert_eq!(verdict(30, cube(0.2, 10.0), cube(0.25, 40.0)), elsewhere);
    // A quarter turn of a cube and any turn of a ball are invisible, so putting it down counts.
    assert_eq!(verdict(90, cube(0.2, 10.0), cube(0.2, 10.0)), yes());
    let ball = || shapes::ball("red ball", [0.2, 0.0, 0.0], 0.016);
    assert_eq!(verdict(30, ball(), ball()), yes());
}
