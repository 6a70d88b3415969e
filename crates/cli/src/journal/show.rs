//! `enact view`: the same pictures in rerun.

use std::sync::atomic::Ordering;

use anyhow::Result;
use enact_arm::StopSwitch;
use enact_journal::{Playback, RecordedWall};
use enact_record::Pace;

use super::args::ViewArgs;
use super::open_readable;
use crate::stops::on_interrupt;
use crate::view::{self, View};

/// Lives through the run again for rerun's eyes.
pub fn view(args: &ViewArgs) -> Result<()> {
    let journal = open_readable(&args.file)?;
    let playback = Playback::new(&journal)?;
    let mut wall = RecordedWall::new(&journal, playback.robot());
    let now = wall.now();
    let now = Box::new(move || now.load(Ordering::Relaxed));
    let stop = StopSwitch::new();
    let mut view = View::open(&args.shown, Pace::Viewer, now, &stop)?;
    playback.play(vec![Box::new(&mut wall), Box::new(&mut view.recorder)])?;
    if let Some(page) = view.finish()? {
        on_interrupt(stop)?;
        view::keep(page);
    }
    Ok(())
}
