//! Shards of an evaluation that several machines ran, put together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::episode::EpisodeResult;
use crate::manifest::ShardManifest;
use crate::shard::Shard;
use crate::store::{self, EpisodeStore, StoreError};

/// Number of episodes or shards that a message lists.
const LISTED: usize = 12;

/// Shards that cannot be put together.
#[derive(Debug, Error)]
pub enum MergeError {
    /// A folder cannot be read or written, or holds no shard.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No folder was given.
    #[error("there are no shards to put together")]
    Nothing,
    /// What another version keeps or draws may be something else.
    #[error(
        "{folder} was run by enact {there}, and this is enact {here}\nhint: run and merge all shards with one version"
    )]
    Version {
        /// The folder.
        folder: PathBuf,
        /// The version that ran it.
        there: String,
        /// The version of this program.
        here: String,
    },
    /// Two folders are not of one evaluation.
    #[error("{folder} is of another evaluation than {first}: {difference}")]
    Foreign {
        /// One of the folders.
        folder: PathBuf,
        /// The other one.
        first: PathBuf,
        /// What is otherwise in the one than in the other.
        difference: String,
    },
    /// A shard is there twice.
    #[error("{first} and {second} both hold shard {shard}; leave one of them out")]
    Doubled {
        /// The shard.
        shard: Shard,
        /// One of the folders.
        first: PathBuf,
        /// The other one.
        second: PathBuf,
    },
    /// An episode lies in the wrong folder.
    #[error("{folder} holds episode {episode}, which is not one of shard {shard}")]
    Stray {
        /// The folder.
        folder: PathBuf,
        /// The shard that it should hold.
        shard: Shard,
        /// Number of the episode.
        episode: u64,
    },
    /// Shards or episodes are missing.
    #[error(
        "the evaluation is not complete: {lacks}\nhint: `{command}` runs what is missing there"
    )]
    Incomplete {
        /// Everything that is missing.
        lacks: String,
        /// The command that runs the first of it.
        command: String,
    },
    /// The folder for the whole holds something else.
    #[error("{0} holds another run of episode {1}; choose another --out, or delete it")]
    Kept(PathBuf, u64),
}

/// A whole evaluation.
#[derive(Debug)]
pub struct MergedEvaluation {
    /// What its first shard is a part of.
    pub first: ShardManifest,
    /// All episodes by number.
    pub records: Vec<EpisodeResult>,
}

/// Puts the shards in `folders` together, in any order, by the program of this version.
///
/// # Errors
/// If they are not all the shards of one evaluation, each once and complete; the error names the folders.
pub fn merge(folders: &[PathBuf], version: &str) -> Result<MergedEvaluation, MergeError> {
    let shards = by_shard(folders, version)?;
    let Some((_, first)) = shards.values().next().cloned() else {
        return Err(MergeError::Nothing);
    };
    let mut records: BTreeMap<u64, EpisodeResult> = BTreeMap::new();
    let (mut missing, mut lacks) = (Vec::new(), Vec::new());
    let mut again: Option<(Shard, &Path)> = None;
    for shard in first.shard.all_shards() {
        let Some((folder, _)) = shards.get(&shard) else {
            again.get_or_insert((shard, Path::new("DIR")));
            missing.push(shard);
            continue;
        };
        let own = shard.episode_numbers(first.episodes, first.tasks);
        let mut open: BTreeSet<u64> = own.iter().copied().collect();
        for record in store::load_episodes_so_far(folder)? {
            let episode = record.episode;
            if open.remove(&episode) {
                records.insert(episode, record);
            } else if own.binary_search(&episode).is_err() {
                return Err(MergeError::Stray {
                    folder: folder.to_path_buf(),
                    shard,
                    episode,
                });
            }
        }
        if !open.is_empty() {
            again.get_or_insert((shard, *folder));
            let what = listed("episode", open.iter());
            lacks.push(format!(
                "shard {shard} in {} lacks {what}",
                folder.display()
            ));
        }
    }
    if !missing.is_empty() {
        let what = listed("shard", missing.iter());
        let verb = if missing.len() == 1 { "is" } else { "are" };
        lacks.insert(0, format!("{what} {verb} missing"));
    }
    match again {
        None => Ok(MergedEvaluation {
            first,
            records: records.into_values().collect(),
        }),
        Some((shard, folder)) => Err(MergeError::Incomplete {
            lacks: lacks.join("; "),
            command: format!(
                "{} --episodes {} --shard {shard} --out {}",
                first.command,
                first.episodes,
                folder.display()
            ),
        }),
    }
}

