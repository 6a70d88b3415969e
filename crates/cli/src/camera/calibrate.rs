//! `enact camera calibrate`: a lens from pictures of a board, or why there is none.

use std::path::Path;

use anyhow::{Result, bail};
use enact_arm::StopSwitch;
use enact_calibration::{
    Calibration, Corner, Evidence, Lens, LensModel, Refused, calibrate as fit, detect,
};
use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::args::CalibrateArgs;
use super::config::MAIN_CAMERA_NAME;
use super::file::{CameraFile, LensEntry, LensKind, today};
use super::live_views;
use super::locate::camera_file_path;
use super::pictures::{self, LiveCamera};
use crate::data_dir::DataDir;
use crate::launch::Launch;
use crate::stop_sources::stop_on_interrupt;

/// A picture, and what is seen of the board in it or why it is not used.
pub(super) struct View {
    pub(super) name: String,
    pub(super) seen: Result<(Vec<Corner>, (u32, u32)), String>,
}

/// Fits a lens to pictures of a board, and writes it down if the camera has a name; `false` where it
/// must not be trusted.
///
/// # Errors
/// If there are no pictures, they differ in size, or the lens cannot be written down.
pub fn calibrate(data_dir: &DataDir, args: &CalibrateArgs) -> Result<bool> {
    let model = if args.fisheye {
        LensModel::Fisheye
    } else {
        LensModel::BrownConrady
    };
    // A folder alone needs no arm and no launch file.
    let launch = match &args.name {
        Some(_) => Some(Launch::find(data_dir, &args.launch)?),
        None => None,
    };
    let path = match (&args.name, &launch) {
        (Some(name), Some(launch)) => Some(camera_file_path(
            data_dir,
            launch,
            name,
            args.file.as_ref(),
        )?),
        _ => None,
    };
    let views: Vec<View> = match (&args.images, &launch) {
        (Some(folder), _) => {
            let paths = pictures::list_visible_files(folder)?;
            // Files are read in parallel; their order is that of their names.
            paths.par_iter().map(|path| look(args, path)).collect()
        }
        (None, Some(launch)) => {
            let stop = StopSwitch::new();
            stop_on_interrupt(stop.clone())?;
            let name = args.name.as_deref().unwrap_or(MAIN_CAMERA_NAME);
            let camera = LiveCamera::open(data_dir, launch, name, stop, args.save.as_deref())?;
            live_views::take_calibration_views(camera, launch, name, args, model)?
        }
        (None, None) => {
            bail!("no pictures: name the camera of a launch file, or a folder with --images")
        }
    };
    let mut sizes = views
        .iter()
        .filter_map(|v| v.seen.as_ref().ok().map(|(_, size)| *size));
    let size = sizes.next().unwrap_or_default();
    if let Some(other) = sizes.find(|other| *other != size) {
        bail!(
            "pictures of {}x{} and of {}x{} pixels are not of one camera in one mode",
            size.0,
            size.1,
            other.0,
            other.1
        );
    }
    let corners: Vec<&[Corner]> = views
        .iter()
        .filter_map(|v| v.seen.as_ref().ok().map(|(c, _)| c.as_slice()))
        .collect();
    let result = fit(&corners, size, model);
    if args.json {
        outln!("{}", facts(args, &views, size, &result));
    } else {
        tell(&views, size, &result);
    }
    if let (Ok(calibration), Some(path)) = (&result, &path) {
        keep(path, args, calibration, size, corners.len())?;
    }
    Ok(result.is_ok())
}

/// Writes down a lens, beside the place that may be known already.
fn keep(
    path: &Path,
    args: &CalibrateArgs,
    calibration: &Calibration,
    (width, height): (u32, u32),
    views: usize,
) -> Result<()> {
    let mut file = CameraFile::load_or_new(path)?;
    let Lens {
        model,
        fx,
        fy,
        cx,
        cy,
        ref distortion,
    } = calibration.lens;
    file.lens = Some(LensEntry {
        date: today(),
        model: match model {
            LensModel::BrownConrady => LensKind::BrownConrady,
            LensModel::Fisheye => LensKind::Fisheye,
        },
        width,
        height,
        fx,
        fy,
        cx,
        cy,
        distortion: distortion.clone(),
        board: args.board.to_string(),
        views,
        rms_px: calibration.evidence.rms_px,
    });
    file.save(path)?;
    errln!("{}", path.display());
    if file.place.is_some() {
        errln!("where the camera stands was measured with another lens: locate it again");
    }
    Ok(())
}

