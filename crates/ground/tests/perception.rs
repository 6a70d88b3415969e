//! Objects are recovered from noisy depth pictures of known shapes.

mod arm;
mod table;

use enact_ground::scene::{Footprint, SceneMemory, Solid, proposals};
use enact_plan::{Detection, Relation};
use enact_types::{Frame, NormalizedPoint, Point3};
use table::{Body, Table, shapes};

/// Perceives the bodies of a table; each body is pointed at where most of it is visible.
fn perceive(table: &Table) -> SceneMemory {
    let (frame, owners) = table.render(7);
    let mut memory = SceneMemory::default();
    let reports = memory.update(&frame, &detections(table, &frame, &owners), &|_| false);
    assert!(reports.is_empty(), "{reports:?}");
    memory
}

fn detections(table: &Table, frame: &Frame, owners: &[Option<usize>]) -> Vec<Detection> {
    (0..table.bodies.len())
        .map(|body| {
            let point = table::middle_of(frame, owners, body);
            Detection::at_point(point, &table.bodies[body].label)
        })
        .collect()
}

fn single(body: Body) -> (Solid, Body) {
    let table = Table {
        bodies: vec![body.clone()],
    };
    let memory = perceive(&table);
    (memory.objects()[0].solid.clone(), body)
}

fn yaw_error(a: f64, b: f64) -> f64 {
    let quarter = std::f64::consts::FRAC_PI_2;
    let error = (a - b).rem_euclid(quarter);
    error.min(quarter - error)
}

/// Returns positions all over the reachable table, each with a yaw.
fn places() -> impl Iterator<Item = (f64, f64, f64)> {
    (0..14).map(|i| {
        let i = f64::from(i);
        let (radius, angle) = (0.15 + 0.009 * i, -1.0 + (i * 0.377) % 2.0);
        (
            radius * angle.cos(),
            radius * angle.sin(),
            (i * 0.731) % 1.57,
        )
    })
}

#[test]
fn cubes_are_measured() {
    for (x, y, yaw) in places() {
        for edge in [0.026, 0.03, 0.036] {
            let (solid, _) = single(shapes::cuboid("red cube", [x, y, 0.0], yaw, [edge; 3]));
            let Footprint::Rectangle { half } = solid.footprint else {
                panic!("a cube of {edge} at {x:.3} {y:.3} yaw {yaw:.2} is taken for {solid:?}");
            };
            let off = (solid.x - x).hypot(solid.y - y);
            assert!(
                off < 0.003,
                "center off {off} at {x:.3} {y:.3} {yaw:.2} {edge}"
            );
            let turned = yaw_error(solid.yaw, yaw);
            assert!(
                turned < 0.1,
                "yaw off {turned} at {x:.3} {y:.3} {yaw:.2} {edge}"
            );
            for extent in [2.0 * half[0], 2.0 * half[1], solid.height()] {
                assert!(
                    (extent - edge).abs() < 0.003,
                    "{extent} for {edge} at {x:.3} {y:.3} {yaw:.2}"
                );
            }
        }
    }
}

#[test]
fn cylinders_and_balls_are_measured() {
    for (x, y, _) in places() {
        for radius in [0.013, 0.0165] {
            let (cylinder, _) =
                single(shapes::cylinder("red cylinder", [x, y, 0.0], radius, 0.036));
            let (ball, _) = single(shapes::ball("red ball", [x, y, 0.0], radius));
            for (solid, height) in [(&cylinder, 0.036), (&ball, 2.0 * radius)] {
                let Footprint::Disc { radius: found } = solid.footprint else {
                    panic!("radius {radius} at {x:.3} {y:.3} is taken for {solid:?}");
                };
                let off = (solid.x - x).hypot(solid.y - y);
                assert!(off < 0.003, "center off {off} at {x:.3} {y:.3} {solid:?}");
                assert!(
                    (found - radius).abs() < 0.0015,
                    "{found} for {radius} {solid:?}"
                );
                assert!((solid.height() - height).abs() < 0.003, "{solid:?}");
            }
            assert!(ball.ball && !cylinder.ball);
        }
    }
}

#[test]
fn one_thing_under_two_names_is_one_thing() {
    let table = Table {
        bodies: vec![shapes::cuboid("red cube", [0.2, 0.05, 0.0], 0.3, [0.03; 3])],
    };
    let (mut frame, owners) = table.render(5);
    let mut list = detections(&table, &frame, &owners);
    list.push(Detection {
        label: "red block".to_owned(),
        ..list[0].clone()
    });
    for depth in [frame.depth.clone(), None] {
        frame.depth = depth;
        let mut memory = SceneMemory::default();
        let reports = memory.update(&frame, &list, &|_| false);
        assert_eq!(memory.objects().len(), 1);
        assert_eq!(reports[0].reason, "it is listed twice");
    }
}

