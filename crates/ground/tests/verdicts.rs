//! Readings of arm and camera decide whether a step worked.

mod arm;
mod table;

use arm::GROUNDER;
use enact_ground::scene::SceneMemory;
use enact_ground::scene::change::find_unexplained_displacements;
use enact_ground::step_verdict::{StepEvidence, judge};
use enact_plan::{Detection, Direction, Relation, Step, Verdict};
use enact_types::{Frame, JointVector, NormalizedPoint, Point3, Pose};
use table::{ABOVE, Body, IN_FRONT, Table, shapes};

fn red(at: [f64; 3]) -> Body {
    shapes::cuboid("red cube", at, 0.2, [0.03; 3])
}

fn bowl() -> Body {
    shapes::bowl("blue bowl", [0.2, 0.1, 0.0], 0.055, 0.04)
}

/// Adds a table to a scene; bodies for which `seen` is false go undetected.
fn look(scene: &mut SceneMemory, table: &Table, seen: impl Fn(&str) -> bool) -> Frame {
    let (frame, owners) = table.render(1);
    let detections: Vec<Detection> = (0..table.bodies.len())
        .filter(|body| seen(&table.bodies[*body].label))
        .map(|body| {
            let point = table::middle_of(&frame, &owners, body);
            Detection::at_point(point, &table.bodies[body].label)
        })
        .collect();
    scene.update(&frame, &detections, &|_| false);
    frame
}

/// Returns all joints at home, with the fingers this far apart in meters.
fn fingers(opening: f64) -> JointVector {
    let robot = GROUNDER.robot();
    let gripper = robot.gripper().unwrap();
    let mut joints = robot.home().clone();
    joints[gripper.joint] = gripper.joint_for_opening(opening);
    joints
}

fn verdict(
    step: &Step,
    opening: f64,
    before: &SceneMemory,
    after: &SceneMemory,
    frame: &Frame,
) -> (Verdict, String) {
    let measured = fingers(opening);
    let evidence = StepEvidence {
        robot: GROUNDER.robot(),
        measured: Some(&measured),
        before,
        after,
        frame,
    };
    let judgment = judge(step, &evidence);
    (judgment.verdict, judgment.reason)
}

/// Returns the verdict after picking the red cube, with the table as it is then.
fn picked(opening: f64, grasped: bool, then: Vec<Body>) -> (Verdict, String) {
    let mut before = SceneMemory::default();
    look(
        &mut before,
        &Table {
            bodies: vec![red([0.2, -0.05, 0.0]), bowl()],
        },
        |_| true,
    );
    let mut after = before.clone();
    if grasped {
        after.record_grasp("red cube", Pose::identity());
    }
    let frame = look(&mut after, &Table { bodies: then }, |_| true);
    let step = Step::pick_step("red cube");
    verdict(&step, opening, &before, &after, &frame)
}

#[test]
fn a_pick_is_judged_by_fingers_and_picture() {
    let no = |reason: &str| (Verdict::No, reason.to_owned());
    assert_eq!(
        picked(0.03, true, vec![bowl()]),
        (Verdict::Yes, String::new())
    );
    let there = || vec![red([0.2, -0.05, 0.0]), bowl()];
    let elsewhere = || vec![red([0.25, -0.12, 0.0]), bowl()];
    assert_eq!(
        picked(0.003, false, there()),
        no("the gripper closed on nothing")
    );
    assert_eq!(picked(0.03, true, there()), no("it is still on the table"));
    assert_eq!(
        picked(0.003, true, elsewhere()),
        no("it slipped out of the gripper")
    );
}

/// Returns the verdict on placing the red cube in the bowl, with the table as it is then.
fn placed(then: Vec<Body>, sees_cube: bool) -> (Verdict, String) {
    let mut scene = SceneMemory::default();
    look(
        &mut scene,
        &Table {
            bodies: vec![red([0.2, -0.05, 0.0]), bowl()],
        },
        |_| true,
    );
    scene.record_grasp("red cube", Pose::identity());
    let before = scene.clone();
    scene.record_release(&Pose::translation(0.2, 0.1, 0.05));
    let frame = look(&mut scene, &Table { bodies: then }, |label| {
        sees_cube || label != "red cube"
    });
    let step = Step::place_step("red cube", Relation::In, "blue bowl");
    verdict(&step, 0.05, &before, &scene, &frame)
}

