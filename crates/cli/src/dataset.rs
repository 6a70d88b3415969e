//! `enact dataset`: training data for a model.

use anyhow::{Context, Result};
use enact_dataset::wording::WordingSplit;
use enact_dataset::write::{self, DatasetConfig, DatasetLook};
use serde_json::json;

use crate::args::{DatasetArgs, DatasetLookArg};
use crate::data_dir::DataDir;
use crate::progress;

/// Width and height of the pictures that the shipped model expects.
const SIZE: [u32; 2] = [336, 336];

/// Writes the data set.
///
/// # Errors
/// If the scene or the robot cannot be loaded, or the data set cannot be written.
pub fn write(data_dir: &DataDir, args: &DatasetArgs) -> Result<()> {
    let scene = data_dir.load_scene(&args.scene)?;
    let robot = data_dir.load_robot_to_move("so101")?;
    let bar = progress::bar(args.frames, "pictures");
    write::write(
        &args.out,
        &scene,
        &robot,
        &DatasetConfig {
            frames: args.frames,
            plans: args.plans,
            seed: args.seed,
            look: match args.look {
                DatasetLookArg::Simulator => DatasetLook::Simulator,
                DatasetLookArg::Wild => DatasetLook::Wild,
            },
            wordings: if args.held_out_wordings {
                WordingSplit::HeldOut
            } else {
                WordingSplit::Training
            },
            size: SIZE,
        },
        &|picture| enact_model::resize_exactly(picture, SIZE),
        &|written| bar.set_position(written),
    )
    .with_context(|| format!("cannot write {}", args.out.display()))?;
    bar.finish_and_clear();
    if args.json {
        let (frames, plans, seed) = (args.frames, args.plans, args.seed);
        outln!(
            "{}",
            json!({"out": args.out, "frames": frames, "plans": plans, "seed": seed})
        );
    }
    Ok(())
}
