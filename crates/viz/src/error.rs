//! Reasons why a run cannot be shown.

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
        /// The cause.
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
        /// The cause.
        #[source]
        reason: Reason,
    },
    /// The viewer cannot be reached.
    #[error("cannot connect to the rerun viewer at {address}: {source}")]
    Connect {
        /// Address at which it should listen.
        address: SocketAddr,
        /// The cause.
        source: RecordingStreamError,
    },
    /// The page for a browser cannot be served.
    #[error("cannot serve the viewer to a browser of this machine: {0}")]
    Page(#[source] Box<dyn StdError + Send + Sync>),
    /// An entry could not be recorded.
    #[error("something could not be recorded: {0}")]
    Log(#[from] RecordingStreamError),
    /// The stop switch was pressed while waiting for a viewer.
    #[error("stopped")]
    Stopped,
    /// The file or the viewer did not receive everything.
    #[error("the end of the recording may be missing: {0}")]
    Flush(#[from] SinkFlushError),
}
