//! `enact view`: the same pictures in rerun.

use anyhow::Result;
use enact_journal::Playback;
use enact_record::Recorder;

use super::args::ViewArgs;
use super::open;

/// Lives through the run again for rerun's eyes.
pub fn view(args: &ViewArgs) -> Result<()> {
    let journal = open(&args.file)?;
    let playback = Playback::new(&journal)?;
    let mut recorder = match &args.out {
        Some(path) => Recorder::to_file(path)?,
        None => Recorder::to_viewer()?,
    };
    playback.play(vec![Box::new(&mut recorder)])?;
    Ok(recorder.finish()?)
}
