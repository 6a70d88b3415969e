//! `enact camera locate`: where a camera stands, from a sheet or a board and the arm, or why it is not
//! known.

use std::collections::{BTreeMap, HashMap};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use enact_arm::StopSwitch;
use enact_calibration::{
    Board, CameraLocation, Corner, HandEye, JointUncertainty, Lens, PostureView, Touch, detect,
    locate_camera_by_sheet, locate_camera_by_touch, solve_eye_in_hand, solve_eye_to_hand,
};
use enact_robot::Robot;
use image::GrayImage;
use rayon::prelude::*;
use serde_json::json;

use super::args::{LocateArgs, LocateBy};
use super::arm_pose::{ArmReader, PoseLine, find_servo_hardware, read_poses};
use super::file::{CameraFile, PlaceEntry, sha256_hex, today};
use super::fingertip::fingertip_in_base;
use super::lying_sheet::base_from_sheet;
use super::pictures::{self, LiveCamera};
use crate::arm::stdin_lines::StdinLines;
use crate::data_dir::DataDir;
use crate::launch::Launch;
use crate::stop_sources::stop_on_interrupt;

/// Pictures that a live camera takes of a sheet that lies still.
const PICTURES: usize = 10;
/// How far a joint may go while a picture is taken, in radians.
const STILL: f64 = 0.005;

/// What is found of a camera, whichever way.
struct Found {
    located: CameraLocation,
    frame: String,
    offsets: Vec<f64>,
    notes: Vec<String>,
}

/// Measures where a camera stands and writes it down; `false` where it is not known well enough.
///
/// # Errors
/// If a file cannot be read or written, or camera or arm do not answer.
pub fn locate(data_dir: &DataDir, args: &LocateArgs) -> Result<bool> {
    let launch = Launch::find(data_dir, &args.target.launch)?;
    let session = Session::begin(data_dir, args, &launch)?;
    let found = match args.by {
        LocateBy::Sheet => session.by_sheet()?,
        LocateBy::Touch => session.by_touch()?,
        LocateBy::HandEye => session.by_hand_eye()?,
    };
    match found {
        Ok(found) => session.keep(found).map(|()| true),
        Err(refusal) => {
            if args.json {
                outln!(
                    "{}",
                    json!({"camera": args.target.name, "file": null, "refused": refusal})
                );
            } else {
                errln!("refused: {refusal}");
            }
            Ok(false)
        }
    }
}

/// Returns the file of a camera: the one that is named, or one beside the arm's calibration, or in
/// the working folder where there is no arm.
///
/// # Errors
/// If the arm's calibration cannot be found.
pub fn camera_file_path(
    data_dir: &DataDir,
    launch: &Launch,
    name: &str,
    named: Option<&PathBuf>,
) -> Result<PathBuf> {
    if let Some(path) = named {
        return Ok(path.clone());
    }
    let file = format!("{name}.{}", super::file::ENDING);
    let Some(hardware) = find_servo_hardware(data_dir, launch)? else {
        return Ok(file.into());
    };
    let calibration = hardware.calibration_file(true)?;
    Ok(calibration.parent().unwrap_or(Path::new("")).join(file))
}

/// Returns the SHA-256 of the calibration of a launch file's arm; `None` if it has no servos.
///
/// # Errors
/// If the calibration cannot be found or read.
pub fn arm_calibration_sha256(data_dir: &DataDir, launch: &Launch) -> Result<Option<String>> {
    let Some(hardware) = find_servo_hardware(data_dir, launch)? else {
        return Ok(None);
    };
    let path = hardware.calibration_file(true)?;
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Some(sha256_hex(&bytes)))
}

/// What a way of measuring needs.
struct Session<'a> {
    data_dir: &'a DataDir,
    args: &'a LocateArgs,
    launch: &'a Launch,
    robot: Robot,
    path: PathBuf,
    file: CameraFile,
    lens: Lens,
    size: (u32, u32),
    stop: StopSwitch,
}

impl<'a> Session<'a> {
    fn begin(data_dir: &'a DataDir, args: &'a LocateArgs, launch: &'a Launch) -> Result<Self> {
        let robot = data_dir.load_robot_to_move(&launch.robot)?;
        let path = camera_file_path(
            data_dir,
            launch,
            &args.target.name,
            args.target.file.as_ref(),
        )?;
        let file = CameraFile::load_or_new(&path)?;
        let Some(entry) = &file.lens else {
            bail!(
                "the lens of `{}` is not known: {} has none\nhint: `enact camera calibrate {}` measures it",
                args.target.name,
                path.display(),
                args.target.name
            );
        };
        let (lens, size) = (entry.lens(), (entry.width, entry.height));
        let stop = StopSwitch::new();
        stop_on_interrupt(stop.clone())?;
        Ok(Self {
            data_dir,
            args,
            launch,
            robot,
            path,
            lens,
            size,
            file,
            stop,
        })
    }

