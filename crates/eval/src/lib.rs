//! How good the whole program is: suites of tasks, judged by physics.
//!
//! | module | idea |
//! |---|---|
//! | [`suite`] | a suite as TOML |
//! | [`episode_setup`] | an episode of a task: scene, words, goal, drawn by a seed |
//! | [`oracle`] | a planner that knows the goal: the ceiling of arm and physics |
//! | [`disturb`] | what happens to the table behind the robot's back |
//! | [`episode_log`] | what a run shows on the way |
//! | [`episode`] | one episode from start to verdict |
//! | [`failure`] | why an episode failed |
//! | [`store`] | episodes on disk, so that a run can go on |
//! | [`runner`] | many episodes at once |
//! | [`wilson`] | what a share is worth |
//! | [`report`] | the table |

pub mod disturb;
pub mod episode;
pub mod episode_log;
pub mod episode_setup;
pub mod failure;
pub mod oracle;
pub mod report;
pub mod runner;
pub mod store;
pub mod suite;
pub mod wilson;
