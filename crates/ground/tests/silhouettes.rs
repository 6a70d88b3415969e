//! Without depth, things are measured from their outlines in light and shade, from any elevation, and
//! what an outline does not tell is what the name suggests, with its error.

mod arm;
mod table;

use arm::{GROUNDER, assert_admissible, cube, pick, scene};
use enact_ground::scene::{Footprint, SceneMemory, SceneObject, Solid};
use enact_ground::{Purpose, skills};
use enact_plan::{Detection, Relation, Skill, Step};
use enact_types::{NormalizedPoint, Point3};
use table::lit::Look;
use table::{Body, Table, shapes};

/// Where things lie.
const AT: [f64; 2] = [0.2, 0.03];

/// Its name, and its color at a place.
type Surface = (&'static str, fn(f64, f64) -> [u8; 3]);

const SURFACES: [Surface; 5] = [
    ("gray", |_, _| [128, 128, 128]),
    ("white", |_, _| [232, 232, 228]),
    ("dark", |_, _| [52, 52, 55]),
    ("wood", |x, y| {
        let grain = 1.0 + 0.12 * (400.0 * (y + 0.02 * (30.0 * x).sin())).sin();
        [158.0, 118.0, 82.0].map(|value| (value * grain) as u8)
    }),
    ("striped", |x, _| {
        if (x / 0.03).rem_euclid(2.0) < 1.0 {
            [214, 210, 200]
        } else {
            [70, 66, 60]
        }
    }),
];

/// Returns what a camera without depth sees of the bodies of a table, by their labels.
fn seen(look: &Look, bodies: &[Body]) -> Vec<SceneObject> {
    let table = Table {
        bodies: bodies.to_vec(),
    };
    let (frame, owners) = look.picture(&table);
    let detections: Vec<Detection> = bodies
        .iter()
        .enumerate()
        .map(|(body, it)| Detection::at_point(table::middle_of(&frame, &owners, body), &it.label))
        .collect();
    let mut memory = SceneMemory::default();
    let reports = memory.update(&frame, &detections, &|_| false);
    assert!(reports.is_empty(), "{reports:?}");
    memory.objects().to_vec()
}

fn one(look: &Look, body: Body) -> Solid {
    seen(look, &[body])[0].solid.clone()
}

/// Looks at a place from many sides, from 30 degrees above the table to straight down.
fn looks() -> impl Iterator<Item = (f64, Look)> {
    [30.0, 45.0, 60.0, 75.0, 83.0, 90.0]
        .into_iter()
        .flat_map(|elevation: f64| {
            [10.0, 130.0, 250.0].map(move |azimuth| (elevation, Look::from(elevation, azimuth, AT)))
        })
}

#[track_caller]
fn assert_cube(solid: &Solid, edge: f64, what: &str) {
    let off = (solid.x - AT[0]).hypot(solid.y - AT[1]);
    assert!(off < 0.006, "{what}: {off} off, {solid:?}");
    let Footprint::Rectangle { half } = solid.footprint else {
        panic!("{what}: {solid:?}");
    };
    for side in half {
        assert!((2.0 * side - edge).abs() < 0.005, "{what}: {solid:?}");
    }
    assert!((solid.top - edge).abs() < 0.006, "{what}: {solid:?}");
    assert!(solid.contour.is_none(), "{what}: {solid:?}");
}

#[test]
fn a_side_in_the_shade_is_of_the_cube_and_its_shadow_is_not() {
    for (number, (elevation, look)) in looks().enumerate() {
        for (again, (name, surface)) in SURFACES.into_iter().enumerate() {
            let shade = [0.08, 0.3, 0.6][(number + again) % 3];
            let color = ["red", "blue", "green"][(number / 3 + again) % 3];
            let look = Look {
                shade,
                surface,
                ..look.clone()
            };
            let at = [AT[0], AT[1], 0.0];
            let body = shapes::cuboid(&format!("{color} cube"), at, 0.4, [0.03; 3]);
            let what = format!("{color} on {name}, {elevation} degrees, shade {shade}");
            assert_cube(&one(&look, body), 0.03, &what);
        }
    }
}

#[test]
fn noise_and_overexposure_leave_a_cube_as_it_is() {
    for (elevation, look) in looks() {
        for (noise, light) in [(6.0, 1.0), (1.0, 0.35)] {
            let look = Look {
                noise,
                shade: 0.15,
                toward_light: nalgebra::Vector3::new(0.5, 0.6, light),
                ..look.clone()
            };
            let body = shapes::cuboid("yellow cube", [AT[0], AT[1], 0.0], 0.9, [0.028; 3]);
            let what = format!("{elevation} degrees, noise {noise}, light from {light}");
            assert_cube(&one(&look, body), 0.028, &what);
        }
    }
}

fn red_cube() -> Table {
    let at = [AT[0], AT[1], 0.0];
    Table {
        bodies: vec![shapes::cuboid("red cube", at, 0.4, [0.03; 3])],
    }
}

#[test]
fn what_is_black_is_seen_on_a_lighter_table() {
    for (elevation, look) in looks() {
        let table = red_cube();
        let (mut frame, owners) = Look { noise: 0.0, ..look }.picture(&table);
        for (pixel, owner) in frame.rgb.pixels_mut().zip(&owners) {
            if owner.is_some() {
                pixel.0 = [14, 12, 13];
            }
        }
        let point = table::middle_of(&frame, &owners, 0);
        let mut memory = SceneMemory::default();
        memory.update(&frame, &[Detection::at_point(point, "black cube")], &|_| {
            false
        });
        let solid = &memory.objects()[0].solid;
        assert_cube(solid, 0.03, &format!("{elevation} degrees"));
    }
}

#[test]
fn from_straight_above_the_name_tells_the_height_and_what_is_hollow() {
    let at = [AT[0], AT[1], 0.0];
    let all = [
        (shapes::bowl("blue bowl", at, 0.05, 0.036), 0.05, 0.036),
        (shapes::bowl("green plate", at, 0.06, 0.014), 0.06, 0.014),
        (
            shapes::tray("green tray", at, 0.3, [0.11, 0.09], 0.013),
            0.045,
            0.013,
        ),
        (
            shapes::tray("red box", at, 0.3, [0.11, 0.09], 0.035),
            0.045,
            0.035,
        ),
        (shapes::cylinder("red can", at, 0.016, 0.036), 0.016, 0.036),
        (shapes::ball("red ball", at, 0.016), 0.016, 0.032),
        (shapes::cuboid("red cube", at, 0.3, [0.03; 3]), 0.015, 0.03),
    ];
    for (body, radius, height) in all {
        for beside in [0.0, 0.03, 0.06, 0.1] {
            let look = Look::from(90.0, 0.0, [AT[0] - 0.7 * beside, AT[1] + 0.7 * beside]);
            let label = body.label.clone();
            let solid = one(&look, body.clone());
            let off = (solid.x - AT[0]).hypot(solid.y - AT[1]);
            assert!(off < solid.uncertainty, "{label} at {beside}: {solid:?}");
            let wide = solid.footprint.inner_radius() - radius;
            assert!(wide.abs() < 0.005, "{label} at {beside}: {solid:?}");
            let high = (solid.top - height).abs();
            assert!(
                high < 2.0 * solid.height_uncertainty + 0.002,
                "{label} at {beside}: {solid:?}"
            );
            let is_container = ["bowl", "plate", "tray", "box"].iter();
            let is_container = is_container.filter(|name| label.ends_with(**name)).count() == 1;
            assert_eq!(solid.hollow.is_some(), is_container, "{label}");
            assert_eq!(solid.ball, label == "red ball");
        }
    }
}

#[test]
fn a_bad_outline_makes_no_tower_of_a_cube() {
    for (elevation, look) in looks() {
        let table = red_cube();
        let (mut frame, owners) = look.picture(&table);
        // Two columns of pixels beside it get its color, on one side.
        let own: Vec<u32> = (0..)
            .zip(&owners)
            .filter_map(|(at, it)| it.map(|_| at))
            .collect();
        let width = frame.rgb.width();
        for pixel in own {
            let (x, y) = (pixel % width, pixel / width);
            let color = *frame.rgb.get_pixel(x, y);
            if owners[pixel as usize + 1].is_none() {
                frame.rgb.put_pixel(x + 1, y, color);
                frame.rgb.put_pixel(x + 2, y, color);
            }
        }
        let point = table::middle_of(&frame, &owners, 0);
        let mut memory = SceneMemory::default();
        memory.update(&frame, &[Detection::at_point(point, "red cube")], &|_| {
            false
        });
        let solid = &memory.objects()[0].solid;
        let across = solid.smallest_width();
        assert!((0.027..0.036).contains(&across), "{elevation}: {solid:?}");
        assert!(
            (solid.top / across - 1.0).abs() < 0.25,
            "{elevation}: {solid:?}"
        );
    }
}

#[test]
fn a_name_does_not_outweigh_what_is_plain_to_see() {
    let tower = shapes::cuboid("red cube", [AT[0], AT[1], 0.0], 0.4, [0.03, 0.03, 0.075]);
    for azimuth in [20.0, 200.0, 300.0] {
        let solid = one(&Look::from(40.0, azimuth, AT), tower.clone());
        assert!((solid.top - 0.075).abs() < 0.01, "{solid:?}");
        // The name says otherwise, so that is told.
        assert!(solid.height_uncertainty > 0.01, "{solid:?}");
    }
    let plain = one(
        &Look::from(40.0, 20.0, AT),
        shapes::cuboid("red cube", [AT[0], AT[1], 0.0], 0.4, [0.03; 3]),
    );
    assert!(plain.height_uncertainty < 0.004, "{plain:?}");
}

#[test]
fn what_is_printed_on_the_table_is_flat() {
    let at = [AT[0], AT[1], 0.0];
    for (elevation, look) in looks() {
        for (body, radius) in [
            (shapes::cylinder("blue circle", at, 0.05, 0.001), 0.05),
            (
                shapes::cuboid("green mat", at, 0.3, [0.12, 0.09, 0.0015]),
                0.045,
            ),
        ] {
            let solid = one(&look, body);
            assert!(
                solid.is_flat() && solid.top == 0.0,
                "{elevation}: {solid:?}"
            );
            let wide = solid.footprint.inner_radius() - radius;
            assert!(wide.abs() < 0.003, "{elevation}: {solid:?}");
        }
    }
    // Whatever it is called, if it is seen to be flat.
    let look = Look::from(40.0, 30.0, AT);
    let solid = one(&look, shapes::cylinder("blue thing", at, 0.05, 0.0005));
    assert!(solid.is_flat(), "{solid:?}");
    // And a thing that stands up is not flat, whatever it is called.
    let solid = one(&look, shapes::cylinder("blue circle", at, 0.03, 0.03));
    assert!((solid.top - 0.03).abs() < 0.006, "{solid:?}");
}

#[test]
fn with_depth_a_print_is_seen_where_it_is_called_one() {
    let disc = shapes::cylinder("blue circle", [0.2, 0.0, 0.0], 0.04, 0.0005);
    let table = Table { bodies: vec![disc] };
    let (frame, owners) = table.render(3);
    let point = table::middle_of(&frame, &owners, 0);
    let update = |label: &str| {
        let mut memory = SceneMemory::default();
        let reports = memory.update(&frame, &[Detection::at_point(point, label)], &|_| false);
        (memory, reports)
    };
    let (memory, reports) = update("blue circle");
    assert!(reports.is_empty(), "{reports:?}");
    let solid = &memory.objects()[0].solid;
    assert!(
        solid.is_flat() && (solid.x - 0.2).hypot(solid.y) < 0.004,
        "{solid:?}"
    );
    assert!(
        (solid.footprint.inner_radius() - 0.04).abs() < 0.004,
        "{solid:?}"
    );
    let (memory, reports) = update("blue ball");
    assert!(memory.objects().is_empty());
    assert_eq!(reports[0].reason, "nothing rises above the table there");
}

/// Half the width and the height of a post that stands for the robot, meters.
const POST: (f64, f64) = (0.012, 0.11);
/// What the robot's shapes have around them, and how far they are seen from where they are, meters.
const SKIN: f64 = 0.008;
const SEEN_OFF: f64 = 0.005;

/// Looks at a cube with a post at a place beside it, and says of the cube's pixel nearest to the
/// post, but for its edge, that a red cube is there.
fn beside_post(look: &Look, color: &str, post: [f64; 2]) -> (SceneMemory, Vec<String>) {
    let at = [AT[0], AT[1], 0.0];
    let (half, high) = POST;
    let sides = [2.0 * half, 2.0 * half, high];
    let bodies = vec![
        shapes::cuboid("red cube", at, 0.4, [0.03; 3]),
        shapes::cuboid(
            &format!("{color} post"),
            [post[0], post[1], 0.0],
            0.0,
            sides,
        ),
    ];
    let (frame, owners) = look.picture(&Table { bodies });
    let away = nalgebra::Vector2::new(AT[0] - post[0], AT[1] - post[1]).normalize() * SEEN_OFF;
    let is_robot = |point: &Point3| {
        let off = [point.x - post[0] - away.x, point.y - post[1] - away.y];
        off.iter().all(|off| off.abs() < half + SKIN) && point.z < high + SKIN
    };
    let (width, height) = (frame.intrinsics.width, frame.intrinsics.height);
    let pixel = |at: usize| (at % width as usize, at / width as usize);
    let owners = &owners;
    let of = |body: usize| (0..owners.len()).filter(move |at| owners[*at] == Some(body));
    let gap = |at: &usize| {
        let (x, y) = pixel(*at);
        let all = of(1)
            .map(pixel)
            .map(|(u, v)| x.abs_diff(u).pow(2) + y.abs_diff(v).pow(2));
        all.min().unwrap()
    };
    // Not one at the edge, whose color is mixed.
    let is_within = |at: &usize| {
        [-3, 3].iter().all(|off: &isize| {
            let [x, y] = [1, width as isize].map(|step| at.wrapping_add_signed(off * step));
            owners[x] == Some(0) && owners[y] == Some(0)
        })
    };
    let nearest = pixel(of(0).filter(is_within).min_by_key(gap).unwrap());
    let point = NormalizedPoint::from_pixel(
        nearest.0 as f64 + 0.5,
        nearest.1 as f64 + 0.5,
        width,
        height,
    );
    let mut memory = SceneMemory::default();
    let reports = memory.update(&frame, &[Detection::at_point(point, "red cube")], &is_robot);
    (
        memory,
        reports.into_iter().map(|report| report.reason).collect(),
    )
}

#[test]
fn what_stands_beside_the_robot_is_measured_and_what_it_hides_is_not() {
    for (elevation, look) in looks().filter(|(elevation, _)| *elevation < 80.0) {
        let toward_eye = (look.eye - look.target).xy().normalize();
        let place = |along: f64, across: f64| {
            [
                AT[0] + along * toward_eye.x - across * toward_eye.y,
                AT[1] + along * toward_eye.y + across * toward_eye.x,
            ]
        };
        for color in ["gray", "blue"] {
            let what = format!("{elevation} degrees, {color}");
            let (memory, reports) = beside_post(&look, color, place(0.0, 0.045));
            assert!(reports.is_empty(), "{what}: {reports:?}");
            let solid = &memory.objects()[0].solid;
            assert_cube(solid, 0.03, &what);
        }
        if elevation < 70.0 {
            let (memory, reports) = beside_post(&look, "blue", place(0.045, 0.012));
            assert!(memory.objects().is_empty(), "{elevation}: {memory:?}");
            assert_eq!(reports, ["that is the robot or in its hand"], "{elevation}");
        }
    }
}

#[test]
fn what_is_flat_is_no_obstacle_and_takes_what_is_put_on_it() {
    let (x, y) = arm::at(0.2, -0.5);
    let disc = Solid {
        top: 0.0,
        ..Solid::guess_disc(x, y, 0.05, 0.003)
    };
    let place = arm::at(0.2, 0.4);
    // The cube to pick lies on a mat of its own.
    let mat = Solid {
        top: 0.0,
        ..Solid::guess_disc(place.0, place.1, 0.06, 0.003)
    };
    let objects = vec![
        cube(place, 0.4, 0.03),
        arm::object("blue circle", disc.clone()),
        arm::object("green mat", mat),
    ];
    let mut scene = scene(objects);
    assert_eq!(
        scene.find("red cube").unwrap().rests,
        Some((Relation::On, "green mat".to_owned()))
    );
    let home = GROUNDER.robot().home().clone();
    let motion = GROUNDER.ground(&pick("red cube"), &scene, &home).unwrap();
    let end = assert_admissible(&GROUNDER, &motion, &home);
    scene.record_grasp("red cube", motion.tool_from_object().unwrap());
    let step = Step::place_step("red cube", Relation::On, "blue circle");
    let motion = GROUNDER.ground(&step, &scene, &end).unwrap();
    assert_admissible(&GROUNDER, &motion, &end);
    let released = arm::end_of(&motion, Purpose::Lower);
    let gripper = GROUNDER.robot().gripper().unwrap();
    let tip = GROUNDER.robot().forward(released) * gripper.tool_from_grasp;
    assert!(
        disc.signed_distance_to_footprint(tip.x, tip.y) < 0.0 && tip.z < 0.03,
        "{tip}"
    );
    let flat = |skill| skills::is_afforded(skill, gripper, &disc);
    assert!(!flat(Skill::Push) && !flat(Skill::Pick) && flat(Skill::Point));
}

#[test]
fn a_grasp_holds_whether_the_thing_is_as_low_or_as_high_as_it_may_be() {
    let place = arm::at(0.2, 0.3);
    let gripper = GROUNDER.robot().gripper().unwrap();
    let home = GROUNDER.robot().home().clone();
    for (height, error) in [(0.03, 0.0), (0.03, 0.012), (0.045, 0.018)] {
        let mut object = cube(place, 0.3, 0.03);
        object.solid.top = height;
        object.solid.height_uncertainty = error;
        let (low, high) = (
            object.solid.lower_bound_of_height(),
            object.solid.upper_bound_of_top(),
        );
        let motion = GROUNDER
            .ground(&pick("red cube"), &scene(vec![object]), &home)
            .unwrap();
        assert_admissible(&GROUNDER, &motion, &home);
        let tip = |joints| (GROUNDER.robot().forward(joints) * gripper.tool_from_grasp).z;
        let at = tip(arm::end_of(&motion, Purpose::Approach));
        // At most at the middle, and on what there is at least.
        assert!(at <= 0.5 * height && at < low - 0.003, "{at} for {low}");
        let approach = motion
            .segments
            .iter()
            .find(|it| it.purpose == Purpose::Approach)
            .unwrap();
        let first = tip(&approach.samples[0]);
        assert!(first > high + 0.02, "{first} for {high}");
    }
}

#[test]
fn where_nothing_is_seen_but_the_place_a_container_is_still_one() {
    // A gray bowl on a gray table.
    let look = Look::from(60.0, 20.0, AT);
    let table = Table { bodies: vec![] };
    let (frame, _) = look.picture(&table);
    let point = NormalizedPoint { y: 500, x: 500 };
    let mut memory = SceneMemory::default();
    memory.update(&frame, &[Detection::at_point(point, "gray bowl")], &|_| {
        false
    });
    let solid = &memory.objects()[0].solid;
    assert!(
        solid.hollow.is_some() && solid.uncertainty > 0.01,
        "{solid:?}"
    );
    assert!(solid.height_uncertainty > 0.005, "{solid:?}");
    let at = Point3::new(AT[0], AT[1], 0.0);
    assert!((solid.x - at.x).hypot(solid.y - at.y) < solid.uncertainty + 0.01);
}
