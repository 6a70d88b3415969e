//! A part of an evaluation's episodes, for one of several machines.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One of several equal parts of an evaluation. It is written `2/7`: the second of seven.
///
/// # Examples
/// ```
/// use enact_eval::shard::Shard;
///
/// let second: Shard = "2/3".parse()?;
/// assert_eq!(second.episode_numbers(10, 5), [1, 4, 7]);
/// assert_eq!(Shard::default().episode_numbers(3, 5), [0, 1, 2]);
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    /// From 1 to `of`.
    index: u32,
    of: u32,
}

impl Shard {
    /// Returns the number of shards of the evaluation, at least one.
    pub fn shard_count(self) -> u32 {
        self.of
    }

    /// Returns all shards of the evaluation.
    pub fn all_shards(self) -> impl Iterator<Item = Self> {
        let of = self.of;
        (1..=of).map(move |index| Self { index, of })
    }

    /// Returns the numbers of its episodes out of an evaluation of so many, of a suite of so many tasks.
    ///
    /// Episodes are dealt in turn, because they cycle through the tasks, and some tasks take longer than
    /// others. Where the turns of tasks and shards would always meet in the same way, the deal moves on
    /// by one, so that no shard gets all episodes of a long task.
    pub fn episode_numbers(self, episodes: u64, tasks: usize) -> Vec<u64> {
        let (of, tasks) = (u64::from(self.of), tasks.max(1) as u64);
        let meet_again = tasks / greatest_common_divisor(tasks, of) * of;
        let shard = |number: u64| (number + number / meet_again) % of;
        let own = u64::from(self.index - 1);
        (0..episodes)
            .filter(|number| shard(*number) == own)
            .collect()
    }
}

/// Everything.
impl Default for Shard {
    fn default() -> Self {
        Self { index: 1, of: 1 }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Option<(u32, u32)> = text
            .split_once('/')
            .and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((_, 0)) => Err("an evaluation has at least one shard: 1/1".to_owned()),
            Some((index, of)) if (1..=of).contains(&index) => Ok(Self { index, of }),
            Some((_, of)) => Err(format!(
                "the first of {of} shards is 1/{of}, the last {of}/{of}"
            )),
            None => Err("expected a shard and how many there are, such as 2/7".to_owned()),
        }
    }
}

impl TryFrom<String> for Shard {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn each_episode_is_in_one_shard_and_shards_are_alike_long() {
        for (episodes, tasks) in [(100, 20), (700, 35), (3, 5), (0, 4), (61, 1)] {
            for of in 1..=40 {
                let first: Shard = format!("1/{of}").parse().unwrap();
                let shards: Vec<Vec<u64>> = first
                    .all_shards()
                    .map(|shard| shard.episode_numbers(episodes, tasks))
                    .collect();
                let mut all: Vec<u64> = shards.iter().flatten().copied().collect();
                all.sort_unstable();
                assert_eq!(all, (0..episodes).collect::<Vec<_>>(), "{of} shards");
                let sizes = shards.iter().map(Vec::len);
                let (least, most) = (sizes.clone().min().unwrap(), sizes.max().unwrap());
                assert!(most - least <= 1, "{least} to {most} in {of} shards");
            }
        }
    }

    /// Dealt in turn alone, each of ten shards would get two of twenty tasks.
    #[test]
    fn shards_share_the_episodes_of_each_task() {
        for (tasks, of) in [(20_usize, 10_u32), (20, 16), (20, 7), (6, 4), (5, 5)] {
            let first: Shard = format!("1/{of}").parse().unwrap();
            // As many episodes of each task as make the deal come out even.
            let episodes = tasks as u64 * u64::from(of) * 4;
            for shard in first.all_shards() {
                let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
                for number in shard.episode_numbers(episodes, tasks) {
                    *counts.entry(number % tasks as u64).or_default() += 1;
                }
                assert_eq!(counts.len(), tasks, "{shard} of {tasks} tasks: {counts:?}");
                let (least, most) = (counts.values().min(), counts.values().max());
                assert!(most.unwrap() - least.unwrap() <= 2, "{shard}: {counts:?}");
            }
        }
    }

    #[test]
    fn a_shard_is_written_as_it_is_read() {
        let shard: Shard = "2/7".parse().unwrap();
        assert_eq!(shard.to_string(), "2/7");
        assert_eq!(serde_json::to_string(&shard).unwrap(), "\"2/7\"");
        assert_eq!(serde_json::from_str::<Shard>("\"2/7\"").unwrap(), shard);
        for (text, part) in [
            ("8/7", "the last 7/7"),
            ("0/7", "the first of 7 shards is 1/7"),
            ("1/0", "at least one"),
            ("3", "such as 2/7"),
            ("-1/7", "such as 2/7"),
            ("1/7/2", "such as 2/7"),
            ("a/b", "such as 2/7"),
            ("", "such as 2/7"),
        ] {
            let fault = text.parse::<Shard>().unwrap_err();
            assert!(fault.contains(part), "{text}: {fault}");
            assert!(serde_json::from_str::<Shard>(&format!("{text:?}")).is_err());
        }
    }
}
