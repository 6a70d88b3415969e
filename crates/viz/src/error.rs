//! Why a run cannot be shown.

use std::error::Error as StdError;
use std::net::SocketAddr;
use std::path::PathBuf;

use enact_types::Reason;
use rerun::RecordingStreamError;
use rerun::sink::SinkFlushError;
use thiserror::Error;

/// A run cannot be shown. The run itself goes on.
#[derive(Debug, Error)]
pub enum VizError {
    /// The file cannot be written.
    #[error("cannot write the recording `{path}`: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: RecordingStreamError,
    },
    /// The viewer is not installed.
    #[error(
        "no rerun viewer is running and the program `{program}` is not on the PATH; \
         install it with `pip install rerun-sdk==0.36.3`, or write a file instead"
    )]
    NoViewer {
        /// The viewer's program.
        program: String,
    },
    /// The viewer cannot be started.
    #[error("cannot start the rerun viewer `{program}`: {reason}")]
    Viewer {
        /// The viewer's program.
        program: String,
        /// What is wrong.
        #[source]
        reason: Reason,
    },
    /// The viewer cannot be talked to.
    #[error("cannot connect to the rerun viewer at {address}: {source}")]
    Connect {
        /// Where it should listen.
        address: SocketAddr,
        /// What is wrong.
        source: RecordingStreamError,
    },
    /// The page for a browser cannot be served.
    #[error("cannot serve the viewer to a browser of this machine: {0}")]
    Page(#[source] Box<dyn StdError + Send + Sync>),
    /// Something could not be recorded.
    #[error("something could not be recorded: {0}")]
    Log(#[from] RecordingStreamError),
    /// Somebody pressed the stop switch while a viewer was waited for.
    #[error("stopped")]
    Stopped,
    /// Not everything arrived in the file or the viewer.
    #[error("the end of the recording may be missing: {0}")]
    Flush(#[from] SinkFlushError),
}
