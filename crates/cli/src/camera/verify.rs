//! `enact camera verify`: whether a camera still stands where it was located, by a sheet at a known place.

use anyhow::{Context, Result, bail};
use enact_arm::StopSwitch;
use enact_calibration::{detect, locate_board};
use enact_camera::Camera;
use enact_sim::Simulator;
use enact_types::Point3;
use image::DynamicImage;
use serde_json::json;

use super::args::VerifyArgs;
use super::config::CameraSource;
use super::file::CameraFile;
use super::locate::camera_file_path;
use super::lying_sheet::base_from_sheet;
use super::open::OpenCameras;
use crate::data_dir::DataDir;
use crate::launch::Launch;
use crate::stop_sources::stop_on_interrupt;

/// Compares where a camera sees the sheet's marks with where they lie; `false` if they are farther
/// apart than is allowed.
///
/// # Errors
/// If a file cannot be read, the camera gives no picture, or the sheet is not seen.
pub fn verify(data_dir: &DataDir, args: &VerifyArgs) -> Result<bool> {
    let launch = Launch::find(data_dir, &args.target.launch)?;
    let robot = data_dir.load_robot_to_move(&launch.robot)?;
    let path = camera_file_path(
        data_dir,
        &launch,
        &args.target.name,
        args.target.file.as_ref(),
    )?;
    let file = CameraFile::load(&path)?;
    let marks = args.target.board.fingertip_marks();
    if marks.is_empty() {
        bail!(
            "a {} has no marks: --board needs a sheet of tags",
            args.target.board
        );
    }
    let stop = StopSwitch::new();
    stop_on_interrupt(stop.clone())?;
    let layout = data_dir.load_layout(&launch.scene, &robot, launch.seed)?;
    let config = launch.cameras.camera_named_or_main(&args.target.name);
    let camera: Box<dyn Camera> = match &config.source {
        CameraSource::Sim => Box::new(
            Simulator::new(&robot, &layout, false)
                .camera(args.sheet.appearance_with_sheet(&robot)?, launch.seed),
        ),
        _ => OpenCameras::default().open_camera(
            config,
            &config.place.place_with_scene_defaults(&layout.camera),
            &stop,
        )?,
    };
    let mut camera = file
        .apply_place_and_lens(camera, &robot)
        .with_context(|| path.display().to_string())?;
    let lens = file
        .lens
        .as_ref()
        .context("the camera's lens is not known: `enact camera calibrate` measures it")?;
    let frame = camera.capture()?;
    let base_from_camera = frame.base_from_camera;
    let picture = DynamicImage::ImageRgb8(frame.rgb).into_luma8();
    let (width, height) = picture.dimensions();
    if (width, height) != (lens.width, lens.height) {
        bail!(
            "a picture has {width} x {height} pixels; the lens was measured with pictures of {} x {}",
            lens.width,
            lens.height
        );
    }
    let corners = detect(&args.target.board, &picture)
        .with_context(|| format!("the sheet is not seen ({})", args.target.board))?;
    let view = locate_board(&lens.lens(), &[corners])?;
    let seen = base_from_camera * view.camera_from_board;
    let lying = base_from_sheet(&robot, &args.target.edge)?;
    let misses: Vec<f64> = marks
        .iter()
        .map(|mark| {
            let mark = Point3::new(mark.x, mark.y, 0.0);
            (seen * mark - lying * mark).norm() * 1e3
        })
        .collect();
    let worst = misses.iter().copied().fold(0.0, f64::max);
    let is_good = worst <= args.limit_mm;
    if args.json {
        outln!(
            "{}",
            json!({"camera": args.target.name, "good": is_good, "worst_mm": worst, "miss_mm": misses})
        );
    } else if is_good {
        outln!("good: marks are seen within {worst:.1} mm of where they lie");
    } else {
        outln!(
            "bad: a mark is seen {worst:.1} mm from where it lies, more than {:.1}: if the sheet lies as it should, the camera was \
             moved; locate it again",
            args.limit_mm
        );
    }
    Ok(is_good)
}