#[test]
fn a_place_is_judged_by_where_the_object_is_seen() {
    let inside = || vec![red([0.2, 0.1, 0.005]), bowl()];
    assert_eq!(placed(inside(), true), (Verdict::Yes, String::new()));
    assert_eq!(placed(inside(), false), (Verdict::Yes, String::new()));
    assert_eq!(placed(vec![bowl()], false).0, Verdict::Unknown);
    let far = vec![red([0.2, -0.15, 0.0]), bowl()];
    assert_eq!(
        placed(far, true),
        (Verdict::No, "it is not in the blue bowl".to_owned())
    );
    let beside = vec![red([0.2, 0.015, 0.0]), bowl()];
    assert_eq!(placed(beside, true), (Verdict::No, "it fell".to_owned()));
}

/// Edge of the cubes of a tower, meters.
const EDGE: f64 = 0.03;
/// Where it stands.
const AT: [f64; 2] = [0.2, -0.04];

fn story(label: &str, story: u32, [x, y]: [f64; 2]) -> Body {
    let base = EDGE * f64::from(story);
    shapes::cuboid(label, [x, y, base], 0.2, [EDGE; 3])
}

/// Adds a table to a scene as a camera without depth sees it; what is quite hidden goes undetected.
fn look_without_depth(scene: &mut SceneMemory, bodies: Vec<Body>, camera: [[f64; 3]; 2]) -> Frame {
    let table = Table { bodies };
    let (mut frame, owners) = table.render_from(camera, table::SIZE, 1);
    let detections: Vec<Detection> = (0..table.bodies.len())
        .filter(|body| owners.contains(&Some(*body)))
        .map(|body| {
            let point = table::middle_of(&frame, &owners, body);
            Detection::at_point(point, &table.bodies[body].label)
        })
        .collect();
    frame.depth = None;
    scene.update(&frame, &detections, &|_| false);
    frame
}

/// Puts the cube `upper` on `lower`, which is as many stories up, as far as the arm knows. Returns
/// the verdict on what a camera without depth then sees, and the names of what it holds for moved by
/// somebody else.
fn stacked(
    scene: &mut SceneMemory,
    (upper, lower, story): (&str, &str, u32),
    then: Vec<Body>,
    camera: [[f64; 3]; 2],
) -> ((Verdict, String), Vec<String>) {
    scene.record_grasp(upper, Pose::identity());
    let before = scene.clone();
    let height = EDGE * (f64::from(story) + 1.5);
    scene.record_release(&Pose::translation(AT[0], AT[1], height));
    let frame = look_without_depth(scene, then, camera);
    let step = Step::place_step(upper, Relation::On, lower);
    let told = verdict(&step, 0.05, &before, scene, &frame);
    let moved = find_unexplained_displacements(&before, scene, &[upper, lower]);
    (told, moved.into_iter().map(|it| it.name).collect())
}

#[test]
fn without_depth_a_tower_stands_that_the_picture_does_not_show_to_have_fallen() {
    let (green, red, blue) = ("green cube", "red cube", "blue cube");
    let apart = [[0.2, 0.06], [0.24, 0.0]];
    for camera in [IN_FRONT, ABOVE] {
        let mut scene = SceneMemory::default();
        let bottom = || story(green, 0, AT);
        let lying = vec![bottom(), story(red, 0, apart[0]), story(blue, 0, apart[1])];
        look_without_depth(&mut scene, lying, camera);

        let two = || vec![bottom(), story(red, 1, AT)];
        let then = [two(), vec![story(blue, 0, apart[1])]].concat();
        let told = stacked(&mut scene, (red, green, 0), then, camera);
        assert_eq!(told, ((Verdict::Yes, String::new()), vec![]), "{camera:?}");

        let (mut standing, mut fallen) = (scene.clone(), scene);
        let then = [two(), vec![story(blue, 2, AT)]].concat();
        let told = stacked(&mut standing, (blue, red, 1), then, camera);
        assert_eq!(told, ((Verdict::Yes, String::new()), vec![]), "{camera:?}");
        for (upper, lower) in [(blue, red), (red, green)] {
            let rests = standing.find(upper).unwrap().rests.clone();
            assert_eq!(rests, Some((Relation::On, lower.to_owned())), "{camera:?}");
        }

        let beside = story(blue, 0, [AT[0], AT[1] + 0.045]);
        let then = [two(), vec![beside]].concat();
        let told = stacked(&mut fallen, (blue, red, 1), then, camera);
        let no = (Verdict::No, "it fell".to_owned());
        assert_eq!(told, (no, vec![]), "{camera:?}");
    }
}

