//! `enact prompts`, and the folder of edited blocks of the prompt.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use enact_ground::Grounder;
use enact_plan::{PromptTemplates, RobotCard};
use enact_robot::Robot;
use enact_types::text;
use sha2::{Digest, Sha256};

use crate::out;

/// Subfolder of a model's folder.
const FOLDER: &str = "prompts";
/// How the names of blocks end.
const END: &str = "txt";

/// Prints the built-in blocks, or writes them to a folder; with `force` over what is there.
///
/// # Errors
/// If a file exists, or cannot be written.
pub fn print_or_write_blocks(folder: Option<&Path>, force: bool) -> Result<()> {
    let Some(folder) = folder else {
        for (name, text) in PromptTemplates::BUILT_IN {
            out::print_to_stdout(&format!("{{# {name} #}}\n{text}\n"));
        }
        return Ok(());
    };
    let paths = PromptTemplates::BUILT_IN.map(|(name, text)| (folder.join(name), text));
    let taken = paths.iter().find(|(path, _)| path.exists());
    if let Some((path, _)) = taken.filter(|_| !force) {
        bail!(
            "{} exists; --force writes over it, or name another folder",
            path.display()
        );
    }
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    for (path, text) in &paths {
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Returns the folder whose blocks are used: the one that was named, or else that of the model.
pub fn blocks_folder(named: Option<&Path>, model: Option<&str>) -> Option<PathBuf> {
    let of_model = || {
        let folder = Path::new(model?).join(FOLDER);
        folder.is_dir().then_some(folder)
    };
    named.map(Path::to_owned).or_else(of_model)
}

/// Loads the blocks of a folder for this robot, and finds what is wrong with them.
///
/// # Errors
/// The first fault, with file and line.
pub fn load(folder: &Path, robot: &Arc<Robot>) -> Result<PromptTemplates> {
    let cannot = || format!("cannot read the prompts in {}", folder.display());
    let entries = fs::read_dir(folder).with_context(cannot)?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()
        .with_context(cannot)?;
    paths.sort();
    let mut templates = PromptTemplates::default().with_robot(card(robot)?);
    for path in paths {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if path.extension().is_none_or(|end| end != END) {
            if let Some(meant) = meant(&path) {
                bail!("{}: the block is called {meant}; rename it", path.display());
            }
            continue;
        }
        let text = fs::read(&path)
            .and_then(text::decode)
            .with_context(|| format!("cannot read {}", path.display()))?;
        templates = templates.with_block(name, &text, &path.display().to_string());
    }
    if !templates.is_edited() {
        bail!(
            "{} has no block of the prompt; `enact prompts {0}` writes the built-in ones there",
            folder.display()
        );
    }
    templates.check().map_err(|error| anyhow!(error))?;
    Ok(templates)
}

/// Returns the block that a file of another kind is most likely meant to be.
fn meant(path: &Path) -> Option<&'static str> {
    let end = path.extension()?.to_str()?;
    let is_text = ["md", "j2", "jinja", "jinja2", "text", "TXT"].contains(&end);
    let stem = path.file_stem()?.to_str()?.trim_end_matches(".txt");
    let mut names = PromptTemplates::BUILT_IN.iter().map(|(name, _)| *name);
    names.find(|name| is_text && name.strip_suffix(".txt") == Some(stem))
}

/// Returns what templates can tell of a robot.
fn card(robot: &Arc<Robot>) -> Result<RobotCard> {
    let grounder = Grounder::new(Arc::clone(robot)).map_err(|refusal| anyhow!("{refusal}"))?;
    Ok(RobotCard {
        name: robot.name().to_owned(),
        joints: robot.arm_joints().len(),
        reach: grounder.reach_on_table(),
        opening: robot.gripper().map(|gripper| gripper.max_opening()),
    })
}

/// Returns the SHA-256 of all blocks with their names, in hexadecimal digits.
pub fn hash(templates: &PromptTemplates) -> String {
    let mut hasher = Sha256::new();
    for (name, text) in templates.blocks() {
        for part in [name, text] {
            hasher.update(part.as_bytes());
            hasher.update([0]);
        }
    }
    let digest = hasher.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_dir::DataDir;

    fn robot() -> Arc<Robot> {
        let data_dir = DataDir::find().unwrap();
        Arc::new(data_dir.load_robot_to_move("so101").unwrap())
    }

    fn error(folder: &Path) -> String {
        format!("{:#}", load(folder, &robot()).unwrap_err())
    }

    #[test]
    fn what_is_written_is_what_is_built_in() {
        let folder = tempfile::tempdir().unwrap();
        let prompts = folder.path().join("prompts");
        print_or_write_blocks(Some(&prompts), false).unwrap();
        let templates = load(&prompts, &robot()).unwrap();
        let built_in = PromptTemplates::default();
        assert_eq!(hash(&templates), hash(&built_in));
        assert!(print_or_write_blocks(Some(&prompts), false).is_err());
        fs::write(prompts.join("role.txt"), "Plan.\n").unwrap();
        assert_ne!(hash(&load(&prompts, &robot()).unwrap()), hash(&built_in));
        print_or_write_blocks(Some(&prompts), true).unwrap();
        assert_eq!(hash(&load(&prompts, &robot()).unwrap()), hash(&built_in));
    }

    #[test]
    fn faults_are_told_with_their_place() {
        let folder = tempfile::tempdir().unwrap();
        assert!(error(folder.path()).contains("no block"));
        assert!(error(&folder.path().join("none")).contains("cannot read"));
        fs::write(folder.path().join("role.md"), "Plan.").unwrap();
        assert!(error(folder.path()).contains("role.txt"));
        fs::remove_file(folder.path().join("role.md")).unwrap();
        fs::write(folder.path().join("README.md"), "Mine.").unwrap();
        fs::write(folder.path().join("task.txt"), "Task:\n{{ taks }}").unwrap();
        let told = error(folder.path());
        assert!(
            told.contains("task.txt, line 2") && told.contains("`taks`"),
            "{told}"
        );
    }

    #[test]
    fn a_model_may_have_prompts_of_its_own() {
        let model = tempfile::tempdir().unwrap();
        let name = model.path().to_str().unwrap();
        assert_eq!(blocks_folder(None, Some(name)), None);
        fs::create_dir(model.path().join("prompts")).unwrap();
        assert_eq!(
            blocks_folder(None, Some(name)),
            Some(model.path().join("prompts"))
        );
        let named = Path::new("mine");
        assert_eq!(
            blocks_folder(Some(named), Some(name)).as_deref(),
            Some(named)
        );
    }
}
