//! Views of a board from a camera that films it, until they tell the lens.

use anyhow::Result;
use enact_calibration::{
    Calibration, Corner, LensModel, Refused, calibrate, detect, suggest_next_view,
};

use super::args::CalibrateArgs;
use super::calibrate::View;
use super::pictures::LiveCamera;
use crate::arm::stdin_lines::StdinLines;
use crate::launch::Launch;

/// Fewer views rest a lens on single pictures.
const MIN_VIEWS: usize = 10;
/// A view is new if its corners are so far from those of each other one (mean), as a part of the picture's width…
const MIN_VIEW_DISTANCE: f64 = 0.05;
/// …and sharp if they are so close to those of the picture before.
const STILL: f64 = 0.003;

/// Takes pictures until the views tell the lens, somebody types `done`, or there are as many as are wanted.
///
/// # Errors
/// If the camera gives no picture.
pub(super) fn take_calibration_views(
    mut camera: LiveCamera,
    launch: &Launch,
    name: &str,
    args: &CalibrateArgs,
    model: LensModel,
) -> Result<Vec<View>> {
    let is_film = launch.cameras.camera_named_or_main(name).source.is_live();
    let lines = StdinLines::start_reading();
    let stop = camera.stop.clone();
    let mut views: Vec<View> = Vec::new();
    let mut before: Vec<Corner> = Vec::new();
    errln!("hold the board before the camera, still for a moment each time; Enter ends it");
    say(&views, (0, 0), model);
    for _ in 0..args.pictures {
        // Nobody at standard input is nobody who ends it.
        if stop.is_pressed() || lines.was_enter_pressed().unwrap_or(false) {
            break;
        }
        let (name, picture) = camera.take_picture()?;
        let size = picture.dimensions();
        let Ok(corners) = detect(&args.board, &picture) else {
            before.clear();
            continue;
        };
        let width = f64::from(size.0);
        let is_still = !is_film || distance(&before, &corners).is_some_and(|d| d < STILL * width);
        let is_new = views.iter().all(|view| {
            let known = view.seen.as_ref().map(|(known, _)| known);
            known.is_ok_and(|known| {
                distance(known, &corners).is_none_or(|d| d > MIN_VIEW_DISTANCE * width)
            })
        });
        before.clone_from(&corners);
        if !is_still || !is_new {
            continue;
        }
        views.push(View {
            name,
            seen: Ok((corners, size)),
        });
        if say(&views, size, model) {
            break;
        }
    }
    Ok(views)
}

/// Returns the mean distance of corners that both have, in pixels; `None` if they share less than half.
fn distance(a: &[Corner], b: &[Corner]) -> Option<f64> {
    let pairs = a
        .iter()
        .filter_map(|a| Some((a.pixel - b.iter().find(|b| b.id == a.id)?.pixel).norm()));
    let distances: Vec<f64> = pairs.collect();
    let is_enough = 2 * distances.len() >= a.len().max(b.len()).max(1);
    is_enough.then(|| distances.iter().sum::<f64>() / distances.len() as f64)
}

/// Says how far the views reach, and which one to take next; whether they are enough.
fn say(views: &[View], size: (u32, u32), model: LensModel) -> bool {
    let corners: Vec<&[Corner]> = views
        .iter()
        .filter_map(|view| {
            view.seen
                .as_ref()
                .ok()
                .map(|(corners, _)| corners.as_slice())
        })
        .collect();
    let result = calibrate(&corners, size, model);
    let evidence = match &result {
        Ok(Calibration { evidence, .. }) => Some(evidence),
        Err(Refused { evidence, .. }) => evidence.as_ref(),
    };
    let far = evidence.map_or(String::new(), |e| {
        format!(
            ", {:.0} % of the picture covered, tilted up to {:.0}° apart",
            100.0 * e.coverage.share,
            e.tilt_spread_deg
        )
    });
    let next = suggest_next_view(&corners, &result);
    let is_enough = views.len() >= MIN_VIEWS && result.is_ok() && next.is_none();
    let next = next.unwrap_or("another one, leaning another way");
    if is_enough {
        errln!("{} views{far}: enough", views.len());
    } else {
        errln!("{} views{far}; next: {next}", views.len());
    }
    is_enough
}
