//! `enact camera verify`: the arm points at three marks of a sheet, and the camera says by how much it
//! misses.

use anyhow::{Context, Result, bail};
use enact_arm::{ArmThread, ContactPolicy, ExecutionEnd, StopSwitch};
use enact_calibration::{BoardView, board_view, detect};
use enact_camera::Camera;
use enact_ground::motion::end_effector::{EndEffector, Roll, solve};
use enact_robot::{CollisionWorld, Robot};
use enact_sim::Simulator;
use enact_types::{Frame, JointVector, Point3, Pose, Vector3};
use image::{DynamicImage, GrayImage};
use nalgebra::{Point2, Vector2};
use serde_json::json;

use super::args::VerifyArgs;
use super::config::CameraSource;
use super::file::CameraFile;
use super::fingertip::{self, tool_from_fingertip};
use super::locate::file_of;
use super::open::OpenCameras;
use crate::arm::slow_motion::straight;
use crate::data_dir::DataDir;
use crate::launch::Launch;
use crate::stop_sources::on_interrupt;

/// Height of the fingertip above a mark, in meters, where the arm may come that close to the table.
const HOVER: f64 = 0.012;
/// How far the hand may lean.
const TILTS: [f64; 5] = [0.0, 0.2, 0.4, 0.6, 0.8];
/// How far from where it should be the fingertip is looked for, in meters.
const REACH: f64 = 0.05;
/// Average speed of a joint beside which somebody stands, rad/s.
const GENTLE: f64 = 0.5;
/// Marks that are pointed at.
const MARKS: usize = 3;

/// What came of one mark.
struct Miss {
    number: usize,
    /// From the mark to where the fingertip is seen, in the base.
    by: Result<Vector3, String>,
}

/// Has the arm point at marks and compares with what the camera sees; `false` if it misses by more than
/// is allowed.
///
/// # Errors
/// If a file cannot be read, the sheet is not seen, or arm or camera do not answer.
pub fn verify(data_dir: &DataDir, args: &VerifyArgs) -> Result<bool> {
    let launch = Launch::find(data_dir, &args.launch)?;
    let robot = data_dir.guarded(&launch.robot)?;
    let path = file_of(data_dir, &launch, &args.name, args.file.as_ref())?;
    let file = CameraFile::load(&path)?;
    let stop = StopSwitch::new();
    on_interrupt(stop.clone())?;
    let layout = data_dir
        .scene(&launch.scene)?
        .before(&robot)
        .draw(launch.seed);
    let simulator = Simulator::new(&robot, &layout, false);
    let config = launch.cameras.named(&args.name);
    let camera: Box<dyn Camera> = match &config.source {
        CameraSource::Sim => {
            Box::new(simulator.camera(args.sheet.appearance(&robot)?, launch.seed))
        }
        _ => OpenCameras::default().open(config, &config.place.place(&layout.camera), &stop)?,
    };
    let mut eye = Eye {
        camera: file
            .place(camera, &robot)
            .with_context(|| path.display().to_string())?,
    };
    let before = eye.look()?;
    let base_from_sheet = sheet(&file, args, &before)?;
    let marks = args.board.marks();
    if marks.is_empty() {
        bail!(
            "a {} has no marks to point at: a sheet of tags has",
            args.board
        );
    }
    let places: Vec<Point3> = marks
        .iter()
        .map(|mark| base_from_sheet * Point3::new(mark.x, mark.y, 0.0))
        .collect();
    let heights = places.iter().map(|place| place.z * 1e3);
    let (low, high) = heights.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), z| {
        (low.min(z), high.max(z))
    });
    errln!("by this camera the sheet lies {low:.1} to {high:.1} mm above the table");
    let is_flat = low.abs().max(high.abs()) <= args.limit_mm;

    // It keeps what emulated servos are on.
    let source = launch
        .arm
        .find(data_dir, &launch.robot, &robot, &simulator)?;
    let arm = ArmThread::start_with(source.arm(&simulator)?, &robot, stop);
    let mut misses = Vec::new();
    for (number, posture) in chosen(&robot, &places) {
        let by = point(
            &robot,
            &arm,
            &mut eye,
            &before,
            &places[number - 1],
            &posture,
        )?;
        match &by {
            Ok(by) => errln!(
                "mark {number}: the fingertip is seen {:.1} mm beside it ({:+.1}, {:+.1})",
                by.norm() * 1e3,
                by.x * 1e3,
                by.y * 1e3
            ),
            Err(reason) => errln!("mark {number}: {reason}"),
        }
        misses.push(Miss { number, by });
    }
    if let Err(refusal) = move_to(&robot, &arm, robot.home())? {
        errln!("the arm stays where it is: {refusal}");
    }
    Ok(conclude(args, (low, high), is_flat, &misses))
}

