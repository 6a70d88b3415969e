//! Where a board is, seen by a known lens.

mod shared;

use enact_calibration::{Board, board_pose};

use shared::{View, good_views, pose, random, seen, webcam};

#[test]
fn a_board_is_placed_to_a_millimeter_and_a_fifth_of_a_degree() {
    let board: Board = "charuco:7x5:0.03:0.022".parse().unwrap();
    let mut rng = random(2);
    for view in good_views() {
        let farther = View {
            distance: view.distance + 0.1,
            ..view
        };
        let truth = pose(&webcam(), &board, farther);
        let corners = seen(&webcam(), &board, &truth, 0.05, &mut rng).unwrap();
        let found = board_pose(&webcam(), &corners).unwrap();
        let middle = nalgebra::Point3::from(shared::middle(&board).coords.push(0.0));
        assert!(
            (found * middle - truth * middle).norm() < 1e-3,
            "{found} should be {truth}"
        );
        assert!(
            found.rotation.angle_to(&truth.rotation) < 0.2f64.to_radians(),
            "{found} should be {truth}"
        );
    }
}

#[test]
fn a_board_that_hardly_leans_is_not_taken_for_its_mirror_image() {
    let board: Board = "charuco:7x5:0.03:0.022".parse().unwrap();
    let mut rng = random(4);
    for direction in [0.0, 1.0, 2.0, 3.0, 4.0, 5.0] {
        let truth = pose(
            &webcam(),
            &board,
            View {
                pixel: (300.0, 260.0),
                distance: 0.7,
                tilt: (0.2, direction),
                turn: 0.5,
            },
        );
        let corners = seen(&webcam(), &board, &truth, 0.05, &mut rng).unwrap();
        let found = board_pose(&webcam(), &corners).unwrap();
        assert!(
            found.rotation.angle_to(&truth.rotation) < 0.05,
            "{found} should be {truth}"
        );
    }
}

#[test]
fn three_corners_are_no_pose() {
    let board: Board = "charuco:7x5:0.03:0.022".parse().unwrap();
    let truth = pose(
        &webcam(),
        &board,
        View {
            pixel: (320.0, 240.0),
            distance: 0.5,
            tilt: (0.2, 0.0),
            turn: 0.0,
        },
    );
    let corners = seen(&webcam(), &board, &truth, 0.0, &mut random(1)).unwrap();
    assert_eq!(board_pose(&webcam(), &corners[..3]), None);
    // On a line.
    assert_eq!(board_pose(&webcam(), &corners[..6]), None);
}
