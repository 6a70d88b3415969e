//! Where a run is shown: in rerun's viewer, in a browser, or as a file.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
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
    file: Option<PathBuf>,
}

impl View {
    /// Opens what shows the run, and says where a page is; `wall` dates what happens. Once `stop`
    /// is pressed no viewer is waited for.
    pub fn open(shown: &Shown, pace: Pace, wall: WallClock, stop: &StopSwitch) -> Result<Self> {
        let mut page = None;
        let mut file = None;
        let recorder = match shown {
            Shown::Viewer => Recorder::to_viewer(pace, wall, stop)?,
            Shown::Web => {
                let page = page.insert(Page::open(stop)?);
                errln!("     view  {}", page.url());
                Recorder::to_page(page, wall)?
            }
            Shown::File(path) => {
                if path.extension().is_none_or(|end| end != "rrd") {
                    bail!(
                        "--view takes `web`, a file that ends in .rrd, or nothing; it was given `{}`",
                        path.display()
                    );
                }
                file = Some(path.clone());
                // What it says has its causes in it.
                Recorder::to_file(path, wall).map_err(|error| anyhow::anyhow!("{error}"))?
            }
        };
        Ok(Self {
            recorder,
            page,
            file,
        })
    }

    /// Completes the recording; a page stays.
    pub fn finish(self) -> Result<Option<Page>> {
        let finished = self.recorder.finish();
        finished.with_context(|| match &self.file {
            Some(file) => format!(
                "{} is not complete, name another file with --view",
                file.display()
            ),
            None => "what --view shows is not complete".to_owned(),
        })?;
        Ok(self.page)
    }
}

/// Leaves a page open until Ctrl-C.
pub fn keep(page: Page) {
    errln!("     view  {} stays open until Ctrl-C", page.url());
    while !is_interrupted() {
        std::thread::sleep(PERIOD);
    }
}
