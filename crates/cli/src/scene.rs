//! `enact scene`: the objects and the task of a scene for a seed.

use std::io::Write;

use anyhow::Result;
use serde_json::json;

use crate::data_dir::DataDir;

/// Shows the scene on `output`.
///
/// # Errors
/// If the scene cannot be loaded or `output` cannot be written.
pub fn show(
    data_dir: &DataDir,
    name: &str,
    seed: u64,
    as_json: bool,
    output: &mut impl Write,
) -> Result<()> {
    let scene = data_dir.load_scene(name)?;
    let layout = scene.sample_layout(seed);
    let instruction = scene.example_instruction(&layout, seed);
    if as_json {
        let objects: Vec<_> = layout
            .objects
            .iter()
            .map(|item| {
                let at = item.base_from_object.translation.vector;
                json!({"name": item.name, "position": [at.x, at.y, at.z], "size": item.size})
            })
            .collect();
        writeln!(
            output,
            "{}",
            json!({"scene": name, "seed": seed, "objects": objects, "task": instruction})
        )?;
        return Ok(());
    }
    for item in &layout.objects {
        let at = item.base_from_object.translation.vector;
        writeln!(output, "{:<16} at ({:.3}, {:.3}) m", item.name, at.x, at.y)?;
    }
    if let Some(instruction) = instruction {
        writeln!(output, "task: {instruction}")?;
    }
    Ok(())
}