#[test]
fn bowls_and_trays_are_hollow() {
    for (x, y, yaw) in places().step_by(2) {
        let (bowl, _) = single(shapes::bowl("blue bowl", [x, y, 0.0], 0.055, 0.04));
        let hollow = bowl.hollow.expect("a bowl is hollow");
        assert!(
            (bowl.x - x).hypot(bowl.y - y) < 0.004,
            "{bowl:?} at {x:.3} {y:.3}"
        );
        assert!(
            (bowl.top - 0.04).abs() < 0.003 && hollow.floor < 0.012,
            "{bowl:?}"
        );
        assert!(
            (hollow.inner.inner_radius() - 0.05).abs() < 0.005,
            "{bowl:?}"
        );

        let (tray, _) = single(shapes::tray(
            "green tray",
            [x, y, 0.0],
            yaw,
            [0.11, 0.09],
            0.012,
        ));
        let hollow = tray.hollow.expect("a tray is hollow");
        assert!(
            (tray.x - x).hypot(tray.y - y) < 0.005,
            "{tray:?} at {x:.3} {y:.3}"
        );
        assert!(yaw_error(tray.yaw, yaw) < 0.1, "{tray:?} yaw {yaw}");
        assert!(
            hollow.floor < 0.007 && (hollow.inner.inner_radius() - 0.041).abs() < 0.006,
            "{tray:?}"
        );
    }
}

#[test]
fn a_cube_in_a_bowl_and_a_stack_are_separate_things() {
    let table = Table {
        bodies: vec![
            shapes::bowl("blue bowl", [0.2, 0.08, 0.0], 0.055, 0.04),
            shapes::cuboid("red cube", [0.205, 0.085, 0.005], 0.4, [0.03; 3]),
            shapes::cuboid("green cube", [0.2, -0.08, 0.0], 0.3, [0.032; 3]),
            shapes::cuboid("yellow cube", [0.202, -0.081, 0.032], 0.2, [0.03; 3]),
        ],
    };
    let memory = perceive(&table);
    let red = memory.find("red cube").unwrap();
    let yellow = memory.find("yellow cube").unwrap();
    assert_eq!(red.rests, Some((Relation::In, "blue bowl".to_owned())));
    assert_eq!(yellow.rests, Some((Relation::On, "green cube".to_owned())));
    assert!(
        (red.solid.x - 0.205).hypot(red.solid.y - 0.085) < 0.004,
        "{red:?}"
    );
    assert!(
        (yellow.solid.x - 0.202).hypot(yellow.solid.y + 0.081) < 0.003,
        "{yellow:?}"
    );
    assert_eq!(memory.find("green cube").unwrap().rests, None);
}

#[test]
fn a_thing_in_a_bowl_of_its_own_color_is_told_apart() {
    for (x, y, yaw) in places().step_by(3) {
        for (dx, dy) in [(0.0, 0.0), (0.008, -0.005)] {
            let table = Table {
                bodies: vec![
                    shapes::bowl("blue bowl", [x, y, 0.0], 0.055, 0.04),
                    shapes::cuboid("blue cube", [x + dx, y + dy, 0.005], yaw, [0.03; 3]),
                ],
            };
            let memory = perceive(&table);
            let cube = memory.find("blue cube").unwrap();
            assert_eq!(cube.rests, Some((Relation::In, "blue bowl".to_owned())));
            let off = (cube.solid.x - x - dx).hypot(cube.solid.y - y - dy);
            assert!(off < 0.005, "{cube:?} is {off} off");
            assert!(
                (cube.solid.largest_extent() - 0.03).abs() < 0.006,
                "{cube:?}"
            );
            let bowl = &memory.find("blue bowl").unwrap().solid;
            assert!((bowl.x - x).hypot(bowl.y - y) < 0.005, "{bowl:?}");
            assert!(bowl.hollow.is_some(), "{bowl:?}");
        }
    }
}

#[test]
fn points_on_nothing_solid_are_dropped_with_a_reason() {
    let table = Table {
        bodies: vec![shapes::cuboid("red cube", [0.2, 0.0, 0.0], 0.1, [0.03; 3])],
    };
    let (frame, owners) = table.render(3);
    let mut list = detections(&table, &frame, &owners);
    let point = enact_types::NormalizedPoint { y: 900, x: 900 };
    list.push(Detection::at_point(point, "green ball"));
    list.push(list[0].clone());
    let mut memory = SceneMemory::default();
    let reports = memory.update(&frame, &list, &|_| false);
    assert_eq!(memory.objects().len(), 1);
    let reasons: Vec<&str> = reports
        .iter()
        .map(|report| report.reason.as_str())
        .collect();
    assert_eq!(
        reasons,
        ["nothing rises above the table there", "it is listed twice"]
    );
    let mut masked = SceneMemory::default();
    let reports = masked.update(&frame, &list[..1], &|_| true);
    assert_eq!(reports[0].reason, "that is the robot or in its hand");
}

