//! The folders in which LeRobot keeps calibration files.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// LeRobot's folder name for follower arms.
const ROBOTS: &str = "robots";
/// LeRobot's folder name for leader arms.
const TELEOPERATORS: &str = "teleoperators";
/// Suffix of follower types, which are otherwise named like the leader types.
const FOLLOWER: &str = "_follower";
const LEADER: &str = "_leader";

/// Returns LeRobot's calibration folder; `variable` looks up an environment variable.
///
/// It is `HF_LEROBOT_CALIBRATION`, else `HF_LEROBOT_HOME/calibration`, else
/// `HF_HOME/lerobot/calibration`. `HF_HOME` defaults to `huggingface` in `XDG_CACHE_HOME`, which
/// defaults to `~/.cache`. `None` if not even `HOME` is set.
pub fn root(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let home = variable("HOME").filter(|home| !home.is_empty());
    let path = |name| {
        let value = variable(name).filter(|value| !value.is_empty())?;
        Some(expanded(&value, home.as_deref()))
    };
    let cache =
        || Some(path("XDG_CACHE_HOME").unwrap_or(Path::new(home.as_deref()?).join(".cache")));
    let hugging_face = || path("HF_HOME").or_else(|| Some(cache()?.join("huggingface")));
    let lerobot = || path("HF_LEROBOT_HOME").or_else(|| Some(hugging_face()?.join("lerobot")));
    path("HF_LEROBOT_CALIBRATION").or_else(|| Some(lerobot()?.join("calibration")))
}

/// Returns LeRobot's calibration folder according to this program's environment.
pub fn root_from_environment() -> Option<PathBuf> {
    root(|name| std::env::var(name).ok())
}

/// Returns the folders of follower arms of LeRobot's robot types `kinds`.
pub fn follower_folders(root: &Path, kinds: &[String]) -> Vec<PathBuf> {
    let folders = kinds.iter().map(|kind| root.join(ROBOTS).join(kind));
    folders.collect()
}

/// Returns the folders of the leader arms that go with followers of LeRobot's robot types `kinds`.
pub fn leader_folders(root: &Path, kinds: &[String]) -> Vec<PathBuf> {
    let base = |kind: &String| Some(format!("{}{LEADER}", kind.strip_suffix(FOLLOWER)?));
    let types = kinds.iter().filter_map(base);
    types
        .map(|kind| root.join(TELEOPERATORS).join(kind))
        .collect()
}

/// Returns the sorted names of the arms that have a file in one of these folders. Old files kept by
/// [`Calibration::save`](super::Calibration::save) are not arms.
pub fn arm_names(folders: &[PathBuf]) -> Vec<String> {
    let mut names: Vec<String> = folders
        .iter()
        .flat_map(|folder| {
            let all = names_in(folder);
            let is_arm = |name: &&String| !is_copy(name, &all);
            all.iter().filter(is_arm).cloned().collect::<Vec<_>>()
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

fn names_in(folder: &Path) -> HashSet<String> {
    let files = std::fs::read_dir(folder).into_iter().flatten();
    files
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|file| Some(file.strip_suffix(".json")?.to_owned()))
        // Operating systems keep hidden files of their own beside others.
        .filter(|name| !name.is_empty() && !name.starts_with('.'))
        .collect()
}

/// Returns whether a file is an old one that was kept beside the one in use: those have its name
/// and a number, consecutive from 1. LeRobot's arms may have such names too, but not a consecutive
/// series.
fn is_copy(name: &str, all: &HashSet<String>) -> bool {
    let Some((arm, number)) = name.rsplit_once('.') else {
        return false;
    };
    let plain = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0');
    match number.parse::<u32>() {
        Ok(last) if plain => {
            all.contains(arm) && (1..last).all(|number| all.contains(&format!("{arm}.{number}")))
        }
        _ => false,
    }
}

/// Returns the file of the arm called `name` in the first of these folders that has one, or in the
/// first folder if none has.
pub fn calibration_file(folders: &[PathBuf], name: &str) -> Option<PathBuf> {
    let file = format!("{name}.json");
    let mut files = folders.iter().map(|folder| folder.join(&file));
    files
        .clone()
        .find(|file| file.is_file())
        .or_else(|| files.next())
}

fn expanded(path: &str, home: Option<&str>) -> PathBuf {
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => Path::new(home).join(rest),
        _ => path.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root_of(variables: &[(&str, &str)]) -> Option<PathBuf> {
        root(|name| {
            let mut found = variables.iter().filter(|(key, _)| *key == name);
            found.next().map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_folder_is_where_lerobot_looks() {
        let mut variables = vec![("HOME", "/home/me")];
        for (variable, folder) in [
            ("", "/home/me/.cache/huggingface/lerobot/calibration"),
            ("XDG_CACHE_HOME", "/x/huggingface/lerobot/calibration"),
            ("HF_HOME", "/x/lerobot/calibration"),
            ("HF_LEROBOT_HOME", "/x/calibration"),
            ("HF_LEROBOT_CALIBRATION", "/x"),
        ] {
            variables.push((variable, "/x"));
            assert_eq!(root_of(&variables), Some(folder.into()), "{variable}");
        }
        assert_eq!(
            root_of(&[("HOME", "/home/me"), ("HF_LEROBOT_CALIBRATION", "~/here")]),
            Some("/home/me/here".into())
        );
        assert_eq!(root_of(&[]), None);
    }

    #[test]
    fn an_older_folder_serves_where_the_newer_has_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let kinds = ["so_follower".to_owned(), "so101_follower".to_owned()];
        let newer = folder.path().join("robots/so_follower/mine.json");
        let older = folder.path().join("robots/so101_follower/mine.json");
        let folders = follower_folders(folder.path(), &kinds);
        let found = || calibration_file(&folders, "mine");
        assert_eq!(found(), Some(newer));
        std::fs::create_dir_all(older.parent().unwrap()).unwrap();
        std::fs::write(&older, "{}").unwrap();
        assert_eq!(found(), Some(older.clone()));
        std::fs::write(older.with_extension("1.json"), "{}").unwrap();
        assert_eq!(arm_names(&folders), ["mine"]);
    }

    #[test]
    fn only_numbered_files_beside_the_one_in_use_are_old_ones() {
        let folder = tempfile::tempdir().unwrap();
        let folders = [folder.path().to_owned()];
        for file in [
            "lab2.left.json",
            "lab2.left.1.json",
            "lab2.left.2.json",
            "bench.1.json",
            "bench.2.json",
            "v1.5.json",
            "None.json",
            "._lab2.left.json",
            "notes.txt",
            "so101.json",
            "so101.2.json",
            "so101.01.json",
            "so101.old.json",
        ] {
            std::fs::write(folder.path().join(file), "{}").unwrap();
        }
        let arms = [
            "None",
            "bench.1",
            "bench.2",
            "lab2.left",
            "so101",
            "so101.01",
            "so101.2",
            "so101.old",
            "v1.5",
        ];
        assert_eq!(arm_names(&folders), arms);
        let old = folder.path().join("lab2.left.1.json");
        assert_eq!(
            calibration_file(&folders, "lab2.left.1"),
            Some(old),
            "if it is named"
        );
    }

    #[test]
    fn leaders_have_folders_of_their_own() {
        let kinds = ["so_follower", "so101_follower", "koch_follower", "widowx"];
        let folders = leader_folders(Path::new("/x"), &kinds.map(str::to_owned));
        let expected = [
            "/x/teleoperators/so_leader",
            "/x/teleoperators/so101_leader",
            "/x/teleoperators/koch_leader",
        ];
        assert_eq!(folders, expected.map(PathBuf::from));
    }
}