impl MergedEvaluation {
    /// Keeps the episodes in a folder, as if they had been run there one after another.
    ///
    /// # Errors
    /// If the folder cannot be written, or holds another evaluation or another run of an episode.
    pub fn save_episodes(&self, folder: &Path) -> Result<(), MergeError> {
        let mut store = EpisodeStore::open(folder, &self.first.settings)?;
        let there = std::mem::take(&mut store.done).into_iter();
        let there: BTreeMap<u64, EpisodeResult> = there.map(|it| (it.episode, it)).collect();
        let other = |record: &&EpisodeResult| {
            let same = there.get(&record.episode);
            same.is_some_and(|same| same != *record)
        };
        if let Some(record) = self.records.iter().find(other) {
            return Err(MergeError::Kept(folder.to_owned(), record.episode));
        }
        for record in &self.records {
            if !there.contains_key(&record.episode) {
                store.add(record)?;
            }
        }
        Ok(())
    }
}

/// Reads which shard each folder holds.
fn by_shard<'a>(
    folders: &'a [PathBuf],
    version: &str,
) -> Result<BTreeMap<Shard, (&'a Path, ShardManifest)>, MergeError> {
    let mut shards: BTreeMap<Shard, (&Path, ShardManifest)> = BTreeMap::new();
    for folder in folders {
        let manifest = ShardManifest::read(folder)?;
        if manifest.enact != version {
            return Err(MergeError::Version {
                folder: folder.clone(),
                there: manifest.enact,
                here: version.to_owned(),
            });
        }
        if let Some((first, other)) = shards.values().next()
            && let Some(difference) = manifest.difference(other)
        {
            return Err(MergeError::Foreign {
                folder: folder.clone(),
                first: first.to_path_buf(),
                difference,
            });
        }
        let shard = manifest.shard;
        if let Some((first, _)) = shards.insert(shard, (folder, manifest)) {
            return Err(MergeError::Doubled {
                shard,
                first: first.to_owned(),
                second: folder.clone(),
            });
        }
    }
    Ok(shards)
}

