//! Pictures of boards whose camera is known: drawn, found, fitted.

mod shared;

use enact_calibration::{Board, Corner, LensModel, NotFound, calibrate, detect};
use nalgebra::Point2;

use shared::{Rays, SIZE, View, good_views, pose, random, seen, webcam};

/// Renders, finds and fits, and compares with what is known.
fn finds_the_camera(board: &str) {
    let board: Board = board.parse().unwrap();
    let (lens, mut rng) = (webcam(), random(5));
    let rays = Rays::new(&lens);
    let mut views = Vec::new();
    let mut squares = Vec::new();
    for view in good_views() {
        let pose = pose(&lens, &board, view);
        let picture = rays.render(&board, &pose, 2.0, &mut rng);
        let Ok(found) = detect(&board, &picture) else {
            continue;
        };
        for c in &found {
            let point = pose * nalgebra::Point3::new(c.on_board.x, c.on_board.y, 0.0);
            squares.push((lens.project(&point.coords).unwrap() - c.pixel).norm_squared());
        }
        views.push(found);
    }
    assert!(
        views.len() >= 18,
        "the board was found in {} of 21 pictures",
        views.len()
    );
    let error = (squares.iter().sum::<f64>() / squares.len() as f64).sqrt();
    let worst = squares.iter().fold(0f64, |a, b| a.max(*b)).sqrt();
    assert!(
        error < 0.08 && worst < 0.6,
        "corners are off by {error} px, at worst {worst} px"
    );
    let views: Vec<&[Corner]> = views.iter().map(Vec::as_slice).collect();
    let found = calibrate(&views, SIZE, LensModel::BrownConrady).unwrap();
    for (name, is, should) in [
        ("fx", found.lens.fx, lens.fx),
        ("fy", found.lens.fy, lens.fy),
        ("cx", found.lens.cx, lens.cx),
        ("cy", found.lens.cy, lens.cy),
    ] {
        assert!(
            (is / should - 1.0).abs() < 0.002,
            "{name} is {is}, should be {should}: {:?}",
            found.evidence
        );
    }
    assert!(
        found.evidence.rms_px < 0.1 && found.evidence.held_out_px.unwrap() < 0.12,
        "{:?}",
        found.evidence
    );
}

#[test]
fn a_chessboard_tells_the_camera_to_two_parts_in_a_thousand() {
    finds_the_camera("chessboard:9x6:0.018");
}

#[test]
fn a_charuco_board_tells_the_camera_to_two_parts_in_a_thousand() {
    finds_the_camera("charuco:8x6:0.026:0.016:DICT_4X4_50");
}

/// Shows a board and returns what is found, where it should be, and how far off.
fn found_and_expected(board: &str, turn: f64) -> (Vec<Corner>, Vec<Corner>) {
    let board: Board = board.parse().unwrap();
    let (lens, mut rng) = (webcam(), random(9));
    let pose = pose(
        &lens,
        &board,
        View {
            pixel: (310.0, 250.0),
            distance: 0.45,
            tilt: (0.3, 1.0),
            turn,
        },
    );
    let picture = Rays::new(&lens).render(&board, &pose, 2.0, &mut rng);
    let found = detect(&board, &picture).unwrap();
    (found, seen(&lens, &board, &pose, 0.0, &mut rng).unwrap())
}

#[test]
fn corners_of_a_charuco_board_keep_their_numbers_however_it_is_turned() {
    let boards = [
        "charuco:7x5:0.025:0.018:DICT_5X5_50",
        "charuco:6x5:0.025:0.018:DICT_6X6_250",
        "charuco:7x6:0.025:0.018:DICT_4X4_50:legacy",
        "charuco:6x6:0.025:0.018:DICT_4X4_50:legacy",
    ];
    for (board, turn) in boards.into_iter().zip([0.1, 1.7, 3.1, -1.4]) {
        let (found, expected) = found_and_expected(board, turn);
        assert!(
            found.len() * 10 >= expected.len() * 9,
            "{board}: {} of {} corners",
            found.len(),
            expected.len()
        );
        for corner in found {
            let place = expected[corner.id];
            assert_eq!(corner.on_board, place.on_board);
            assert!(
                (corner.pixel - place.pixel).norm() < 0.5,
                "{board} {turn}: {corner:?} should be at {}",
                place.pixel
            );
        }
    }
}

#[test]
fn a_legacy_board_is_found_whether_or_not_it_is_called_so() {
    let drawn: Board = "charuco:7x6:0.025:0.018:DICT_4X4_50:legacy"
        .parse()
        .unwrap();
    let called: Board = "charuco:7x6:0.025:0.018:DICT_4X4_50".parse().unwrap();
    let view = View {
        pixel: (310.0, 250.0),
        distance: 0.45,
        tilt: (0.3, 1.0),
        turn: 0.2,
    };
    let pose = pose(&webcam(), &drawn, view);
    let picture = Rays::new(&webcam()).render(&drawn, &pose, 2.0, &mut random(9));
    assert_eq!(detect(&called, &picture), detect(&drawn, &picture));
    assert!(detect(&called, &picture).unwrap().len() > 25);
}

#[test]
fn a_board_of_another_size_is_not_taken_for_the_one_described() {
    let board: Board = "chessboard:9x6:0.018".parse().unwrap();
    let lens = webcam();
    let pose = pose(
        &lens,
        &board,
        View {
            pixel: (320.0, 240.0),
            distance: 0.4,
            tilt: (0.3, 1.0),
            turn: 0.2,
        },
    );
    let picture = Rays::new(&lens).render(&board, &pose, 2.0, &mut random(1));
    let other: Board = "chessboard:13x9:0.018".parse().unwrap();
    assert_eq!(
        detect(&other, &picture),
        Err(NotFound::OtherSize {
            columns: 9,
            rows: 6
        })
    );
    let charuco: Board = "charuco:10x7:0.018:0.013".parse().unwrap();
    assert_eq!(detect(&charuco, &picture), Err(NotFound::Nothing));
}

#[test]
fn the_middle_of_a_drawn_square_is_black() {
    let board: Board = "chessboard:9x6:0.02".parse().unwrap();
    let picture = enact_calibration::Sheet::new(&board).to_picture(2.0);
    let at = |p: Point2<f64>| picture.get_pixel(p.x as u32, p.y as u32).0[0];
    // 10 mm of margin, 2 pixels a millimeter, squares of 20 mm.
    assert_eq!(
        (
            at(Point2::new(40.0, 40.0)),
            at(Point2::new(80.0, 40.0)),
            at(Point2::new(80.0, 80.0))
        ),
        (0, 255, 0)
    );
}
