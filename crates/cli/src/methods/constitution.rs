//! Which constitution a robot has.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use enact_plan::strategy::critic::Constitution;
use enact_types::text;

use crate::data_dir::DataDir;

/// Its file, in a robot's folder or in `robots/`.
pub const FILE: &str = "constitution.md";

/// Loads the constitution of a robot by its name or path: its own, else the one of all robots.
///
/// # Errors
/// If it cannot be read or holds no rules.
pub fn load(data_dir: &DataDir, robot: &str) -> Result<Constitution> {
    let own = path_in_robot_folder(data_dir, robot);
    read(&own.unwrap_or_else(|| data_dir.robots_folder().join(FILE)))
}

/// Reads a constitution.
///
/// # Errors
/// If it cannot be read or holds no rules.
pub fn read(path: &Path) -> Result<Constitution> {
    let text = std::fs::read(path)
        .and_then(text::decode)
        .with_context(|| format!("cannot read the constitution {}", path.display()))?;
    Constitution::parse(&text).map_err(|why| anyhow!("{}: {why}", path.display()))
}

/// Returns the file in the robot's own folder, if there is one.
pub fn path_in_robot_folder(data_dir: &DataDir, robot: &str) -> Option<PathBuf> {
    let shipped = data_dir.robots_folder().join(robot);
    let place = if shipped.is_dir() {
        shipped
    } else {
        PathBuf::from(robot)
    };
    let folder = match place.is_dir() {
        true => place.as_path(),
        false => place.parent().unwrap_or(Path::new("")),
    };
    let file = folder.join(FILE);
    file.is_file().then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_rules_ship_and_a_robot_may_have_its_own() {
        let data_dir = DataDir::find().unwrap();
        for robot in ["so101", "panda"] {
            assert_eq!(load(&data_dir, robot).unwrap().count(), 10);
        }
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("robot.urdf"), "").unwrap();
        let urdf = path("robot.urdf").display().to_string();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let shipped = std::fs::read_to_string(root.join("robots/constitution.md")).unwrap();
        let all = load(&data_dir, &urdf).unwrap();
        assert_eq!(all, Constitution::parse(&shipped).unwrap());
        std::fs::write(path(FILE), "- Stand still.").unwrap();
        for robot in [urdf, folder.path().display().to_string()] {
            let own = load(&data_dir, &robot).unwrap();
            assert_eq!(own.rule(1), Some("Stand still."));
        }
        std::fs::write(path(FILE), "Be good.").unwrap();
        let error = load(&data_dir, &folder.path().display().to_string()).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("constitution.md: it has no rules")
        );
    }
}
