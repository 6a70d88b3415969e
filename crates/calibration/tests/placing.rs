//! Where a camera stands, from pictures of a sheet that lies before it, or whose marks a fingertip touches.

mod shared;

use enact_calibration::locate_by_sheet::{MAX_DIRECTION_STD_DEG, MAX_PLACE_STD_M};
use enact_calibration::locate_by_touch::MIN_MARKS;
use enact_calibration::{
    Board, CameraLocation, Corner, JointUncertainty, LocateRefusal, Touch, detect,
    locate_camera_by_sheet, locate_camera_by_touch,
};
use nalgebra::{Isometry3, Point2, Point3, Translation3, UnitQuaternion, Vector3};
use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;

use shared::{Rays, normal, random, seen, webcam};

const SHEET: &str = "tags:5x3:0.036:0.052";

fn sheet() -> Board {
    SHEET.parse().unwrap()
}

/// The sheet before the arm's base: its edge along `y`, its marker side up, turned by `yaw`.
fn lying(x: f64, y: f64, yaw: f64) -> Isometry3<f64> {
    let down = UnitQuaternion::from_basis_unchecked(&[Vector3::y(), Vector3::x(), -Vector3::z()]);
    let turn = UnitQuaternion::from_euler_angles(0.0, 0.0, yaw);
    Isometry3::from_parts(Translation3::new(x, y, 0.0), turn * down)
}

/// A camera in front of the arm, above the table, that looks at where the sheet lies.
fn camera(eye: [f64; 3]) -> Isometry3<f64> {
    let target = Point3::new(0.18, 0.0, 0.0);
    Isometry3::face_towards(&Point3::from(eye), &target, &-Vector3::z())
}

fn is_within(found: &CameraLocation, truth: &Isometry3<f64>, mm: f64, deg: f64) -> bool {
    let error = truth.inverse() * found.base_from_camera;
    error.translation.vector.norm() < mm * 1e-3 && error.rotation.angle() < deg.to_radians()
}

#[test]
fn markers_of_a_sheet_are_found_where_they_are_however_it_is_turned() {
    let (lens, mut rng) = (webcam(), random(3));
    let rays = Rays::new(&lens);
    let views = [
        ([0.62, 0.1, 0.4], 0.0),
        ([0.3, 0.45, 0.35], 1.9),
        ([0.1, -0.3, 0.45], -2.4),
    ];
    for (eye, yaw) in views {
        let pose =
            camera(eye).inverse() * lying(0.1, 0.0, yaw) * Isometry3::translation(0.0, -0.05, 0.0);
        let picture = rays.render(&sheet(), &pose, 2.0, &mut rng);
        let found = detect(&sheet(), &picture).unwrap();
        let mut squares = Vec::new();
        let mut visible = 0;
        for (id, place) in sheet().corners().iter().enumerate() {
            let point = pose * Point3::new(place.x, place.y, 0.0);
            let pixel = lens.project(&point.coords).unwrap();
            let inside = |v: f64, size: f64| (8.0..size - 8.0).contains(&v);
            visible += usize::from(inside(pixel.x, 640.0) && inside(pixel.y, 480.0));
            if let Some(corner) = found.iter().find(|c| c.id == id) {
                assert_eq!(corner.on_board, *place);
                squares.push((pixel - corner.pixel).norm_squared());
            }
        }
        assert!(
            found.len() * 10 >= visible * 9,
            "{} of {visible} corners",
            found.len()
        );
        let rms = (squares.iter().sum::<f64>() / squares.len() as f64).sqrt();
        let worst = squares.iter().fold(0f64, |a, b| a.max(*b)).sqrt();
        assert!(
            rms < 0.2 && worst < 0.8,
            "{eye:?}: rms {rms} px, at worst {worst} px"
        );
    }
}

#[test]
fn a_sheet_against_the_base_tells_the_camera_to_a_millimeter() {
    let (lens, mut rng) = (webcam(), random(4));
    let rays = Rays::new(&lens);
    let base_from_board = lying(0.06, 0.0, 0.0);
    for eye in [[0.55, 0.05, 0.42], [0.25, 0.4, 0.4], [0.2, -0.3, 0.5]] {
        let truth = camera(eye);
        let pose = truth.inverse() * base_from_board;
        let pictures: Vec<Vec<Corner>> = (0..5)
            .map(|_| detect(&sheet(), &rays.render(&sheet(), &pose, 2.0, &mut rng)).unwrap())
            .collect();
        let found = locate_camera_by_sheet(&lens, &pictures, &base_from_board).unwrap();
        assert!(is_within(&found, &truth, 1.0, 0.2), "{eye:?}: {found:?}");
        assert!(found.residual < 5e-4, "{found:?}");
    }
}