/// Says what came of it.
fn conclude(args: &VerifyArgs, (low, high): (f64, f64), is_flat: bool, misses: &[Miss]) -> bool {
    let seen: Vec<f64> = misses
        .iter()
        .filter_map(|miss| Some(miss.by.as_ref().ok()?.norm() * 1e3))
        .collect();
    let worst = seen.iter().copied().fold(0.0, f64::max);
    let is_enough = seen.len() >= MARKS;
    let is_good = is_flat && is_enough && worst <= args.limit_mm;
    if args.json {
        let marks: Vec<_> = misses
            .iter()
            .map(|miss| match &miss.by {
                Ok(by) => json!({"mark": miss.number, "miss_mm": by.norm() * 1e3, "x_mm": by.x * 1e3, "y_mm": by.y * 1e3}),
                Err(reason) => json!({"mark": miss.number, "miss_mm": null, "reason": reason}),
            })
            .collect();
        outln!(
            "{}",
            json!({"camera": args.name, "good": is_good, "worst_mm": worst, "sheet_mm": [low, high], "marks": marks})
        );
        return is_good;
    }
    if is_good {
        outln!("good: the arm misses by {worst:.1} mm at most");
    } else if !is_enough {
        outln!(
            "not known: the fingertip was seen at {} of {MARKS} marks",
            seen.len()
        );
    } else if !is_flat {
        outln!("bad: by this camera the sheet does not lie on the table; locate the camera again");
    } else {
        outln!(
            "bad: the arm misses by {worst:.1} mm, more than {:.1}; locate the camera again",
            args.limit_mm
        );
    }
    is_good
}

/// The camera.
struct Eye {
    camera: Box<dyn Camera>,
}

/// What it saw.
struct Look {
    frame: Frame,
    gray: GrayImage,
}

impl Eye {
    fn look(&mut self) -> Result<Look> {
        let frame = self.camera.capture()?;
        let gray = DynamicImage::ImageRgb8(frame.rgb.clone()).into_luma8();
        Ok(Look { frame, gray })
    }
}

/// Returns the sheet in the base, as the camera sees it.
fn sheet(file: &CameraFile, args: &VerifyArgs, look: &Look) -> Result<Pose> {
    let lens = file
        .lens
        .as_ref()
        .context("the camera's lens is not known: `enact camera calibrate` measures it")?;
    let size = look.gray.dimensions();
    if size != (lens.width, lens.height) {
        bail!(
            "a picture has {} x {} pixels; the lens was measured with pictures of {} x {}",
            size.0,
            size.1,
            lens.width,
            lens.height
        );
    }
    let corners = detect(&args.board, &look.gray)
        .with_context(|| format!("the sheet is not seen ({})", args.board))?;
    let BoardView {
        camera_from_board, ..
    } = board_view(&lens.lens(), &[corners])?;
    Ok(look.frame.base_from_camera * camera_from_board)
}

/// Chooses marks that the arm reaches, as far from each other as can be, and how.
fn chosen(robot: &Robot, places: &[Point3]) -> Vec<(usize, JointVector)> {
    let mut reached: Vec<(usize, JointVector)> = places
        .iter()
        .enumerate()
        .filter_map(|(index, place)| Some((index + 1, posture(robot, place)?)))
        .collect();
    let distance = |a: usize, b: usize| (places[a - 1] - places[b - 1]).norm();
    // The two farthest apart, then the one farthest from both.
    let mut out: Vec<(usize, JointVector)> = Vec::new();
    while out.len() < MARKS && !reached.is_empty() {
        let far = |number: usize| -> f64 {
            if out.is_empty() {
                return reached
                    .iter()
                    .map(|(other, _)| distance(number, *other))
                    .fold(0.0, f64::max);
            }
            out.iter()
                .map(|(other, _)| distance(number, *other))
                .fold(f64::INFINITY, f64::min)
        };
        let best = (0..reached.len()).max_by(|a, b| {
            let (a, b) = (reached[*a].0, reached[*b].0);
            far(a).total_cmp(&far(b)).then(b.cmp(&a))
        });
        let Some(best) = best else { break };
        out.push(reached.remove(best));
    }
    out
}