#[test]
fn objects_keep_their_names_while_they_move_hide_and_vanish() {
    let mut table = Table {
        bodies: vec![
            shapes::cuboid("red cube", [0.2, 0.1, 0.0], 0.1, [0.03; 3]),
            shapes::cuboid("red cube", [0.2, -0.1, 0.0], 0.1, [0.03; 3]),
        ],
    };
    let mut memory = SceneMemory::default();
    let see = |table: &Table, memory: &mut SceneMemory| {
        let (frame, owners) = table.render(1);
        memory.update(&frame, &detections(table, &frame, &owners), &|_| false)
    };
    see(&table, &mut memory);
    let second = memory.find("red cube 2").unwrap().solid.y;
    table.bodies.reverse();
    table.bodies[0].at[0] += 0.04;
    see(&table, &mut memory);
    assert!((memory.find("red cube 2").unwrap().solid.y - second).abs() < 0.003);

    let (frame, _) = table.render(1);
    memory.update(&frame, &[], &|_| false);
    assert!(memory.objects().iter().all(|object| !object.is_seen()));
    table.bodies.remove(0);
    let reports = see(&table, &mut memory);
    assert_eq!(memory.objects().len(), 1);
    assert_eq!(reports[0].reason, "it is not there any more");
}

/// Returns the solid that a camera without depth perceives for one body.
fn outlined(body: &Body) -> Solid {
    let table = Table {
        bodies: vec![body.clone()],
    };
    let (mut frame, owners) = table.render(5);
    let list = detections(&table, &frame, &owners);
    frame.depth = None;
    let mut memory = SceneMemory::default();
    memory.update(&frame, &list, &|_| false);
    memory.objects()[0].solid.clone()
}

#[test]
fn without_depth_the_silhouette_tells() {
    for (x, y, yaw) in places() {
        let at = [x, y, 0.0];
        for (body, radius, height) in [
            (shapes::cuboid("red cube", at, yaw, [0.03; 3]), 0.015, 0.03),
            (shapes::cylinder("red can", at, 0.015, 0.03), 0.015, 0.03),
            (shapes::ball("red ball", at, 0.015), 0.015, 0.03),
            (shapes::bowl("blue bowl", at, 0.055, 0.04), 0.055, 0.04),
        ] {
            let solid = outlined(&body);
            let label = &body.label;
            let off = (solid.x - x).hypot(solid.y - y);
            assert!(off < solid.uncertainty, "{label}: {off}");
            let wide = solid.footprint.inner_radius() - radius;
            assert!(wide.abs() < 0.006, "{label}: {wide}");
            assert!((solid.top - height).abs() < 0.012, "{label}: {}", solid.top);
            assert_eq!(solid.hollow.is_some(), label == "blue bowl");
            assert_eq!(solid.ball, label == "red ball");
        }
    }
}

#[test]
fn without_depth_what_is_right_below_the_camera_is_where_it_is_pointed_at() {
    let table = Table {
        bodies: vec![shapes::cuboid("red cube", [0.2, 0.0, 0.0], 0.3, [0.03; 3])],
    };
    let (mut frame, _) = table.render(5);
    frame.depth = None;
    let down = nalgebra::UnitQuaternion::from_euler_angles(std::f64::consts::PI, 0.0, 0.0);
    frame.base_from_camera = enact_types::Pose::from_parts([0.2, 0.0, 0.5].into(), down);
    for (x, y, pixel) in frame.rgb.enumerate_pixels_mut() {
        let red = (140..180).contains(&x) && (100..140).contains(&y);
        *pixel = image::Rgb(if red { [200, 40, 30] } else { [168, 128, 88] });
    }
    let point = NormalizedPoint { y: 500, x: 500 };
    let label = "red cube".to_owned();
    let mut memory = SceneMemory::default();
    memory.update(&frame, &[Detection::at_point(point, label)], &|_| false);
    let solid = &memory.objects()[0].solid;
    assert!(
        (solid.x - 0.2).hypot(solid.y) < 0.005 && solid.largest_extent() < 0.1,
        "{solid:?}"
    );
}