fn look(args: &CalibrateArgs, path: &Path) -> View {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let seen = pictures::read_gray_picture(path)
        .map_err(|error| format!("cannot be read: {error:#}"))
        .and_then(|picture| {
            let corners = detect(&args.board, &picture).map_err(|reason| reason.to_string())?;
            Ok((corners, picture.dimensions()))
        });
    View { name, seen }
}

/// What came of it, for a program. Pixel centers are at integers, as OpenCV and ROS have them.
fn facts(
    args: &CalibrateArgs,
    views: &[View],
    size: (u32, u32),
    result: &Result<Calibration, Refused>,
) -> Value {
    let lens = result.as_ref().ok().map(|c| &c.lens);
    let evidence = match result {
        Ok(calibration) => Some(&calibration.evidence),
        Err(refused) => refused.evidence.as_ref(),
    };
    let std = result.as_ref().ok().map(|c| {
        let names = c.lens.model.parameter_names().iter();
        names
            .zip(&c.std)
            .map(|(name, std)| ((*name).to_owned(), json!(std)))
            .collect::<Map<_, _>>()
    });
    let mut errors = evidence.map(|e| e.view_rms_px.iter()).into_iter().flatten();
    let pictures: Vec<Value> = views
        .iter()
        .map(|view| match &view.seen {
            Ok((corners, _)) => {
                json!({"name": view.name, "used": true, "corners": corners.len(), "rms_px": errors.next(), "reason": null})
            }
            Err(reason) => json!({"name": view.name, "used": false, "corners": 0, "rms_px": null, "reason": reason}),
        })
        .collect();
    json!({
        "board": args.board.to_string(),
        "model": if args.fisheye { "fisheye" } else { "brown-conrady" },
        "width": size.0,
        "height": size.1,
        "rms_px": evidence.map(|e| e.rms_px),
        "fx": lens.map(|l| l.fx),
        "fy": lens.map(|l| l.fy),
        "cx": lens.map(|l| l.cx),
        "cy": lens.map(|l| l.cy),
        "distortion": lens.map(|l| &l.distortion),
        "std": std,
        "vertical_fov_deg": lens.map(|l| vertical_fov_deg(l, size)),
        "tilt_spread_deg": evidence.map(|e| e.tilt_spread_deg),
        "held_out_px": evidence.and_then(|e| e.held_out_px),
        "coverage": evidence.map(|e| e.coverage.share),
        "missing": evidence.map(|e| &e.coverage.missing),
        "views_used": views.iter().filter(|v| v.seen.is_ok()).count(),
        "views": views.len(),
        "pictures": pictures,
        "refused": result.as_ref().err().map(|r| r.reasons.iter().map(ToString::to_string).collect::<Vec<_>>()),
    })
}

/// What a scene file asks for: the angle that the picture's height takes, without distortion.
fn vertical_fov_deg(lens: &Lens, size: (u32, u32)) -> f64 {
    (2.0 * (f64::from(size.1) / 2.0 / lens.fy).atan()).to_degrees()
}

fn tell(views: &[View], size: (u32, u32), result: &Result<Calibration, Refused>) {
    for view in views {
        if let Err(reason) = &view.seen {
            errln!("{}: {reason}", view.name);
        }
    }
    match result {
        Ok(Calibration {
            lens,
            std,
            evidence,
            ..
        }) => {
            let values = lens.parameters();
            for ((name, value), std) in lens.model.parameter_names().iter().zip(values).zip(std) {
                outln!("{name:2} {value:12.4} ± {std:.4}");
            }
            if lens.model == LensModel::BrownConrady {
                outln!("vertical_fov_deg = {:.2}", vertical_fov_deg(lens, size));
            }
            say(evidence);
            if !evidence.reaches_picture_corners {
                errln!(
                    "warning: the distortion holds where the board was seen, but folds before the picture's corners"
                );
            }
        }
        Err(refused) => {
            if let Some(evidence) = &refused.evidence {
                say(evidence);
            }
            for reason in &refused.reasons {
                errln!("refused: {reason}");
            }
        }
    }
}

fn say(evidence: &Evidence) {
    let Evidence {
        rms_px,
        tilt_spread_deg,
        held_out_px,
        coverage,
        ..
    } = evidence;
    let held_out = held_out_px.map_or("not measured".to_owned(), |px| format!("{px:.3} px"));
    errln!(
        "rms {rms_px:.3} px, a view left out {held_out}, boards lean up to {tilt_spread_deg:.0}° apart, {:.0} % of the picture \
         covered",
        100.0 * coverage.share
    );
    if !coverage.missing.is_empty() {
        errln!(
            "hardly anything was seen at the {}",
            coverage.missing.join(", the ")
        );
    }
}