    fn camera(&self) -> Result<LiveCamera> {
        LiveCamera::open(
            self.data_dir,
            self.launch,
            &self.args.target.name,
            self.stop.clone(),
            self.args.save.as_deref(),
        )
    }

    /// Finds the board in a picture, which must be of the size that the lens was measured with.
    fn look(&self, name: &str, picture: &GrayImage) -> Result<Option<Vec<Corner>>> {
        if picture.dimensions() != self.size {
            let ((width, height), (wide, high)) = (picture.dimensions(), self.size);
            bail!(
                "{name} has {width} x {height} pixels; the lens was measured with pictures of {wide} x {high}"
            );
        }
        match detect(&self.args.target.board, picture) {
            Ok(corners) => Ok(Some(corners)),
            Err(reason) => {
                errln!("{name}: {reason}");
                Ok(None)
            }
        }
    }

    /// Returns what is seen of a sheet that lies still.
    fn sheet_pictures(&self) -> Result<Vec<Vec<Corner>>> {
        if let Some(folder) = &self.args.images {
            let files = pictures::list_visible_files(folder)?;
            let seen: Vec<Option<Vec<Corner>>> = files
                .par_iter()
                .map(|path| {
                    let name = path.display().to_string();
                    let picture = pictures::read_gray_picture(path)
                        .with_context(|| format!("{name} cannot be read as a picture"))?;
                    self.look(&name, &picture)
                })
                .collect::<Result<_>>()?;
            return Ok(seen.into_iter().flatten().collect());
        }
        let mut camera = self.camera()?;
        let mut seen = Vec::new();
        for _ in 0..PICTURES {
            let (name, picture) = camera.take_picture()?;
            seen.extend(self.look(&name, &picture)?);
        }
        Ok(seen)
    }

    fn base(&self) -> String {
        self.robot.links()[0].name.clone()
    }

    fn by_sheet(&self) -> Result<Result<Found, String>> {
        let base_from_sheet = base_from_sheet(&self.robot, &self.args.target.edge)?;
        if !matches!(self.args.target.board, Board::Tags(_)) {
            bail!(
                "a {} has no edge to lay against the arm: --by sheet needs a sheet of tags",
                self.args.target.board
            );
        }
        let edge = base_from_sheet.translation;
        errln!(
            "the sheet's marked edge lies {:.0} mm before the middle of the arm's base, its tick {:.0} mm to the left",
            edge.x * 1e3,
            edge.y * 1e3
        );
        let pictures = self.sheet_pictures()?;
        Ok(
            locate_camera_by_sheet(&self.lens, &pictures, &base_from_sheet)
                .map(|located| Found {
                    located,
                    frame: self.base(),
                    offsets: Vec::new(),
                    notes: Vec::new(),
                })
                .map_err(|refusal| refusal.to_string()),
        )
    }

    fn by_touch(&self) -> Result<Result<Found, String>> {
        if self.args.target.board.fingertip_marks().is_empty() {
            bail!(
                "a {} has no marks to touch: --by touch needs a sheet of tags",
                self.args.target.board
            );
        }
        let pictures = self.sheet_pictures()?;
        let touches = match &self.args.poses {
            Some(path) => {
                let mut touches = Vec::new();
                for (line, joints) in read_poses(path, &self.robot)? {
                    let number = line.mark.with_context(|| {
                        format!("{}: a touch without the number of its mark", path.display())
                    })?;
                    touches.push(self.touch(number, joints)?);
                }
                touches
            }
            None => self.live_touches()?,
        };
        let error = JointUncertainty {
            noise: self.args.joint_error_deg.to_radians(),
            offset: self.args.joint_offset_deg.to_radians(),
        };
        let tip = |joints: &[f64]| fingertip_in_base(&self.robot, joints);
        let touched = locate_camera_by_touch(&self.lens, &pictures, &touches, error, tip);
        Ok(touched
            .map(|touched| Found {
                located: touched.located,
                frame: self.base(),
                offsets: touched.joint_offsets,
                notes: Vec::new(),
            })
            .map_err(|refusal| refusal.to_string()))
    }