#[test]
fn without_depth_what_the_robot_hides_is_the_robot() {
    let table = Table {
        bodies: vec![shapes::ball("red ball", [0.2, 0.05, 0.0], 0.015)],
    };
    let (mut frame, owners) = table.render(5);
    let list = detections(&table, &frame, &owners);
    frame.depth = None;
    let above = frame
        .base_from_camera
        .translation
        .vector
        .lerp(&nalgebra::Vector3::new(0.2, 0.05, 0.01), 0.8);
    let mut memory = SceneMemory::default();
    let reports = memory.update(&frame, &list, &|point| (point.coords - above).norm() < 0.02);
    assert!(memory.objects().is_empty());
    assert_eq!(reports[0].reason, "that is the robot or in its hand");
}

#[test]
fn without_depth_what_looks_like_the_table_is_a_guess_about_its_place() {
    let table = Table { bodies: vec![] };
    let (mut frame, _) = table.render(5);
    frame.depth = None;
    let point = NormalizedPoint { y: 500, x: 500 };
    let label = "key".to_owned();
    let mut memory = SceneMemory::default();
    memory.update(&frame, &[Detection::at_point(point, label)], &|_| false);
    let solid = &memory.objects()[0].solid;
    let seen = frame.deproject_to_plane(160.0, 120.0, 0.0).unwrap();
    let off = (solid.x - seen.x).hypot(solid.y - seen.y);
    assert!(off < solid.uncertainty && solid.uncertainty > 0.01, "{off}");
}

#[test]
fn things_are_proposed_without_names() {
    let table = Table {
        bodies: vec![
            shapes::cuboid("red cube", [0.2, 0.08, 0.0], 0.4, [0.03; 3]),
            shapes::ball("green ball", [0.22, -0.02, 0.0], 0.016),
            shapes::bowl("blue bowl", [0.18, -0.14, 0.0], 0.055, 0.04),
        ],
    };
    let (frame, owners) = table.render(3);
    let found = proposals(&frame, &|_| false);
    assert_eq!(found.len(), 3, "{found:?}");
    for (body, (x, y)) in [(0, (0.2, 0.08)), (1, (0.22, -0.02)), (2, (0.18, -0.14))] {
        let near = |solid: &Solid| (solid.x - x).hypot(solid.y - y) < 0.006;
        let proposal = found.iter().find(|proposal| near(&proposal.solid)).unwrap();
        let (px, py) = proposal.point.to_pixel(320, 240);
        assert_eq!(owners[py as usize * 320 + px as usize], Some(body));
    }
    let cube = found
        .iter()
        .find(|it| (it.solid.y - 0.08).abs() < 0.006)
        .unwrap();
    assert!(yaw_error(cube.solid.yaw, 0.4) < 0.1 && (cube.solid.height() - 0.03).abs() < 0.003);
    // Known objects are not proposed again.
    let known = |point: &Point3| point.y > 0.04;
    assert_eq!(proposals(&frame, &known).len(), 2);
    let blind = Frame {
        depth: None,
        ..frame
    };
    assert!(proposals(&blind, &|_| false).is_empty());
}

#[test]
fn what_the_model_does_not_name_is_still_in_the_way() {
    let grounder = arm::grounder("so101");
    let post = [0.215, 0.045, 0.0];
    let table = Table {
        bodies: vec![
            shapes::cuboid("red cube", [0.2, 0.0, 0.0], 0.0, [0.03; 3]),
            shapes::cylinder("green cylinder", post, 0.015, 0.06),
        ],
    };
    let (frame, owners) = table.render(5);
    let named = detections(&table, &frame, &owners);
    let home = grounder.robot().home().clone();
    let seen = |named: &[Detection]| {
        let mut scene = SceneMemory::default();
        grounder.add_frame_to_scene(&mut scene, &frame, named, Some(&home));
        scene
    };
    assert!(
        seen(&named).unnamed_solids().is_empty(),
        "{:?}",
        seen(&named).unnamed_solids()
    );
    let scene = seen(&named[..1]);
    let [unnamed] = scene.unnamed_solids() else {
        panic!("{:?}", scene.unnamed_solids());
    };
    assert!((unnamed.x - post[0]).hypot(unnamed.y - post[1]) < 0.006 && unnamed.top > 0.05);
    let motion = grounder
        .ground(&arm::pick("red cube"), &scene, &home)
        .unwrap();
    for segment in &motion.segments {
        for sample in &segment.samples {
            for placed in enact_ground::motion::robot_shapes::placed_robot_shapes(
                grounder.robot(),
                None,
                sample,
            ) {
                let hit = placed
                    .points_on_surface()
                    .any(|point| unnamed.signed_distance_to_material(&point) < 0.0);
                assert!(!hit, "{} hits it", placed.part.name);
            }
        }
    }
}