/// Returns joints that hold the closed fingertip above a place.
fn posture(robot: &Robot, place: &Point3) -> Option<JointVector> {
    let gripper = robot.end_effector();
    let hand = EndEffector::new(robot, &gripper)?;
    let table = CollisionWorld::table(robot);
    let hover = HOVER.max(robot.clearance().table + 0.004);
    let target = place + Vector3::z() * hover;
    let tip = tool_from_fingertip(robot);
    TILTS.iter().find_map(|tilt| {
        let pose = hand.pose(&tip, &target, *tilt, Roll::FromHeading(0.0));
        let arm = solve(robot, &pose, robot.home(), "the mark").ok()?;
        let mut joints = robot.home().clone();
        for (joint, value) in arm.iter().enumerate() {
            joints[joint] = *value;
        }
        if let Some(gripper) = robot.gripper() {
            joints[gripper.joint] = gripper.closed;
        }
        robot
            .collider()
            .check_posture(&joints, &table)
            .ok()
            .map(|()| joints)
    })
}

/// Moves the arm; the inner error says why it would not.
fn move_to(robot: &Robot, arm: &ArmThread, goal: &JointVector) -> Result<Result<(), String>> {
    let table = CollisionWorld::table(robot);
    let trajectory = match straight(robot, &arm.state()?, goal, GENTLE, &table) {
        Ok(trajectory) => trajectory,
        Err(refusal) => return Ok(Err(refusal.to_string())),
    };
    let execution = arm.execute(trajectory, ContactPolicy::Limit(robot.contact_effort()))?;
    Ok(match execution.end {
        ExecutionEnd::Finished => Ok(()),
        ExecutionEnd::Stopped => bail!("stopped"),
        ExecutionEnd::Fault(refusal) => Err(refusal.to_string()),
        ExecutionEnd::Contact { joint, .. } => Err(format!("joint `{joint}` met resistance")),
    })
}

/// Points at a place, by way of home, and returns how far beside it the fingertip is seen.
fn point(
    robot: &Robot,
    arm: &ArmThread,
    eye: &mut Eye,
    before: &Look,
    place: &Point3,
    posture: &JointVector,
) -> Result<Result<Vector3, String>> {
    for goal in [robot.home(), posture] {
        if let Err(reason) = move_to(robot, arm, goal)? {
            return Ok(Err(reason));
        }
    }
    let after = eye.look()?;
    let joints = arm.state()?.position;
    let base_from_tool = robot.forward(&joints);
    let tip = base_from_tool * tool_from_fingertip(robot);
    let ahead = base_from_tool.rotation * robot.end_effector().approach_axis.into_inner() * 0.01;
    let pixel = |point: &Point3| {
        let (x, y) = after.frame.project(point)?;
        // Pixel centers are at half-integers in frames.
        Some(Point2::new(x - 0.5, y - 0.5))
    };
    let (Some(expected), Some(further)) = (pixel(&tip), pixel(&(tip - ahead))) else {
        return Ok(Err("the camera does not see as far as there".to_owned()));
    };
    let pointing: Vector2<f64> = expected - further;
    let depth = (after.frame.base_from_camera.inverse() * tip).z;
    let per_meter = after.frame.intrinsics.fx / depth;
    if pointing.norm() < 0.25 * 0.01 * per_meter {
        let reason = "the camera looks along the hand, which hides the fingertip";
        return Ok(Err(reason.to_owned()));
    }
    let seen = fingertip::seen(
        &before.gray,
        &after.gray,
        expected,
        pointing,
        REACH * per_meter,
    );
    let at = seen.and_then(|seen| {
        after
            .frame
            .deproject_to_plane(seen.x + 0.5, seen.y + 0.5, tip.z)
    });
    Ok(match at {
        Some(at) => Ok(Vector3::new(at.x - place.x, at.y - place.y, 0.0)),
        None => Err("the camera does not see the fingertip near there".to_owned()),
    })
}
