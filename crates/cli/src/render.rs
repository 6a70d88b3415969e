//! `enact render`: a camera image of a scene.

use anyhow::{Context, Result};
use enact_camera::Camera;
use enact_sim::Simulator;
use enact_types::{DepthImage, Frame};
use image::{ImageBuffer, Luma};
use serde_json::{Value, json};

use crate::args::RenderArgs;
use crate::data_dir::DataDir;

/// Writes the picture, and the depth if it is wanted.
///
/// # Errors
/// If the robot or the scene cannot be loaded, or a file cannot be written.
pub fn render(data_dir: &DataDir, args: &RenderArgs) -> Result<()> {
    let robot = data_dir.load_robot_to_move(&args.robot)?;
    let layout = data_dir.load_layout(&args.scene, &robot, args.seed)?;
    let simulator = Simulator::new(&robot, &layout, false);
    let frame = simulator
        .camera(args.sheet.appearance_with_sheet(&robot)?, args.seed)
        .capture()?;
    frame
        .rgb
        .save(&args.out)
        .with_context(|| format!("cannot write {}", args.out.display()))?;
    if let (Some(path), Some(depth)) = (&args.depth, &frame.depth) {
        millimeters(depth)
            .save(path)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    if args.json {
        outln!("{}", facts(args, &frame));
    }
    Ok(())
}

/// Returns the files that were written, and the pose of the camera.
fn facts(args: &RenderArgs, frame: &Frame) -> Value {
    let camera = &frame.intrinsics;
    let position = frame.base_from_camera.translation.vector;
    let rotation = frame.base_from_camera.rotation.coords;
    json!({
        "rgb": args.out,
        "depth": frame.depth.as_ref().and(args.depth.as_ref()),
        "seed": args.seed,
        "width": camera.width,
        "height": camera.height,
        "intrinsics": camera,
        "base_from_camera": {
            "position": [position.x, position.y, position.z],
            "quaternion_xyzw": [rotation.x, rotation.y, rotation.z, rotation.w],
        },
    })
}

/// Converts depth to 16-bit millimeters, with 0 for no reading, as depth cameras write it.
fn millimeters(depth: &DepthImage) -> ImageBuffer<Luma<u16>, Vec<u16>> {
    ImageBuffer::from_fn(depth.width, depth.height, |x, y| {
        let meters = depth.meters[(y * depth.width + x) as usize];
        Luma([(meters * 1000.0).round() as u16])
    })
}
