//! What a model is shown in tests: a picture and a situation.

use enact_plan::{ObjectView, Relation, Situation, Skill};
use enact_types::{Frame, Intrinsics, NormalizedPoint, Point3, Pose, Stamp};
use image::{Rgb, RgbImage};

/// A picture of one color with a darker square at pixel (`x`, `y`).
pub fn frame(color: [u8; 3], x: u32, y: u32) -> Frame {
    let rgb = RgbImage::from_fn(320, 240, |column, row| {
        let inside = column.abs_diff(x) < 30 && row.abs_diff(y) < 30;
        Rgb(if inside {
            color.map(|value| value / 4)
        } else {
            color
        })
    });
    Frame {
        sequence: 0,
        stamp: Stamp::ZERO,
        rgb,
        depth: None,
        intrinsics: Intrinsics::from_vertical_fov(320, 240, 0.8),
        base_from_camera: Pose::identity(),
    }
}

/// A table with a red cube and a blue bowl.
pub fn situation(instruction: &str) -> Situation {
    let object = |name: &str, y, x, affords: &[Skill], receives: &[Relation]| ObjectView {
        name: name.to_owned(),
        point: NormalizedPoint { y, x },
        position: Point3::new(0.2, 0.05, 0.015),
        size: 0.03,
        reachable: true,
        rests: None,
        affords: affords.to_vec(),
        receives: receives.to_vec(),
    };
    Situation {
        instruction: instruction.to_owned(),
        objects: vec![
            object(
                "red cube",
                400,
                300,
                &[Skill::Pick, Skill::Push, Skill::Point],
                &[Relation::On],
            ),
            object("blue bowl", 600, 700, &[Skill::Point], &[Relation::In]),
        ],
        ..Situation::default()
    }
}
