//! Shows a run in rerun's viewer or a browser, or saves it to a file. Without the feature `view`,
//! the program only says that it cannot.
//!
//! | module | idea |
//! |---|---|
//! | `viewer` | a run shown in rerun |
//! | `absent` | what takes its place in a program without the feature `view` |

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

#[cfg(not(feature = "view"))]
mod absent;
#[cfg(feature = "view")]
mod viewer;

#[cfg(not(feature = "view"))]
pub use absent::{
    LiveFeed, Page, RerunView, is_caused_by_stop, keep_page_open, open_live_view, viewer_file,
};
#[cfg(feature = "view")]
pub use viewer::{
    LiveFeed, Page, RerunView, is_caused_by_stop, keep_page_open, open_live_view, viewer_file,
};

/// Clock for timestamps in the viewer: nanoseconds since 1970.
pub type WallClock = Box<dyn Fn() -> u64 + Send>;

/// Destination of `--view`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViewTarget {
    /// The viewer of this machine.
    Viewer,
    /// A page for a browser of this machine.
    Web,
    /// A file.
    File(PathBuf),
}

impl FromStr for ViewTarget {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "" => Self::Viewer,
            "web" => Self::Web,
            path => Self::File(path.into()),
        })
    }
}
