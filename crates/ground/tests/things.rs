//! Things of any shape are measured as they are, whatever they are called, and grasped by that.

mod arm;
mod table;

use arm::{GROUNDER, assert_admissible, bowl, end_of, pick, scene};
use enact_ground::scene::{Contour, SceneMemory, SceneObject, Solid, proposals};
use enact_ground::step_verdict::holds_something_as_wide;
use enact_ground::{Purpose, skills};
use enact_plan::{Detection, Relation, Skill, Step};
use enact_types::Refusal;
use table::{Body, Table, shapes};

/// Returns what a camera sees of one body that is called `label`.
fn seen(body: &Body, label: &str) -> SceneObject {
    seen_by(body, label, true)
}

fn seen_by(body: &Body, label: &str, has_depth: bool) -> SceneObject {
    let table = Table {
        bodies: vec![body.clone()],
    };
    let (mut frame, owners) = table.render(7);
    let point = table::middle_of(&frame, &owners, 0);
    if !has_depth {
        frame.depth = None;
    }
    let mut memory = SceneMemory::default();
    let reports = memory.update(&frame, &[Detection::at_point(point, label)], &|_| false);
    assert!(reports.is_empty(), "{reports:?}");
    memory.objects()[0].clone()
}

fn contour(solid: &Solid) -> &Contour {
    let contour = solid.contour.as_ref();
    contour.unwrap_or_else(|| panic!("{solid:?} has no outline of its own"))
}

/// Returns positions where the arm reaches, each with a yaw.
fn places() -> impl Iterator<Item = ([f64; 3], f64)> {
    (0..8).map(|i| {
        let i = f64::from(i);
        let (radius, angle) = (0.17 + 0.008 * i, -0.9 + (i * 0.377) % 1.8);
        let (x, y) = arm::at(radius, angle);
        ([x, y, 0.0], i * 0.8)
    })
}

/// Checks that the solid is material where the body is, seen from above, but for so many meters that
/// are missing and so many that are too much: on the side that is turned away much is hidden.
fn assert_outline(solid: &Solid, body: &Body, height: f64, [missing, more]: [f64; 2]) {
    for i in 0..60 {
        for j in 0..60 {
            let at = |step: i32, middle: f64| middle - 0.06 + 0.002 * f64::from(step);
            let (x, y) = (at(i, solid.x), at(j, solid.y));
            let truth = body.distance(&enact_types::Point3::new(x, y, height));
            let told = solid.signed_distance_to_footprint(x, y);
            assert!(
                !(truth < -missing && told > 0.0 || truth > more && told < 0.0),
                "{x:.3} {y:.3}: {told:.4} for {truth:.4} of {}",
                body.label
            );
        }
    }
}

#[test]
fn an_outline_is_measured_whatever_the_thing_is_called() {
    for (at, yaw) in places() {
        for (body, height) in [
            (shapes::bracket("blue thing", at, yaw), 0.01),
            (shapes::banana("yellow thing", at, yaw, 0.036, 0.011), 0.011),
        ] {
            let object = seen(&body, "whatever");
            contour(&object.solid);
            assert_outline(&object.solid, &body, height, [0.006, 0.009]);
            let same = 0.004;
            assert!((object.solid.height() - 2.0 * height).abs() < same);
        }
    }
}

#[test]
fn without_depth_an_outline_is_what_a_silhouette_leaves() {
    for (at, yaw) in places() {
        for body in [
            shapes::bracket("blue thing", at, yaw),
            shapes::banana("green thing", at, yaw, 0.036, 0.011),
        ] {
            let object = seen_by(&body, "whatever", false);
            contour(&object.solid);
            assert_outline(&object.solid, &body, 0.01, [0.009, 0.009]);
        }
    }
}

#[test]
fn a_mug_is_hollow_and_its_handle_is_seen() {
    // A handle behind its mug is hidden.
    for (at, yaw) in places().filter(|(_, yaw)| yaw.cos() > -0.2) {
        let mug = shapes::mug("green mug", at, yaw, 0.024);
        let SceneObject { solid, .. } = seen(&mug, "mug");
        assert!(solid.hollow.is_some(), "{solid:?}");
        let away = |share: f64| (at[0] + share * yaw.cos(), at[1] + share * yaw.sin());
        let (x, y) = away(0.036);
        assert!(
            solid.signed_distance_to_footprint(x, y) < 0.0,
            "the handle of {solid:?}"
        );
        let (x, y) = away(-0.032);
        assert!(
            solid.signed_distance_to_footprint(x, y) > 0.003,
            "behind {solid:?}"
        );
    }
}

