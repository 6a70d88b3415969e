//! `enact robot import`: makes a folder in robots/ from any URDF.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use enact_robot::draft_config::{ImportChoices, draft_robot_toml};
use enact_robot::load::{mesh_names, read_urdf};
use enact_robot::{Robot, mesh};

use crate::args::ImportArgs;
use crate::check;
use crate::data_dir::DataDir;
use crate::robot::describe;

/// Writes the folder, shows the robot and checks it. Nothing is written if it does not load.
///
/// # Errors
/// If the robot does not load, or the folder exists already or cannot be written.
pub fn import_robot(data_dir: &DataDir, args: &ImportArgs, output: &mut impl Write) -> Result<()> {
    let mut chosen = ImportChoices {
        base: args.base.clone(),
        tip: args.tip.clone(),
        tool: args.tool.clone(),
        gripper: args.gripper.clone(),
        fixed: args.fix.iter().cloned().collect(),
        ..ImportChoices::default()
    };
    let name = match &args.name {
        Some(name) => name.clone(),
        None => name_of(&args.urdf),
    };
    let folder = folder(data_dir, &name, args.force)?;
    let urdf = in_utf8(&read_urdf(&args.urdf)?);
    let urdf = with_meshes(urdf, &args.urdf, data_dir, &mut chosen)?;
    let robot =
        Robot::load_with_toml_text(&args.urdf, &chosen.to_toml(), data_dir.mesh_locations())?;
    let toml = draft_robot_toml(&robot, &chosen, &args.urdf.display().to_string());
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for (file, text) in [("robot.urdf", &urdf), ("robot.toml", &toml)] {
        replace(&folder.join(file), text)?;
    }
    writeln!(output, "wrote {}", folder.display())?;
    output.write_all(describe(&robot).as_bytes())?;
    if check::check_files(data_dir, &[folder], false)? {
        return Ok(());
    }
    bail!("`{name}` is written, but not sound yet")
}

/// Returns the folder to write; refuses invalid names and existing folders.
fn folder(data_dir: &DataDir, name: &str, force: bool) -> Result<PathBuf> {
    let is_plain = !name.is_empty()
        && !name.starts_with('.')
        && !name.contains(['/', '\\'])
        && !name.contains(char::is_control);
    if !is_plain {
        bail!("`{name}` is no name for a folder of robots/; give one with --name");
    }
    let folder = data_dir.folder_for_new_robots().join(name);
    if folder.exists() && !force {
        bail!(
            "{} is there already\n\
             hint: --name gives another name; --force writes over its robot.urdf and robot.toml",
            folder.display()
        );
    }
    Ok(folder)
}

/// Returns the file's own name, or that of the folder around it if the file's says nothing.
fn name_of(urdf: &Path) -> String {
    let stem = |path: &Path| {
        let name = path.file_name()?.to_string_lossy().into_owned();
        let name = name.split('.').next()?.trim().to_lowercase();
        let plain = |c: char| match c.is_alphanumeric() || c == '-' {
            true => c,
            false => '_',
        };
        Some(name.chars().map(plain).collect::<String>())
    };
    let says_nothing = |name: &String| ["robot", "urdf", "model", ""].contains(&name.as_str());
    let absolute = std::path::absolute(urdf).unwrap_or_else(|_| urdf.to_owned());
    let mut names = absolute.ancestors().filter_map(stem);
    names.find(|name| !says_nothing(name)).unwrap_or_default()
}

/// Rewrites the text so that its meshes are found from another folder: packages are noted in
/// `chosen`, other names become absolute paths. What is not found is left for `check` to report.
fn with_meshes(
    mut text: String,
    urdf: &Path,
    data_dir: &DataDir,
    chosen: &mut ImportChoices,
) -> Result<String> {
    let folder = std::path::absolute(urdf)?;
    let folder = folder.parent().unwrap_or(Path::new("/"));
    for name in mesh_names(urdf)? {
        let Some(file) = mesh::find_mesh_file(&name, folder, &data_dir.mesh_locations().packages)
        else {
            continue;
        };
        let file = std::path::absolute(&file).unwrap_or(file);
        let apart = name
            .strip_prefix("package://")
            .or(name.strip_prefix("model://"))
            .and_then(|rest| rest.split_once('/'));
        let root = apart.and_then(|(_, rest)| root_of(&file, Path::new(rest)));
        match (apart, root) {
            (Some((package, _)), Some(root)) => {
                chosen.packages.insert(package.to_owned(), root);
            }
            _ => {
                for quote in ['"', '\''] {
                    let from = format!("{quote}{name}{quote}");
                    let to = format!("{quote}{}{quote}", file.display());
                    text = text.replace(&from, &to);
                }
            }
        }
    }
    Ok(text)
}

/// Returns the folder in which a file has this name.
fn root_of(file: &Path, name: &Path) -> Option<PathBuf> {
    let count = name.components().count();
    let root = file.ends_with(name).then(|| file.ancestors().nth(count));
    root.flatten().map(Path::to_owned)
}

/// Removes the declared encoding, which the text no longer has.
fn in_utf8(text: &str) -> String {
    let Some(end) = text
        .find("?>")
        .filter(|_| text.trim_start().starts_with("<?xml"))
    else {
        return text.to_owned();
    };
    let (declaration, rest) = text.split_at(end);
    let Some((before, after)) = declaration.split_once("encoding") else {
        return text.to_owned();
    };
    let after = after.splitn(3, ['"', '\'']).nth(2).unwrap_or_default();
    format!("{before}encoding=\"UTF-8\"{after}{rest}")
}

/// Writes a file beside its place and moves it there, so that there is never half of it.
fn replace(path: &Path, text: &str) -> Result<()> {
    let beside = path.with_extension("new");
    fs::write(&beside, text)
        .and_then(|()| fs::rename(&beside, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_something() {
        for (path, name) in [
            ("/a/Bench v2.urdf", "bench_v2"),
            ("/a/so101_new_calib.urdf", "so101_new_calib"),
            ("/a/arm.urdf.xacro", "arm"),
            ("/a/my_arm/urdf/robot.urdf", "my_arm"),
            ("/a/机械臂.urdf", "机械臂"),
        ] {
            assert_eq!(name_of(Path::new(path)), name, "{path}");
        }
    }

    #[test]
    fn the_declared_encoding_is_the_written_one() {
        let gbk = "<?xml version=\"1.0\" encoding='GBK' standalone='no'?>\n<robot/>";
        let utf8 = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone='no'?>\n<robot/>";
        assert_eq!(in_utf8(gbk), utf8);
        for text in ["<robot encoding='x'/>", "<?xml version='1.0'?><robot/>"] {
            assert_eq!(in_utf8(text), text);
        }
    }
}
