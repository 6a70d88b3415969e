//! `enact eval --photos`: what a perceiver finds on labeled pictures.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use enact_eval::photos::{self, LabeledPicture, PhotoReport};
use enact_plan::{Detection, Perceiver};
use enact_types::{Frame, Intrinsics, Pose, Stamp};

use super::{models, opened, options, sampling};
use crate::args::EvalArgs;
use crate::data_dir::DataDir;
use crate::out;
use crate::progress;

/// Field of view that pictures are taken for: finding things in them does not depend on it.
const VERTICAL_FOV: f64 = 0.8;

/// Scores the perceiver on the pictures beside `labels`.
///
/// # Errors
/// If the labels, a picture or the model cannot be read, or the model does not answer.
pub fn score_perceiver(data_dir: &DataDir, labels: &Path, args: &EvalArgs) -> Result<()> {
    let all = photos::load(labels)?;
    let pictures: Vec<LabeledPicture> = all
        .into_iter()
        .filter(|picture| picture.kind == args.kind)
        .collect();
    if pictures.is_empty() {
        bail!(
            "{} labels no picture of kind `{}`",
            labels.display(),
            args.kind
        );
    }
    let config = models(args);
    let choice = config.perceiver(data_dir)?;
    let mut perceiver = opened(&choice, options(args, &config, &choice, sampling(args)?))?;
    let folder = labels.parent().unwrap_or(Path::new("."));
    if let Some(out) = &args.out {
        std::fs::create_dir_all(out).with_context(|| format!("cannot create {}", out.display()))?;
    }
    let bar = progress::bar(pictures.len() as u64, "pictures");
    let mut found: Vec<Vec<Detection>> = Vec::new();
    for picture in &pictures {
        let frame = frame(&folder.join(&picture.file))?;
        let detections = perceive(&mut *perceiver, &frame)
            .with_context(|| format!("cannot look at {}", picture.file.display()))?;
        if let Some(out) = &args.out {
            let path = out.join(picture.file.with_extension("json"));
            std::fs::write(&path, Detection::write_list(&detections))
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        found.push(detections);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let report = PhotoReport::new(pictures.iter().zip(found.iter().map(Vec::as_slice)));
    if args.results.json {
        outln!("{}", serde_json::to_string(&report)?);
    } else {
        out::print_to_stdout(&report.table());
    }
    Ok(())
}

/// Reads a picture as a frame.
fn frame(path: &Path) -> Result<Frame> {
    let rgb = image::open(path)
        .map_err(|error| anyhow!("cannot read the picture {}: {error}", path.display()))?
        .into_rgb8();
    Ok(Frame {
        sequence: 0,
        stamp: Stamp::ZERO,
        intrinsics: Intrinsics::from_vertical_fov(rgb.width(), rgb.height(), VERTICAL_FOV),
        rgb,
        depth: None,
        base_from_camera: Pose::identity(),
    })
}

/// Lists what is in a picture; a list that cannot be read is asked for once more, as the loop does,
/// and then taken for empty.
fn perceive(perceiver: &mut (impl Perceiver + ?Sized), frame: &Frame) -> Result<Vec<Detection>> {
    let response = perceiver.perceive(frame)?;
    let rejection = match response.parsed {
        Ok(detections) => return Ok(detections),
        Err(rejection) => rejection,
    };
    let again = perceiver.perceive_again(frame, &[], &rejection)?;
    Ok(again.parsed.unwrap_or_else(|rejection| {
        errln!("enact: {rejection}");
        Vec::new()
    }))
}
