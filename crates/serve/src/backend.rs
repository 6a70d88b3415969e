//! What the program around the server answers: pictures, runs, models, configurations.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;
use utoipa::ToSchema;

use crate::problem::{Problem, ProblemKind};

/// Answers what a session does not know. The answers may take their time: they are asked for on
/// threads that nothing else waits for.
pub trait Backend: Send + Sync + 'static {
    /// Returns a picture of the main camera as it is now, as JPEG. All who ask at about the same time
    /// share it.
    ///
    /// # Errors
    /// If the camera does not answer.
    fn picture(&self) -> Result<Arc<[u8]>, BackendError>;

    /// Lists the recordings.
    ///
    /// # Errors
    /// If their folder cannot be read.
    fn runs(&self) -> Result<Vec<Run>, BackendError>;

    /// Returns the file of a recording; `name` is a plain file name.
    ///
    /// # Errors
    /// If there is none.
    fn run_file(&self, name: &str) -> Result<PathBuf, BackendError>;

    /// Returns what a recording is of.
    ///
    /// # Errors
    /// If there is none.
    fn run_info(&self, name: &str) -> Result<Run, BackendError>;

    /// Tells the story of a recording.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    fn story(&self, name: &str) -> Result<Value, BackendError>;

    /// Returns a recording as rerun's viewer reads it: an `.rrd` file, opened, which is gone once it is
    /// closed.
    ///
    /// # Errors
    /// If there is none, it cannot be read or shown, or another one is being prepared.
    fn open_rrd(&self, name: &str) -> Result<File, BackendError>;

    /// Returns what rerun's viewer shows of the arm now: what is new since the piece before, whose
    /// [`next`](LiveViewPiece::next) is `after`, or everything there is to know.
    ///
    /// # Errors
    /// If the program has no viewer.
    fn live_view(&self, after: Option<u64>) -> Result<LiveViewPiece, BackendError>;

    /// Returns a file of rerun's viewer by its name, if the program has the viewer.
    fn viewer_file(&self, name: &str) -> Option<ViewerFile>;

    /// Replays the motions of a recording in a simulator of their own.
    ///
    /// # Errors
    /// If there is none, it cannot be replayed, or another one is replayed.
    fn replay_in_simulation(&self, name: &str) -> Result<Replayed, BackendError>;

    /// Returns which models see and plan.
    fn models(&self) -> Models;

    /// Checks the text of a configuration and returns what is wrong with it, if anything is.
    fn check_config(&self, kind: ConfigKind, text: &str) -> Option<String>;
}

/// A piece of what rerun's viewer shows of the arm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveViewPiece {
    /// A whole `.rrd` file; empty if there is nothing new.
    pub rrd: Vec<u8>,
    /// Where the next piece begins.
    pub next: u64,
}

/// A file of rerun's viewer.
#[derive(Clone, Copy, Debug)]
pub struct ViewerFile {
    /// Content type.
    pub kind: &'static str,
    /// Its content.
    pub content: &'static [u8],
}

/// Why the program cannot answer.
#[derive(Debug, Error)]
pub enum BackendError {
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// A device does not answer.
    #[error("{0}")]
    Unavailable(String),
    /// It cannot be done with this one.
    #[error("{0}")]
    Invalid(String),
    /// The same is being done for somebody else.
    #[error("{0}")]
    Busy(String),
}

impl From<BackendError> for Problem {
    fn from(error: BackendError) -> Self {
        let kind = match &error {
            BackendError::NotFound(_) => ProblemKind::NotFound,
            BackendError::Unavailable(_) => ProblemKind::Unavailable,
            BackendError::Invalid(_) => ProblemKind::Invalid,
            BackendError::Busy(_) => ProblemKind::Busy,
        };
        Self::new(kind, error.to_string())
    }
}

/// A recorded run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// Name of the file.
    pub name: String,
    /// The instructions.
    pub tasks: Option<Vec<String>>,
    /// The outcome in a word or two.
    pub outcome: String,
    /// Whether the goal was reached.
    pub reached: Option<bool>,
    /// How long it took on the arm's clock.
    pub seconds: Option<f64>,
    /// When it began, seconds since 1970.
    pub unix_seconds: Option<f64>,
    /// What is wrong with the file.
    pub error: Option<String>,
}

/// How a replay came out.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Replayed {
    /// Whether the motions came out as recorded.
    pub as_recorded: bool,
    /// Number of motions.
    pub motions: usize,
    /// Largest distance of the tool from where it was, meters.
    pub tool_off_m: f64,
}

/// Which models see and plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Models {
    /// Name of the one that sees, or else of the one that plans.
    pub name: Option<String>,
    /// Name of the one that sees.
    pub perceiver: Option<String>,
    /// Name of the one that plans.
    pub planner: Option<String>,
}

/// The kind of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfigKind {
    /// A launch file.
    Launch,
    /// A scene.
    Scene,
}
