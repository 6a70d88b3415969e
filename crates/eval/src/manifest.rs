//! What a shard is a part of, kept beside its episodes.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::shard::Shard;
use crate::store::{EpisodeStore, StoreError};

/// File of a shard's folder.
const MANIFEST: &str = "shard.json";

/// A shard, and the evaluation that it is a part of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardManifest {
    /// Version of the program.
    pub enact: String,
    /// Which part of the episodes it is.
    pub shard: Shard,
    /// Number of episodes of the whole evaluation.
    pub episodes: u64,
    /// Number of tasks of the suite, by which the episodes are dealt.
    pub tasks: usize,
    /// Name of the suite.
    pub suite: String,
    /// Seed of the evaluation.
    pub seed: u64,
    /// Settings that all shards share: suite, scene, seed, model, methods and version.
    pub settings: String,
    /// Command that shows an episode again, without its number.
    pub command: String,
}

impl ShardManifest {
    /// Opens or creates the folder of the shard, and keeps there what it is a part of. The shard counts
    /// among the settings, so that no folder mixes shards.
    ///
    /// # Errors
    /// If the folder cannot be read or written, or holds anything but this shard.
    pub fn open_store(&self, folder: &Path) -> Result<EpisodeStore, StoreError> {
        let Self {
            shard,
            episodes,
            settings,
            ..
        } = self;
        let settings = format!("shard {shard} of {episodes} episodes, {settings}");
        let store = EpisodeStore::open(folder, &settings)?;
        let path = folder.join(MANIFEST);
        let io = |error| StoreError::Io(path.clone(), error);
        let text = serde_json::to_string_pretty(self).map_err(|error| io(error.into()))? + "\n";
        // Whoever merges meanwhile reads all of it.
        if !std::fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
            let part = path.with_extension("part");
            std::fs::write(&part, text).map_err(io)?;
            std::fs::rename(&part, &path).map_err(io)?;
        }
        Ok(store)
    }

    /// Reads what the shard in `folder` is a part of.
    ///
    /// # Errors
    /// If the folder holds no shard, or its file cannot be read.
    pub fn read(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(MANIFEST);
        let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                StoreError::NoShard(folder.to_owned())
            }
            _ => StoreError::Io(path.clone(), error),
        })?;
        serde_json::from_slice(&bytes).map_err(|error| StoreError::Io(path, error.into()))
    }

    /// Returns what makes it a shard of another evaluation than `other`; none if they are of one.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let (here, there) = (self.parts(), other.parts());
        let (here, there) = (only_in(&here, &there), only_in(&there, &here));
        match (here.is_empty(), there.is_empty()) {
            (true, true) => None,
            (true, false) => Some(format!("without {there}")),
            (false, true) => Some(format!("with {here}")),
            (false, false) => Some(format!("{here} instead of {there}")),
        }
    }

    /// Returns everything that shards of an evaluation share, piece by piece.
    fn parts(&self) -> Vec<String> {
        let mut parts = vec![
            format!("suite `{}`", self.suite),
            format!("{} episodes", self.episodes),
            format!("split in {}", self.shard.shard_count()),
        ];
        parts.extend(self.settings.split(", ").map(str::to_owned));
        parts
    }
}

fn only_in(these: &[String], those: &[String]) -> String {
    let only: Vec<&str> = these
        .iter()
        .filter(|part| !those.contains(part))
        .map(String::as_str)
        .collect();
    only.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> ShardManifest {
        ShardManifest {
            enact: "1.2.3".to_owned(),
            shard: "2/7".parse().unwrap(),
            episodes: 100,
            tasks: 20,
            suite: "core".to_owned(),
            seed: 5,
            settings: "suite 0a, scene 0b, seed 5, model scripted, enact 1.2.3".to_owned(),
            command: "enact eval core --seed 5".to_owned(),
        }
    }

    #[test]
    fn what_is_kept_is_read_again_and_shards_do_not_share_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        manifest().open_store(folder.path()).unwrap();
        assert_eq!(ShardManifest::read(folder.path()).unwrap(), manifest());
        manifest().open_store(folder.path()).unwrap();
        let other = ShardManifest {
            shard: "3/7".parse().unwrap(),
            ..manifest()
        };
        let refused = other.open_store(folder.path()).err().unwrap().to_string();
        assert!(
            refused.contains("shard 2/7 of 100 episodes") && refused.contains("shard 3/7"),
            "{refused}"
        );
        let whole = EpisodeStore::open(folder.path(), &manifest().settings);
        assert!(whole.is_err(), "a whole evaluation is another one, too");
        assert_eq!(ShardManifest::read(folder.path()).unwrap(), manifest());
    }

    #[test]
    fn a_folder_without_a_shard_and_a_broken_file_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let told = ShardManifest::read(folder.path()).unwrap_err().to_string();
        assert!(told.contains("no shard"), "{told}");
        std::fs::write(folder.path().join(MANIFEST), "{\"shard\": \"8/7\"}").unwrap();
        let told = ShardManifest::read(folder.path()).unwrap_err().to_string();
        assert!(told.contains("shard.json"), "{told}");
    }

    #[test]
    fn a_difference_names_what_differs_and_nothing_else() {
        let changed = |change: fn(&mut ShardManifest)| {
            let mut other = manifest();
            change(&mut other);
            other.difference(&manifest()).unwrap_or_default()
        };
        assert_eq!(changed(|it| it.shard = "5/7".parse().unwrap()), "");
        assert_eq!(
            changed(|it| it.shard = "2/6".parse().unwrap()),
            "split in 6 instead of split in 7"
        );
        assert_eq!(
            changed(|it| it.settings = it.settings.replace("seed 5", "seed 6")),
            "seed 6 instead of seed 5"
        );
        assert_eq!(
            changed(|it| it.settings = format!("marks, {}", it.settings)),
            "with marks"
        );
        assert_eq!(
            changed(|it| it.settings = it.settings.replace("scene 0b, ", "")),
            "without scene 0b"
        );
        assert_eq!(
            changed(|it| it.episodes = 7),
            "7 episodes instead of 100 episodes"
        );
    }
}