    fn touch(&self, number: usize, joints: Vec<f64>) -> Result<Touch> {
        let marks = self.args.target.board.fingertip_marks();
        let place = number.checked_sub(1).and_then(|index| marks.get(index));
        let on_board = *place
            .with_context(|| format!("there is no mark {number}, only 1 to {}", marks.len()))?;
        Ok(Touch {
            number,
            on_board,
            joints: joints[..self.robot.arm_joints().len()].to_vec(),
        })
    }

    fn live_touches(&self) -> Result<Vec<Touch>> {
        let arm = ArmReader::find_arm(self.data_dir, self.launch)?;
        let lines = StdinLines::start_reading();
        let count = self.args.target.board.fingertip_marks().len();
        let mut touches = Vec::new();
        let mut next = 1;
        errln!(
            "lead the closed fingertip to a mark, by hand with the motors off or by `enact arm jog` in another terminal, then press Enter; \
             the number of another mark chooses that one, `done` ends it"
        );
        loop {
            errln!("mark {next}:");
            let Some(line) = lines.wait_for_answer(&self.stop) else {
                bail!("nobody presses Enter any more");
            };
            match line.trim() {
                "done" => return Ok(touches),
                "" => {
                    let joints = arm.read_joints()?;
                    self.note(PoseLine {
                        mark: Some(next),
                        ..PoseLine::new(&self.robot, &joints)
                    })?;
                    touches.push(self.touch(next, joints)?);
                    next = next % count + 1;
                }
                other => match other.parse::<usize>() {
                    Ok(number) if (1..=count).contains(&number) => next = number,
                    _ => errln!("there are marks 1 to {count}; `done` ends it"),
                },
            }
        }
    }

    fn by_hand_eye(&self) -> Result<Result<Found, String>> {
        let views = match (&self.args.images, &self.args.poses) {
            (Some(images), Some(poses)) => self.kept_views(images, poses)?,
            (None, None) => self.live_views()?,
            _ => bail!(
                "--images and --poses go together: a file says where the arm was in each picture"
            ),
        };
        let noise = self.args.joint_error_deg.to_radians();
        let forward = |joints: &[f64]| self.robot.forward(joints);
        let (solved, frame) = if self.args.on_gripper {
            let hand = self.robot.links()[self.robot.tool_link_index()]
                .name
                .clone();
            (solve_eye_in_hand(&self.lens, &views, noise, forward), hand)
        } else {
            (
                solve_eye_to_hand(&self.lens, &views, noise, forward),
                self.base(),
            )
        };
        Ok(solved
            .map(|found| self.of_hand_eye(found, frame, views.len()))
            .map_err(|refusal| refusal.to_string()))
    }

    fn of_hand_eye(&self, found: HandEye, frame: String, views: usize) -> Found {
        let names = self.robot.arm_joints().iter().map(|joint| &joint.name);
        let mut notes: Vec<String> = names
            .zip(found.joint_offsets.iter().zip(&found.offset_std))
            .filter(|(_, (offset, std))| offset.abs() > 3.0 * **std && offset.abs() > 0.005)
            .map(|(name, (offset, std))| {
                format!(
                    "joint `{name}` is {:+.1}° ± {:.1}° from what it says: `enact arm calibrate --joint {name}`",
                    offset.to_degrees(),
                    std.to_degrees()
                )
            })
            .collect();
        if !found.slipped.is_empty() {
            let numbers: Vec<String> = found.slipped.iter().map(|n| (n + 1).to_string()).collect();
            notes.push(format!(
                "of {views} views, {} contradicted the others and were left out: number {}",
                numbers.len(),
                numbers.join(", ")
            ));
        }
        Found {
            located: CameraLocation {
                base_from_camera: found.mount_from_camera,
                residual: found.residual,
                place_std: found.place_std,
                direction_std: found.direction_std,
            },
            frame,
            offsets: found.joint_offsets,
            notes,
        }
    }

    fn view(&self, joints: &[f64], corners: Vec<Corner>) -> PostureView {
        PostureView {
            joints: joints[..self.robot.arm_joints().len()].to_vec(),
            corners,
        }
    }

