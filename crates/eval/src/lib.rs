//! Evaluates the whole program on suites of tasks, judged by physics.
//!
//! | module | idea |
//! |---|---|
//! | [`suite`] | a suite as TOML |
//! | [`suite_camera`] | a camera that stands somewhere else in each episode |
//! | [`episode_setup`] | an episode of a task: scene, words and goal, drawn from a seed |
//! | [`oracle`] | a planner that knows the goal: the upper bound set by arm and physics |
//! | [`random`] | a planner that draws admissible steps: the lower bound |
//! | [`disturb`] | disturbances during a run, unknown to the robot |
//! | [`episode_log`] | notes that the judge takes during a run |
//! | [`episode`] | one episode from start to verdict |
//! | `judge` | the verdict: whether the goal was reached, and whether harm was done |
//! | [`outcome`] | right, honest or wrong |
//! | `statement_check` | whether what is said is so |
//! | [`reply_kind`] | what kind of reply a sentence is |
//! | `synonyms` | words for colors and shapes |
//! | [`failure`] | reasons for the failure of an episode |
//! | [`snapshots`] | pictures of an episode |
//! | [`store`] | episodes on disk, so that an evaluation can resume |
//! | [`runner`] | many episodes in parallel |
//! | [`shard`] | a part of the episodes, for one of several machines |
//! | [`manifest`] | what a shard is a part of, kept beside its episodes |
//! | [`merge`] | parts that several machines ran, put together |
//! | [`wilson`] | confidence intervals of proportions |
//! | [`paired`] | two ways of doing the same episodes, compared |
//! | [`ablation`] | the table of suites and methods |
//! | [`optimize`] | a search for a better text of a prompt |
//! | [`report`] | the table of results |
//! | [`page`] | the results as a page for a browser |
//! | [`photos`] | what a perceiver finds on labeled pictures |

pub mod ablation;
pub mod disturb;
pub mod episode;
pub mod episode_log;
pub mod episode_setup;
pub mod failure;
mod judge;
pub mod manifest;
pub mod merge;
pub mod optimize;
pub mod oracle;
pub mod outcome;
pub mod page;
pub mod paired;
pub mod photos;
pub mod random;
pub mod reply_kind;
pub mod report;
pub mod runner;
pub mod shard;
pub mod snapshots;
mod statement_check;
pub mod store;
pub mod suite;
pub mod suite_camera;
mod synonyms;
pub mod wilson;
