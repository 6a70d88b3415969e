//! `enact view`: a recorded run in rerun.

use std::sync::atomic::Ordering;

use anyhow::Result;
use enact_arm::StopSwitch;
use enact_recording::{Playback, PlaybackWallClock, Recording};

use super::args::ViewArgs;
use super::open_readable;
use crate::rerun_view::{self, Page, RerunView, ViewTarget};
use crate::stop_sources::stop_on_interrupt;

/// Replays the run for rerun.
///
/// # Errors
/// If the recording cannot be used or the viewer cannot be reached.
pub fn view(args: &ViewArgs) -> Result<()> {
    let recording = open_readable(&args.file)?;
    let stop = StopSwitch::new();
    if let Some(page) = show_recording(&recording, &args.shown, &stop)? {
        stop_on_interrupt(stop)?;
        rerun_view::keep_page_open(page);
    }
    Ok(())
}

/// Replays a recording for what shows it; a page stays.
///
/// # Errors
/// If the recording cannot be used or what shows it cannot be opened.
pub fn show_recording(
    recording: &Recording,
    shown: &ViewTarget,
    stop: &StopSwitch,
) -> Result<Option<Page>> {
    let playback = Playback::new(recording)?;
    let mut wall = PlaybackWallClock::new(recording, playback.robot());
    let now = wall.newest_wall_time_ns();
    let now = Box::new(move || now.load(Ordering::Relaxed));
    let mut view = RerunView::open_for_recording(shown, now, stop)?;
    view.show_other_camera_streams(recording);
    playback.play(vec![Box::new(&mut wall), Box::new(view.observer())])?;
    view.finish()
}
