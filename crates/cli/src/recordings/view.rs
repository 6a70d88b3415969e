//! `enact view`: a recorded run in rerun.

use std::sync::atomic::Ordering;

use anyhow::Result;
use enact_arm::StopSwitch;
use enact_recording::{Playback, RecordedWall, Recording};

use super::args::ViewArgs;
use super::open_readable;
use crate::rerun_view::{self, Page, RerunView, ViewTarget};
use crate::stop_sources::on_interrupt;

/// Replays the run for rerun.
///
/// # Errors
/// If the recording cannot be used or the viewer cannot be reached.
pub fn view(args: &ViewArgs) -> Result<()> {
    let recording = open_readable(&args.file)?;
    let stop = StopSwitch::new();
    if let Some(page) = show(&recording, &args.shown, &stop)? {
        on_interrupt(stop)?;
        rerun_view::keep(page);
    }
    Ok(())
}

/// Replays a recording for what shows it; a page stays.
///
/// # Errors
/// If the recording cannot be used or what shows it cannot be opened.
pub fn show(recording: &Recording, shown: &ViewTarget, stop: &StopSwitch) -> Result<Option<Page>> {
    let playback = Playback::new(recording)?;
    let mut wall = RecordedWall::new(recording, playback.robot());
    let now = wall.now();
    let now = Box::new(move || now.load(Ordering::Relaxed));
    let mut view = RerunView::of_recording(shown, now, stop)?;
    view.show_streams(recording);
    playback.play(vec![Box::new(&mut wall), Box::new(view.observer())])?;
    view.finish()
}