    fn kept_views(&self, images: &Path, poses: &Path) -> Result<Vec<PostureView>> {
        let poses_of: HashMap<String, Vec<f64>> = read_poses(poses, &self.robot)?
            .into_iter()
            .filter_map(|(line, joints)| Some((line.image?, joints)))
            .collect();
        let files = pictures::list_visible_files(images)?;
        let views: Vec<Option<PostureView>> = files
            .par_iter()
            .map(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let Some(joints) = poses_of.get(name.as_ref()) else {
                    errln!("{name}: {} does not say where the arm was", poses.display());
                    return Ok(None);
                };
                let picture = pictures::read_gray_picture(path)
                    .with_context(|| format!("{} cannot be read as a picture", path.display()))?;
                let corners = self.look(&name, &picture)?;
                Ok(corners.map(|corners| self.view(joints, corners)))
            })
            .collect::<Result<_>>()?;
        Ok(views.into_iter().flatten().collect())
    }

    fn live_views(&self) -> Result<Vec<PostureView>> {
        let arm = ArmReader::find_arm(self.data_dir, self.launch)?;
        let mut camera = self.camera()?;
        let lines = StdinLines::start_reading();
        let mut views = Vec::new();
        errln!(
            "move the arm so that the camera sees the whole board, hold it still and press Enter; each time turn the hand another way \
             and bend every joint differently; `done` ends it (after {} at least)",
            enact_calibration::hand_eye::MIN_VIEWS
        );
        loop {
            errln!("pose {}:", views.len() + 1);
            let Some(line) = lines.wait_for_answer(&self.stop) else {
                bail!("nobody presses Enter any more");
            };
            if line.trim() == "done" {
                return Ok(views);
            }
            let before = arm.read_joints()?;
            let (name, picture) = camera.take_picture()?;
            let after = arm.read_joints()?;
            let moved = before.iter().zip(&after);
            if moved.fold(0.0, |most: f64, (a, b)| most.max((a - b).abs())) > STILL {
                errln!("the arm moved meanwhile; hold it still");
                continue;
            }
            if let Some(corners) = self.look(&name, &picture)? {
                errln!("{name}: {} corners", corners.len());
                self.note(PoseLine {
                    image: Some(name),
                    ..PoseLine::new(&self.robot, &after)
                })?;
                views.push(self.view(&after, corners));
            }
        }
    }

    /// Keeps a pose beside the pictures, if they are kept.
    fn note(&self, line: PoseLine) -> Result<()> {
        let Some(folder) = &self.args.save else {
            return Ok(());
        };
        let path = folder.join("poses.jsonl");
        let failed = || format!("cannot write {}", path.display());
        std::fs::create_dir_all(folder).with_context(failed)?;
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .with_context(failed)?;
        writeln!(file, "{}", serde_json::to_string(&line)?).with_context(failed)
    }

    /// Writes down what was found, and says it.
    fn keep(mut self, found: Found) -> Result<()> {
        let Found {
            located,
            frame,
            offsets,
            notes,
        } = found;
        let names = self.robot.arm_joints().iter().map(|joint| &joint.name);
        let joint_offsets_deg: BTreeMap<String, f64> = names
            .cloned()
            .zip(offsets.iter().map(|offset| offset.to_degrees()))
            .filter(|(_, offset)| *offset != 0.0)
            .collect();
        let rotation = located.base_from_camera.rotation.coords;
        let lens = self.file.lens.as_ref();
        let place = PlaceEntry {
            date: today(),
            frame,
            position: located.base_from_camera.translation.vector.into(),
            quaternion_xyzw: [rotation.x, rotation.y, rotation.z, rotation.w],
            by: self.args.by.to_string(),
            board: self.args.target.board.to_string(),
            residual_mm: located.residual * 1e3,
            place_std_mm: located.place_std * 1e3,
            direction_std_deg: located.direction_std.to_degrees(),
            joint_offsets_deg,
            robot: self.robot.name().to_owned(),
            arm_sha256: arm_calibration_sha256(self.data_dir, self.launch)?,
            lens_sha256: lens.map(|lens| lens.lens_sha256()).unwrap_or_default(),
        };
        for note in &notes {
            errln!("{note}");
        }
        if self.args.json {
            outln!(
                "{}",
                json!({"camera": self.args.target.name, "file": self.path, "place": place, "notes": notes, "refused": null})
            );
        } else {
            let [x, y, z] = place.position.map(|meters| meters * 1e3);
            outln!(
                "{} stands at {x:.1}, {y:.1}, {z:.1} mm of `{}`, known to {:.1} mm and {:.2}° (1 σ); residual {:.1} mm",
                self.args.target.name,
                place.frame,
                place.place_std_mm,
                place.direction_std_deg,
                place.residual_mm
            );
            errln!(
                "{}\nname it in the launch file, under [camera]: calibration = \"{}\"",
                self.path.display(),
                self.path.display()
            );
        }
        self.file.place = Some(place);
        self.file.save(&self.path)
    }
}