#[test]
fn what_hides_the_thing_below_is_on_it_as_long_as_it_is_seen_there() {
    let mut scene = SceneMemory::default();
    let (green, red) = ("green cube", "red cube");
    let lying = vec![story(green, 0, AT), story(red, 0, [0.2, 0.06])];
    look_without_depth(&mut scene, lying, ABOVE);
    scene.record_grasp(red, Pose::identity());
    scene.record_release(&Pose::translation(AT[0], AT[1], EDGE * 1.5));
    for _ in 0..10 {
        look_without_depth(&mut scene, vec![story(red, 1, AT)], ABOVE);
    }
    assert!(scene.find(green).is_some_and(|green| !green.is_seen()));
    let rests = scene.find(red).unwrap().rests.clone();
    assert_eq!(rests, Some((Relation::On, green.to_owned())));
}

#[test]
fn without_depth_a_guess_about_its_place_refutes_nothing() {
    let mut scene = SceneMemory::default();
    let (green, red) = ("green cube", "red cube");
    let lying = vec![story(green, 0, AT), story(red, 0, [0.2, 0.06])];
    look_without_depth(&mut scene, lying, IN_FRONT);
    scene.record_grasp(red, Pose::identity());
    let before = scene.clone();
    scene.record_release(&Pose::translation(AT[0], AT[1], EDGE * 1.5));
    // What looks like the table is taken to be where it is pointed at.
    let table = Table {
        bodies: vec![story(green, 0, AT)],
    };
    let (mut frame, owners) = table.render(1);
    frame.depth = None;
    let point = table::middle_of(&frame, &owners, 0);
    let (x, y) = frame
        .project(&Point3::new(AT[0] - 0.02, AT[1] + 0.03, 0.0))
        .unwrap();
    let (width, height) = frame.rgb.dimensions();
    let guessed = NormalizedPoint::from_pixel(x, y, width, height);
    let detections = [
        Detection::at_point(point, green),
        Detection::at_point(guessed, red),
    ];
    scene.update(&frame, &detections, &|_| false);
    let step = Step::place_step(red, Relation::On, green);
    let told = verdict(&step, 0.05, &before, &scene, &frame);
    let unknown = "the picture does not tell whether it is on the green cube";
    assert_eq!(told, (Verdict::Unknown, unknown.to_owned()));
}

#[test]
fn a_push_is_judged_by_how_far_the_object_went() {
    let pushed = |y: f64, seen: bool| {
        let mut before = SceneMemory::default();
        look(
            &mut before,
            &Table {
                bodies: vec![red([0.2, 0.0, 0.0])],
            },
            |_| true,
        );
        let mut after = before.clone();
        let frame = look(
            &mut after,
            &Table {
                bodies: vec![red([0.2, y, 0.0])],
            },
            |_| seen,
        );
        let step = Step::push_step("red cube", Direction::Right);
        verdict(&step, 0.003, &before, &after, &frame)
    };
    assert_eq!(pushed(0.04, true).0, Verdict::Yes);
    assert_eq!(
        pushed(0.005, true),
        (Verdict::No, "it did not move".to_owned())
    );
    assert_eq!(pushed(-0.04, true).0, Verdict::No);
    assert_eq!(
        pushed(0.005, false),
        (Verdict::Unknown, "nobody can see it".to_owned())
    );
}

#[test]
fn the_arm_shows_whether_it_points_and_whether_it_is_home() {
    let mut scene = SceneMemory::default();
    let frame = look(
        &mut scene,
        &Table {
            bodies: vec![red([0.2, 0.0, 0.0])],
        },
        |_| true,
    );
    let step = Step::point_step("red cube");
    let home = GROUNDER.robot().home().clone();
    let motion = GROUNDER.ground(&step, &scene, &home).unwrap();
    let there = motion.segments.last().unwrap().end().unwrap().clone();
    let at = |step: &Step, joints: &JointVector| {
        let evidence = StepEvidence {
            robot: GROUNDER.robot(),
            measured: Some(joints),
            before: &scene,
            after: &scene,
            frame: &frame,
        };
        judge(step, &evidence).verdict
    };
    assert_eq!(at(&step, &there), Verdict::Yes);
    assert_eq!(at(&step, &home), Verdict::No);
    assert_eq!(at(&Step::home_step(), &home), Verdict::Yes);
    assert_eq!(at(&Step::home_step(), &there), Verdict::No);
}
