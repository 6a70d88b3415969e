//! Calibration of cameras: boards, their corners in pictures, and lenses fitted to them.
//!
//! | module | idea |
//! |---|---|
//! | [`board`] | boards whose corners lie at known places, and the words for them |
//! | [`printed_sheet`] | boards drawn at true scale, as SVG, PDF and PNG |
//! | [`detect`] | boards found in pictures |
//! | [`lens`] | how a camera maps directions to pixels |
//! | [`pose`] | where a board is, seen from the camera |
//! | [`calibrate`] | a lens fitted to views of a board, or why it must not be trusted |
//! | [`locate_by_sheet`] | where a camera stands, from a board at a known place |
//! | [`locate_by_touch`] | where a camera stands, from a sheet whose marks the fingertip was led to |
//! | [`hand_eye`] | where a camera stands, from a board in the gripper, or on the table and seen by the hand |
//! | [`next_view`] | which view of a board is missing next |
//! | [`coverage`] | which part of the picture boards were seen in |
//! | [`refusal`] | why a calibration is not to be trusted, and what to do about it |

pub mod board;
mod bundle;
pub mod calibrate;
pub mod coverage;
pub mod detect;
pub mod hand_eye;
mod homography;
pub mod lens;
pub mod locate_by_sheet;
pub mod locate_by_touch;
pub mod next_view;
pub mod pose;
pub mod printed_sheet;
pub mod refusal;

pub use board::{Board, BoardError, Charuco, Chessboard, TagBoard};
pub use calibrate::{Calibration, Evidence, Refused, calibrate};
pub use coverage::Coverage;
pub use detect::{NotFound, detect};
pub use hand_eye::{HandEye, HandEyeRefusal, PostureView, solve_eye_in_hand, solve_eye_to_hand};
pub use lens::{Lens, LensModel};
pub use locate_by_sheet::{
    BoardView, CameraLocation, LocateRefusal, locate_board, locate_camera_by_sheet,
};
pub use locate_by_touch::{JointUncertainty, Touch, TouchCalibration, locate_camera_by_touch};
pub use next_view::suggest_next_view;
pub use pose::{Corner, board_pose};
pub use printed_sheet::Sheet;
pub use refusal::Refusal;
