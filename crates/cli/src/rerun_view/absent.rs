//! Takes the viewer's place in a program built without the feature `view`.

use anyhow::{Result, bail};
use enact_recording::Recording;
use enact_recording::stream::FrameSink;
use enact_robot::Robot;
use enact_runtime::Observer;
use enact_serve::backend::{LiveViewPiece, ViewerFile};
use enact_types::{Stamp, StopSwitch};

use super::{ViewTarget, WallClock};

/// Cannot be created.
pub enum Page {}

/// Cannot be created.
pub enum RerunView {}

impl RerunView {
    /// Says what is missing.
    ///
    /// # Errors
    /// Always.
    pub fn open_for_run(_: &ViewTarget, _: WallClock, _: &StopSwitch) -> Result<Self> {
        bail!("this program was built without its viewer: build it with `--features view`")
    }

    /// Says what is missing.
    ///
    /// # Errors
    /// Always.
    pub fn open_for_recording(
        shown: &ViewTarget,
        wall: WallClock,
        stop: &StopSwitch,
    ) -> Result<Self> {
        Self::open_for_run(shown, wall, stop)
    }

    /// Never called.
    pub fn observer(&mut self) -> &mut dyn Observer {
        match *self {}
    }

    /// Never called.
    pub fn other_camera_sink(&mut self, _: &str) -> Box<dyn FrameSink> {
        match *self {}
    }

    /// Never called.
    pub fn show_other_camera_streams(&mut self, _: &Recording) {
        match *self {}
    }

    /// Never called.
    ///
    /// # Errors
    /// Never.
    pub fn finish(self) -> Result<Option<Page>> {
        match self {}
    }
}

/// Cannot be created.
pub enum LiveFeed {}

impl LiveFeed {
    /// Never called.
    pub fn show_arm(&self, _: &[f64], _: Stamp) {
        match *self {}
    }

    /// Never called.
    ///
    /// # Errors
    /// Never.
    pub fn encode_updates_or_snapshot(&self, _: Option<u64>) -> Result<LiveViewPiece> {
        match *self {}
    }
}

/// Returns nothing: there is no viewer.
///
/// # Errors
/// Never.
pub fn open_live_view(
    _: &Robot,
    _: Vec<String>,
    _: WallClock,
) -> Result<Option<(RerunView, LiveFeed)>> {
    Ok(None)
}

/// Never called.
pub fn keep_page_open(page: Page) {
    match page {}
}

/// Returns nothing: there is no viewer.
pub fn viewer_file(_: &str) -> Option<ViewerFile> {
    None
}

/// Returns false: no viewer is waited for.
pub fn is_caused_by_stop(_: &(dyn std::error::Error + 'static)) -> bool {
    false
}