#[test]
fn known_shapes_keep_theirs() {
    for (at, yaw) in places() {
        for body in [
            shapes::cuboid("red cube", at, yaw, [0.03; 3]),
            shapes::cuboid("red box", at, yaw, [0.055, 0.03, 0.035]),
            shapes::cylinder("red can", at, 0.015, 0.04),
            shapes::ball("red ball", at, 0.016),
            shapes::bowl("blue bowl", at, 0.055, 0.04),
            shapes::tray("green tray", at, yaw, [0.11, 0.09], 0.012),
        ] {
            let object = seen(&body, &body.label);
            assert!(object.solid.contour.is_none(), "{}: {object:?}", body.label);
        }
    }
}

#[test]
fn a_banana_is_picked_by_its_middle_and_goes_in_a_bowl() {
    for (at, yaw) in places() {
        let banana = seen(
            &shapes::banana("yellow banana", at, yaw, 0.036, 0.011),
            "banana",
        );
        let (x, y) = arm::at(0.2, if at[1] > 0.0 { -0.6 } else { 0.6 });
        let mut scene = scene(vec![banana.clone(), bowl((x, y))]);
        let home = GROUNDER.robot().home().clone();
        let motion = GROUNDER.ground(&pick("banana"), &scene, &home);
        let motion = motion.unwrap_or_else(|why| panic!("{at:?} {yaw}: {why}"));
        let end = assert_admissible(&GROUNDER, &motion, &home);
        let gripper = GROUNDER.robot().gripper().unwrap();
        let reached = end_of(&motion, Purpose::Approach);
        let tip = GROUNDER.robot().forward(reached) * gripper.tool_from_grasp;
        let off = banana.solid.signed_distance_to_footprint(tip.x, tip.y);
        assert!(
            (0.0..0.012).contains(&off),
            "the finger is {off} m beside it"
        );
        assert!(gripper.fingertip_opening(reached[gripper.joint]) < 0.06);
        scene.record_grasp("banana", motion.tool_from_object().unwrap());
        let place = Step::place_step("banana", Relation::In, "blue bowl");
        let motion = GROUNDER.ground(&place, &scene, &end);
        let motion = motion.unwrap_or_else(|why| panic!("{at:?} {yaw}: {why}"));
        assert_admissible(&GROUNDER, &motion, &end);
    }
}

#[test]
fn a_refusal_says_what_was_measured() {
    let crate_ = shapes::cuboid("red crate", [0.22, 0.0, 0.0], 0.3, [0.091, 0.095, 0.04]);
    let wide = scene(vec![seen(&crate_, "crate")]);
    let home = GROUNDER.robot().home().clone();
    let why = GROUNDER.ground(&pick("crate"), &wide, &home).unwrap_err();
    let Refusal::NotApplicable(text) = &why else {
        panic!("{why}");
    };
    let width = text.strip_prefix("the crate is ").unwrap();
    let (width, rest) = width.split_once(" cm wide where the jaw takes ").unwrap();
    assert!((width.parse::<f64>().unwrap() - 9.1).abs() < 0.3, "{text}");
    assert_eq!(rest, "5.5 cm");

    let card = shapes::cuboid("red card", [0.22, 0.0, 0.0], 0.3, [0.03, 0.04, 0.007]);
    let flat = scene(vec![seen(&card, "card")]);
    let why = GROUNDER.ground(&pick("card"), &flat, &home).unwrap_err();
    assert!(
        why.to_string()
            .contains("cm high where the fingers need 0.8 cm"),
        "{why}"
    );
}

#[test]
fn fingers_on_a_thin_bar_hold_it() {
    let bracket = seen(
        &shapes::bracket("blue bracket", [0.2, 0.0, 0.0], 0.4),
        "bracket",
    );
    let robot = GROUNDER.robot();
    let gripper = robot.gripper().unwrap();
    assert!(skills::is_afforded(Skill::Pick, gripper, &bracket.solid));
    let mut joints = robot.home().clone();
    joints[gripper.joint] = gripper.joint_for_opening(0.017);
    assert!(holds_something_as_wide(gripper, &joints, &bracket.solid));
    joints[gripper.joint] = gripper.joint_for_opening(0.004);
    assert!(!holds_something_as_wide(gripper, &joints, &bracket.solid));
}

#[test]
fn a_mark_is_on_its_thing() {
    for (at, yaw) in places() {
        let body = shapes::banana("yellow banana", at, yaw, 0.036, 0.011);
        let table = Table { bodies: vec![body] };
        let (frame, owners) = table.render(7);
        let found = proposals(&frame, &|_| false);
        assert_eq!(found.len(), 1, "{found:?}");
        let (x, y) = found[0]
            .point
            .to_pixel(frame.intrinsics.width, frame.intrinsics.height);
        let pixel = y as usize * frame.intrinsics.width as usize + x as usize;
        assert_eq!(owners[pixel], Some(0), "{yaw}");
    }
}