#[test]
fn corners_half_a_pixel_off_leave_two_deviations_or_a_refusal() {
    let (most_mm, most_deg) = (2e3 * MAX_PLACE_STD_M, 2.0 * MAX_DIRECTION_STD_DEG);
    let (lens, mut rng) = (webcam(), random(5));
    let base_from_board = lying(0.06, 0.0, 0.0);
    let mut taken = 0;
    for set in 0..60 {
        let direction = rng.random_range(0.0..std::f64::consts::TAU);
        let (height, away) = (rng.random_range(0.25..0.6), rng.random_range(0.1..0.4));
        let eye = [
            0.18 + away * direction.cos(),
            away * direction.sin(),
            height,
        ];
        let truth = camera(eye);
        let pose = truth.inverse() * base_from_board;
        let pictures: Vec<Vec<Corner>> = (0..10)
            .filter_map(|_| seen(&lens, &sheet(), &pose, 0.5, &mut rng))
            .collect();
        if pictures.is_empty() {
            continue;
        }
        if let Ok(found) = locate_camera_by_sheet(&lens, &pictures, &base_from_board) {
            taken += 1;
            assert!(
                is_within(&found, &truth, most_mm, most_deg),
                "{set} {eye:?}: {found:?}"
            );
        }
    }
    assert!(taken >= 20, "{taken} sets were taken");
}

#[test]
fn a_camera_that_was_pushed_between_pictures_is_noticed() {
    let (lens, mut rng) = (webcam(), random(6));
    let base_from_board = lying(0.06, 0.0, 0.0);
    let pictures: Vec<Vec<Corner>> = [[0.5, 0.0, 0.45], [0.5, 0.02, 0.45]]
        .iter()
        .map(|eye| {
            let pose = camera(*eye).inverse() * base_from_board;
            seen(&lens, &sheet(), &pose, 0.1, &mut rng).unwrap()
        })
        .collect();
    let refusal = locate_camera_by_sheet(&lens, &pictures, &base_from_board).unwrap_err();
    assert!(
        matches!(refusal, LocateRefusal::Corners { .. }),
        "{refusal}"
    );
}

/// A sheet of A3, 78 cm below a camera of 640 × 480 pixels: the camera's place is known less exactly than what it sees on the table.
#[test]
fn from_high_above_the_table_is_known_better_than_the_camera() {
    let (lens, mut rng) = (webcam(), random(8));
    let board: Board = "tags:4x3:0.06:0.084".parse().unwrap();
    let base_from_board = lying(0.06, 0.0, 0.0);
    let truth = camera([0.25, 0.02, 0.78]);
    let pose = truth.inverse() * base_from_board;
    let pictures: Vec<Vec<Corner>> = (0..20)
        .map(|_| seen(&lens, &board, &pose, 0.1, &mut rng).unwrap())
        .collect();
    let found = locate_camera_by_sheet(&lens, &pictures, &base_from_board).unwrap();
    assert!(found.place_std > 1e-3, "{found:?}");
    for x in [0.1, 0.2, 0.3, 0.4] {
        for y in [-0.25, 0.0, 0.25] {
            let place = Point3::new(x, y, 0.0);
            let pixel = lens
                .project(&(truth.inverse() * place).coords)
                .expect("it is in the picture");
            let ray = found.base_from_camera.rotation * lens.unproject(&pixel).unwrap();
            let eye = found.base_from_camera.translation.vector;
            let seen_at = eye - ray * (eye.z / ray.z);
            let off = (seen_at - place.coords).norm();
            assert!(off < 5e-4, "{off} m at {x} {y}");
        }
    }
}

