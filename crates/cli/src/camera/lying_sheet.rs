//! A sheet on the table before an arm.

use anyhow::{Result, bail};
use clap::Args;
use enact_calibration::{Board, Sheet};
use enact_robot::Robot;
use enact_sim::render::{Appearance, Card};
use enact_types::{Point3, Pose, Vector3};
use nalgebra::{Translation3, UnitQuaternion};

/// Dots of a printed sheet to the millimeter.
const DOTS: f64 = 4.0;

/// A printed sheet in a simulated world.
#[derive(Clone, Debug, Default, Args)]
pub struct SheetArgs {
    /// Lay this board's sheet on the table, with its marked edge against the front of the arm's base
    #[arg(long, value_name = "BOARD")]
    pub sheet: Option<Board>,
    /// Where the tick of its edge lies instead, in meters, and how it is turned, in degrees
    #[arg(
        long,
        value_name = "X,Y[,DEG]",
        value_delimiter = ',',
        allow_hyphen_values = true,
        requires = "sheet"
    )]
    pub sheet_at: Vec<f64>,
}

impl SheetArgs {
    /// Returns the usual appearance of the simulator, with the sheet in it.
    ///
    /// # Errors
    /// If the place is none.
    pub fn appearance_with_sheet(&self, robot: &Robot) -> Result<Appearance> {
        let card = match &self.sheet {
            Some(board) => Some(card(board, &base_from_sheet(robot, &self.sheet_at)?)),
            None => None,
        };
        Ok(Appearance {
            card,
            ..Appearance::default()
        })
    }
}

/// Returns where a sheet lies on the table whose edge is at `edge` (`x`, `y` in meters, degrees), or
/// against the front of the base if that is empty.
///
/// # Errors
/// If `edge` is no place.
pub fn base_from_sheet(robot: &Robot, edge: &[f64]) -> Result<Pose> {
    let [x, y, yaw_deg] = match *edge {
        [] => [robot.base_front_x(), 0.0, 0.0],
        [x, y] => [x, y, 0.0],
        [x, y, yaw_deg] => [x, y, yaw_deg],
        _ => bail!("a sheet lies at X,Y in meters, or at X,Y,DEG"),
    };
    if ![x, y, yaw_deg].iter().all(|v| v.is_finite()) {
        bail!("a sheet lies at X,Y in meters, or at X,Y,DEG, not at {edge:?}");
    }
    // Its edge leads to the arm's left, its markers lie before it and face up.
    let down = UnitQuaternion::from_basis_unchecked(&[Vector3::y(), Vector3::x(), -Vector3::z()]);
    let turn = UnitQuaternion::from_euler_angles(0.0, 0.0, yaw_deg.to_radians());
    Ok(Pose::from_parts(Translation3::new(x, y, 0.0), turn * down))
}

/// Returns the sheet as the simulator shows it.
fn card(board: &Board, base_from_sheet: &Pose) -> Card {
    let sheet = Sheet::new(board);
    let picture = sheet.to_picture(DOTS);
    let origin = sheet.origin_mm();
    let side = |dots: u32| f64::from(dots) / DOTS;
    let middle = Point3::new(
        (side(picture.width()) / 2.0 - origin.0) * 1e-3,
        (side(picture.height()) / 2.0 - origin.1) * 1e-3,
        0.0,
    );
    let center = base_from_sheet * middle;
    let right = base_from_sheet.rotation * Vector3::x();
    Card::from_picture(
        picture,
        1e-3 / DOTS,
        [center.x, center.y],
        right.y.atan2(right.x),
    )
}
