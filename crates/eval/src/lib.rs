//! How good the whole program is: suites of tasks, judged by physics.
//!
//! | module | idea |
//! |---|---|
//! | [`suite`] | a suite as TOML |
//! | [`draw`] | an episode of a task: scene, words, goal, drawn by a seed |
//! | [`oracle`] | a planner that knows the goal: the ceiling of arm and physics |
//! | [`disturb`] | what happens to the table behind the robot's back |
//! | [`watch`] | what a run shows on the way |
//! | [`episode`] | one episode from start to verdict |
//! | [`failure`] | why an episode failed |
//! | [`keep`] | episodes on disk, so that a run can go on |
//! | [`runner`] | many episodes at once |
//! | [`wilson`] | what a share is worth |
//! | [`report`] | the table |

pub mod disturb;
pub mod draw;
pub mod episode;
pub mod failure;
pub mod keep;
pub mod oracle;
pub mod report;
pub mod runner;
pub mod suite;
pub mod watch;
pub mod wilson;
