//! `enact render`: a camera picture of a scene.

use anyhow::{Context, Result};
use enact_camera::Camera;
use enact_sim::render::Look;
use enact_sim::{Scene, Simulator};
use enact_types::DepthImage;
use image::{ImageBuffer, Luma};

use crate::args::RenderArgs;
use crate::home::Home;

/// Writes the picture, and the depth if it is wanted.
pub fn render(home: &Home, args: &RenderArgs) -> Result<()> {
    let robot = home.guarded(&args.robot)?;
    let scene = Scene::load(&home.resolve(&args.scene, &home.scenes())?)?.before(&robot);
    let simulator = Simulator::new(&robot, &scene.draw(args.seed), false);
    let frame = simulator.camera(Look::default(), args.seed).capture()?;
    frame
        .rgb
        .save(&args.out)
        .with_context(|| format!("cannot write {}", args.out.display()))?;
    if let (Some(path), Some(depth)) = (&args.depth, &frame.depth) {
        millimetres(depth)
            .save(path)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Depth as 16-bit millimetres, 0 where there is no reading: what depth cameras write.
fn millimetres(depth: &DepthImage) -> ImageBuffer<Luma<u16>, Vec<u16>> {
    ImageBuffer::from_fn(depth.width, depth.height, |x, y| {
        let metres = depth.metres[(y * depth.width + x) as usize];
        Luma([(metres * 1000.0).round() as u16])
    })
}