/// Returns “episode 4”, “episodes 4, 11 and 18”, or the first of many.
fn listed<T: ToString>(what: &str, all: impl ExactSizeIterator<Item = T>) -> String {
    let count = all.len();
    let mut names: Vec<String> = all.take(LISTED).map(|it| it.to_string()).collect();
    let last = match count - names.len() {
        0 => names.pop().unwrap_or_default(),
        others => format!("{others} more"),
    };
    match names.is_empty() {
        true => format!("{what} {last}"),
        false => format!("{what}s {} and {last}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const VERSION: &str = "1.2.3";

    fn record(episode: u64) -> EpisodeResult {
        serde_json::from_value(json!({
            "episode": episode, "task": "put in", "instruction": "put it in", "success": true,
            "failure": null, "outcome": "right", "within_limits": true, "steps": 2, "admitted": 2,
            "turns": 1, "sim_seconds": 1.5, "wall_seconds": 0.25, "model_seconds": 0.0, "said": [],
        }))
        .unwrap()
    }

    fn manifest(shard: &str) -> ShardManifest {
        ShardManifest {
            enact: VERSION.to_owned(),
            shard: shard.parse().unwrap(),
            episodes: 10,
            tasks: 5,
            suite: "core".to_owned(),
            seed: 5,
            settings: "suite 0a, seed 5, model scripted".to_owned(),
            command: "enact eval core --seed 5".to_owned(),
        }
    }

    /// Writes a shard with all of its episodes, but for the last ones.
    fn write(root: &Path, name: &str, manifest: &ShardManifest, but: usize) -> PathBuf {
        let folder = root.join(name);
        let mut store = manifest.open_store(&folder).unwrap();
        let numbers = manifest
            .shard
            .episode_numbers(manifest.episodes, manifest.tasks);
        for number in &numbers[..numbers.len() - but] {
            store.add(&record(*number)).unwrap();
        }
        folder
    }

    fn refused(folders: &[PathBuf]) -> String {
        merge(folders, VERSION).unwrap_err().to_string()
    }

    #[test]
    fn shards_in_any_order_are_the_whole() {
        let root = tempfile::tempdir().unwrap();
        let [one, two, three] =
            ["1/3", "2/3", "3/3"].map(|it| write(root.path(), &it[..1], &manifest(it), 0));
        let merged = merge(&[three, one, two], VERSION).unwrap();
        assert_eq!(merged.records, (0..10).map(record).collect::<Vec<_>>());
        assert_eq!(merged.first, manifest("1/3"));
        let out = root.path().join("all");
        merged.save_episodes(&out).unwrap();
        assert_eq!(store::load_episodes_so_far(&out).unwrap(), merged.records);
        merged.save_episodes(&out).unwrap();
        assert_eq!(store::load_episodes_so_far(&out).unwrap(), merged.records);
        let mut other = merged;
        other.records[4].turns = 2;
        let told = other.save_episodes(&out).unwrap_err().to_string();
        assert!(told.contains("another run of episode 4"), "{told}");
        let shard = root.path().join("1");
        assert!(other.save_episodes(&shard).is_err(), "it holds a shard");
    }

    #[test]
    fn everything_that_is_missing_is_named_with_how_to_run_it() {
        let root = tempfile::tempdir().unwrap();
        let one = write(root.path(), "one", &manifest("1/4"), 2);
        let three = write(root.path(), "three", &manifest("3/4"), 0);
        let told = refused(&[one.clone(), three.clone()]);
        assert!(
            told.contains("shards 2/4 and 4/4 are missing; shard 1/4 in"),
            "{told}"
        );
        assert!(told.contains("lacks episodes 4 and 8"), "{told}");
        let again = format!(
            "`enact eval core --seed 5 --episodes 10 --shard 1/4 --out {}`",
            one.display()
        );
        assert!(told.contains(&again), "{told}");
        let two = write(root.path(), "two", &manifest("2/4"), 0);
        let one = write(root.path(), "whole", &manifest("1/4"), 0);
        let told = refused(&[one, two, three]);
        assert!(told.contains("shard 4/4 is missing"), "{told}");
        assert!(told.contains("--shard 4/4 --out DIR"), "{told}");
    }

    #[test]
    fn foreign_doubled_and_stray_shards_are_named() {
        let root = tempfile::tempdir().unwrap();
        let one = write(root.path(), "one", &manifest("1/2"), 0);
        let two = write(root.path(), "two", &manifest("2/2"), 0);
        let copy = write(root.path(), "copy", &manifest("2/2"), 0);
        let told = refused(&[one.clone(), two.clone(), copy]);
        for part in ["two and", "copy both hold shard 2/2"] {
            assert!(told.contains(part), "{told}");
        }
        let other = ShardManifest {
            settings: manifest("2/2").settings.replace("scripted", "random"),
            ..manifest("2/2")
        };
        let other = write(root.path(), "other", &other, 0);
        let told = refused(&[one.clone(), other]);
        assert!(
            told.contains("model random instead of model scripted"),
            "{told}"
        );
        let old = ShardManifest {
            enact: "1.2.2".to_owned(),
            ..manifest("2/2")
        };
        let old = write(root.path(), "old", &old, 0);
        let told = refused(&[one.clone(), old]);
        assert!(
            told.contains("old was run by enact 1.2.2, and this is enact 1.2.3"),
            "{told}"
        );
        let mut store = manifest("2/2").open_store(&two).unwrap();
        store.add(&record(0)).unwrap();
        let told = refused(&[one, two]);
        assert!(
            told.contains("episode 0, which is not one of shard 2/2"),
            "{told}"
        );
        assert!(refused(&[root.path().join("nowhere")]).contains("no shard"));
        assert!(refused(&[]).contains("no shards"));
    }

    #[test]
    fn long_lists_end() {
        assert_eq!(listed("episode", [4].iter()), "episode 4");
        assert_eq!(
            listed("episode", (0..14).collect::<Vec<_>>().iter()),
            "episodes 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more"
        );
    }
}
