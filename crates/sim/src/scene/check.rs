//! Semantic checks of a scene file that parses.

use std::path::Path;

use enact_robot::LoadError;
use enact_types::text::line_number_at;
use enact_types::{Intrinsics, Reason};

use super::draw;
use super::file::{BoxEntry, Choice, ObjectEntry, SceneFile, WorkspaceEntry};
use crate::object::ObjectShape;

/// Number of layouts drawn to test whether the objects fit.
const TRIALS: u64 = 5;

/// Returns an error with the line of a byte offset.
fn error_at(path: &Path, text: &str, offset: Option<usize>, what: impl Into<Reason>) -> LoadError {
    LoadError {
        file: path.to_owned(),
        line: offset.map(|offset| line_number_at(text, offset)),
        what: what.into(),
        hint: None,
    }
}

/// Checks a scene file.
///
/// # Errors
/// The first inconsistency, with its line.
pub fn check_scene_file(path: &Path, text: &str, file: &SceneFile) -> Result<(), LoadError> {
    let fault = |key: &str, what: String| {
        let offset = text.find(key);
        Err(error_at(path, text, offset, what))
    };
    let rises = |[low, high]: [f64; 2]| low.is_finite() && high.is_finite() && low <= high;
    if !file
        .table
        .size
        .iter()
        .all(|size| *size > 0.0 && size.is_finite())
    {
        return fault("[table]", "the table's size must be above zero".to_owned());
    }
    let fov = file.camera.vertical_fov_deg;
    if !(1.0..=150.0).contains(&fov) || file.camera.width == 0 || file.camera.height == 0 {
        return fault(
            "[camera]",
            format!("a camera of {fov}° and no pixels sees nothing"),
        );
    }
    let lens = Intrinsics {
        distortion: file.camera.distortion,
        ..Intrinsics::from_vertical_fov(file.camera.width, file.camera.height, fov.to_radians())
    };
    if !lens.can_deproject_all_pixels() {
        return fault(
            "[camera]",
            "its distortion folds back within the picture, which shows nothing there".to_owned(),
        );
    }
    if file.camera.eye == file.camera.target {
        return fault("[camera]", "the camera looks at itself".to_owned());
    }
    if !rises(file.area.radius)
        || !rises(file.area.angle_deg)
        || !(0.0..=1.0).contains(&file.area.gap)
    {
        return fault(
            "[area]",
            "ranges are [lowest, highest] and the gap is 0 to 1 m".to_owned(),
        );
    }
    if file
        .random
        .as_ref()
        .is_some_and(|random| random.count[0] > random.count[1])
    {
        return fault("[random]", "count is [fewest, most]".to_owned());
    }
    for entry in file.fixtures.iter().chain(&file.keep_out) {
        if let Some(what) = box_fault(entry) {
            return fault(&format!("\"{}\"", entry.name), what);
        }
    }
    if let Some(WorkspaceEntry { min, max }) = file.workspace
        && (0..3).any(|axis| !rises([min[axis], max[axis]]) || min[axis] == max[axis])
    {
        return fault(
            "[workspace]",
            "min must be below max along every axis".to_owned(),
        );
    }
    for (index, entry) in file.objects.iter().enumerate() {
        if let Some(what) = object_fault(entry) {
            let offset = text
                .match_indices("[[objects]]")
                .nth(index)
                .map(|found| found.0);
            return Err(error_at(path, text, offset, what));
        }
    }
    for (index, task) in file.tasks.iter().enumerate() {
        if let Some(what) = task.find_problem() {
            let offset = text
                .match_indices("[[tasks]]")
                .nth(index)
                .map(|found| found.0);
            return Err(error_at(path, text, offset, what));
        }
    }
    if (0..TRIALS).all(|seed| !draw::required_objects_fit(file, seed)) {
        return fault("[area]", "the objects do not fit side by side".to_owned());
    }
    Ok(())
}

fn box_fault(entry: &BoxEntry) -> Option<String> {
    let finite = entry.center.iter().chain([&entry.yaw_deg]);
    let sound = entry
        .size
        .iter()
        .all(|extent| 0.0 < *extent && extent.is_finite())
        && finite.into_iter().all(|number| number.is_finite());
    (!sound).then(|| format!("the box `{}` has no size or no place", entry.name))
}

fn object_fault(entry: &ObjectEntry) -> Option<String> {
    let empty = matches!(&entry.shape, Choice::OneOf(shapes) if shapes.is_empty())
        || matches!(&entry.color, Choice::OneOf(colors) if colors.is_empty());
    if empty {
        return Some("an empty list leaves nothing to choose".to_owned());
    }
    let at = entry.at.iter().flatten().chain(&entry.yaw_deg);
    if at
        .chain(entry.size.iter().flatten())
        .any(|number| !number.is_finite())
    {
        return Some("every number must be finite".to_owned());
    }
    let size = entry.size?;
    let shapes = entry.shape.possible_values(&ObjectShape::DEFAULT_SHAPES);
    let wrong = shapes.iter().find(|shape| !shape.can_have_size(size))?;
    Some(format!(
        "a {wrong} cannot be {} × {} × {} m large",
        size[0], size[1], size[2]
    ))
}
