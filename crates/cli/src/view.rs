//! Where a run is shown: in rerun's viewer, in a browser, or as a file.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Result, bail};
use enact_record::{Pace, Page, Recorder, WallClock};
use enact_types::StopSwitch;

use crate::stops::is_interrupted;

/// The end of a page is looked for so often.
const PERIOD: Duration = Duration::from_millis(50);

/// What `--view` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The viewer of this machine.
    Viewer,
    /// A page for a browser of this machine.
    Web,
    /// A file.
    File(PathBuf),
}

impl FromStr for Shown {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "" => Self::Viewer,
            "web" => Self::Web,
            path => Self::File(path.into()),
        })
    }
}

/// A run that is shown.
pub struct View {
    /// Who is to be told of the run.
    pub recorder: Recorder,
    page: Option<Page>,
}

impl View {
    /// Opens what shows the run, and says where a page is; `wall` dates what happens. Once `stop`
    /// is pressed no viewer is waited for.
    pub fn open(shown: &Shown, pace: Pace, wall: WallClock, stop: &StopSwitch) -> Result<Self> {
        let mut page = None;
        let recorder = match shown {
            Shown::Viewer => Recorder::to_viewer(pace, wall, stop)?,
            Shown::Web => {
                let page = page.insert(Page::open(stop)?);
                eprintln!("     view  {}", page.url());
                Recorder::to_page(page, wall)?
            }
            Shown::File(path) => {
                if path.extension().is_none_or(|end| end != "rrd") {
                    bail!(
                        "--view takes `web`, a file that ends in .rrd, or nothing; it was given `{}`",
                        path.display()
                    );
                }
                Recorder::to_file(path, wall)?
            }
        };
        Ok(Self { recorder, page })
    }

    /// Completes the recording; a page stays.
    pub fn finish(self) -> Result<Option<Page>> {
        self.recorder.finish()?;
        Ok(self.page)
    }
}

/// Leaves a page open until Ctrl-C.
pub fn keep(page: Page) {
    eprintln!("     view  {} stays open until Ctrl-C", page.url());
    while !is_interrupted() {
        std::thread::sleep(PERIOD);
    }
}