#[test]
fn a_refusal_says_what_was_measured_what_the_limit_is_and_what_helps() {
    let (lens, mut rng) = (webcam(), random(9));
    let base_from_board = lying(0.06, 0.0, 0.0);
    let pose = camera([0.9, 0.0, 1.0]).inverse() * base_from_board;
    let refused = |noise: f64, rng: &mut ChaCha8Rng| {
        let pictures: Vec<Vec<Corner>> = (0..3)
            .map(|_| seen(&lens, &sheet(), &pose, noise, rng).unwrap())
            .collect();
        locate_camera_by_sheet(&lens, &pictures, &base_from_board)
            .unwrap_err()
            .to_string()
    };
    let told = refused(0.2, &mut rng);
    for words in [
        "where 2.0 mm and 0.25° are the limit",
        "corners are seen to 0.",
        "bring the camera closer, lay a larger sheet, or take larger pictures, or more of them",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let told = refused(0.45, &mut rng);
    assert!(told.contains("calibrate the lens better"), "{told}");
}

#[test]
fn a_sheet_far_away_is_not_enough() {
    let (lens, mut rng) = (webcam(), random(7));
    let base_from_board = lying(0.06, 0.0, 0.0);
    let pose = camera([1.6, 0.0, 2.4]).inverse() * base_from_board;
    let pictures = vec![seen(&lens, &sheet(), &pose, 0.5, &mut rng).unwrap()];
    let refusal = locate_camera_by_sheet(&lens, &pictures, &base_from_board).unwrap_err();
    assert!(
        matches!(
            refusal,
            LocateRefusal::Mirrored | LocateRefusal::Uncertain { .. }
        ),
        "{refusal}"
    );
}

/// An arm of the SO-101's kind: it turns about the vertical, bends three times in one plane, and rolls its hand.
fn tip(joints: &[f64]) -> Point3<f64> {
    let turn = |axis: Vector3<f64>, angle: f64| UnitQuaternion::from_scaled_axis(axis * angle);
    let up = |z: f64| Translation3::new(0.0, 0.0, z);
    let pose = Isometry3::identity()
        * up(0.06)
        * turn(Vector3::z(), joints[0])
        * Translation3::new(0.03, 0.0, 0.055)
        * turn(Vector3::y(), joints[1])
        * up(0.116)
        * turn(Vector3::y(), joints[2])
        * up(0.135)
        * turn(Vector3::y(), joints[3])
        * turn(Vector3::z(), joints[4])
        * up(0.1);
    pose * Point3::origin()
}

/// Finds joints that put the fingertip on a place of the table, the hand leaning by an angle.
fn touching(place: &Point3<f64>, lean: f64, roll: f64) -> Vec<f64> {
    let pan = place.y.atan2(place.x);
    let mut joints = vec![pan, 0.3, 1.2, 1.6, roll];
    // Newton's method on reach and height, with the hand's direction given.
    for _ in 0..100 {
        joints[3] = std::f64::consts::PI + lean - joints[1] - joints[2];
        let at = tip(&joints);
        let error = nalgebra::Vector2::new(
            place.coords.xy().norm() - at.coords.xy().norm(),
            place.z - at.z,
        );
        let column = |joint: usize| {
            let mut other = joints.clone();
            other[joint] += 1e-6;
            other[3] -= 1e-6;
            let moved = tip(&other);
            nalgebra::Vector2::new(
                moved.coords.xy().norm() - at.coords.xy().norm(),
                moved.z - at.z,
            ) / 1e-6
        };
        let jacobian = nalgebra::Matrix2::from_columns(&[column(1), column(2)]);
        let Some(inverse) = jacobian.try_inverse() else {
            break;
        };
        let step = inverse * error;
        let step = step * (0.3 / step.norm()).min(1.0);
        joints[1] += step.x;
        joints[2] += step.y;
    }
    joints[3] = std::f64::consts::PI + lean - joints[1] - joints[2];
    assert!(
        (tip(&joints) - place).norm() < 1e-6,
        "the arm reaches {place}"
    );
    joints
}

/// Touches marks so many times, with what the arm reports of it.
fn touches(
    base_from_board: &Isometry3<f64>,
    rounds: usize,
    offsets: [f64; 5],
    noise: f64,
    rng: &mut impl Rng,
) -> Vec<Touch> {
    let marks = sheet().fingertip_marks();
    let mut out = Vec::new();
    for round in 0..rounds {
        for (index, mark) in marks.iter().enumerate() {
            let place = base_from_board * Point3::new(mark.x, mark.y, 0.0);
            let lean = -0.45 + 0.35 * (round as f64 * 1.37 + index as f64 * 2.1).sin();
            let real = touching(&place, lean, rng.random_range(-1.0..1.0));
            let joints = real
                .iter()
                .zip(offsets)
                .map(|(q, offset)| q - offset + normal(rng, noise));
            out.push(Touch {
                number: index + 1,
                on_board: *mark,
                joints: joints.collect(),
            });
        }
    }
    out
}

fn pictures(
    truth: &Isometry3<f64>,
    base_from_board: &Isometry3<f64>,
    noise: f64,
    rng: &mut impl Rng,
) -> Vec<Vec<Corner>> {
    let pose = truth.inverse() * base_from_board;
    (0..40)
        .map(|_| seen(&webcam(), &sheet(), &pose, noise, rng).unwrap())
        .collect()
}

const EXACT: JointUncertainty = JointUncertainty {
    noise: 1e-4,
    offset: 1e-3,
};
/// Servos that repeat to a degree, mounted two degrees off.
const COARSE: JointUncertainty = JointUncertainty {
    noise: 0.01745,
    offset: 0.035,
};

#[test]
fn touched_marks_tell_the_camera_to_a_millimeter_where_the_arm_is_exact() {
    let mut rng = random(8);
    let base_from_board = lying(0.13, 0.01, 0.2);
    let truth = camera([0.5, 0.1, 0.4]);
    let pictures = pictures(&truth, &base_from_board, 0.1, &mut rng);
    let touches = touches(&base_from_board, 2, [0.0; 5], 0.0, &mut rng);
    let found = locate_camera_by_touch(&webcam(), &pictures, &touches, EXACT, tip).unwrap();
    assert!(is_within(&found.located, &truth, 1.0, 0.2), "{found:?}");
}

#[test]
fn a_wrong_mark_is_named() {
    let mut rng = random(9);
    let base_from_board = lying(0.13, 0.01, 0.2);
    let truth = camera([0.5, 0.1, 0.4]);
    let pictures = pictures(&truth, &base_from_board, 0.1, &mut rng);
    let mut touches = touches(&base_from_board, 1, [0.0; 5], 0.002, &mut rng);
    touches[3].number = 5;
    touches[3].on_board = sheet().fingertip_marks()[4];
    let error = JointUncertainty {
        noise: 0.002,
        offset: 0.01,
    };
    let refusal = locate_camera_by_touch(&webcam(), &pictures, &touches, error, tip).unwrap_err();
    assert!(
        matches!(
            refusal,
            LocateRefusal::Touch { .. } | LocateRefusal::Misfit { .. }
        ),
        "{refusal}"
    );
}

#[test]
fn few_marks_and_marks_in_line_are_refused() {
    let mut rng = random(10);
    let base_from_board = lying(0.13, 0.0, 0.0);
    let truth = camera([0.5, 0.1, 0.4]);
    let pictures = pictures(&truth, &base_from_board, 0.1, &mut rng);
    let all = touches(&base_from_board, 1, [0.0; 5], 0.0, &mut rng);
    let refusal = |touches: &[Touch]| {
        locate_camera_by_touch(&webcam(), &pictures, touches, EXACT, tip).unwrap_err()
    };
    let three = [&all[..3], &all[..3]].concat();
    assert_eq!(
        refusal(&three),
        LocateRefusal::TooFewMarks {
            marks: 3,
            needed: MIN_MARKS
        }
    );
    assert!(matches!(
        refusal(&all[..4]),
        LocateRefusal::MarksInLine { .. }
    ));
}

#[test]
fn what_is_taken_of_touches_by_coarse_joints_is_right() {
    let mut rng = random(11);
    let (mut taken, mut wrong) = (0, Vec::new());
    for set in 0..40 {
        let base_from_board = lying(
            0.13,
            rng.random_range(-0.03..0.03),
            rng.random_range(-0.4..0.4),
        );
        let truth = camera([0.5, rng.random_range(-0.2..0.2), 0.4]);
        let pictures = pictures(&truth, &base_from_board, 0.5, &mut rng);
        let offsets = std::array::from_fn(|joint| {
            if joint == 0 {
                0.0
            } else {
                normal(&mut rng, 0.0175)
            }
        });
        let noise = [0.0, 0.0009, 0.0175][set % 3];
        let rounds = rng.random_range(2..8);
        let touches = touches(&base_from_board, rounds, offsets, noise, &mut rng);
        let error = JointUncertainty {
            noise: noise.max(1e-4),
            ..COARSE
        };
        if let Ok(found) = locate_camera_by_touch(&webcam(), &pictures, &touches, error, tip) {
            taken += 1;
            if !is_within(&found.located, &truth, 4.5, 0.75) {
                wrong.push((set, truth.inverse() * found.located.base_from_camera));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?} of {taken}");
    assert!(taken >= 10, "{taken} were taken");
}

#[test]
fn the_marks_are_between_the_markers() {
    let marks = sheet().fingertip_marks();
    assert_eq!(marks.len(), 8);
    assert!((marks[0] - Point2::new(-0.078, 0.052)).norm() < 1e-12);
    assert!((marks[7] - Point2::new(0.078, 0.104)).norm() < 1e-12);
}
