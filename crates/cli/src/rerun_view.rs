//! Where a run is shown: in rerun's viewer, in a browser, or as a file.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use enact_types::StopSwitch;
use enact_viz::{Backpressure, Page, RerunObserver, WallClock};

use crate::stop_sources::is_interrupted;

/// The end of a page is looked for so often.
const PERIOD: Duration = Duration::from_millis(50);

/// What `--view` says.
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

/// A run that is shown.
pub struct RerunView {
    /// Who is to be told of the run.
    pub observer: RerunObserver,
    page: Option<Page>,
    file: Option<PathBuf>,
}

impl RerunView {
    /// Opens what shows the run, and says where a page is; `wall` dates what happens. Once `stop`
    /// is pressed no viewer is waited for.
    pub fn open(
        shown: &ViewTarget,
        pace: Backpressure,
        wall: WallClock,
        stop: &StopSwitch,
    ) -> Result<Self> {
        let mut page = None;
        let mut file = None;
        let observer = match shown {
            ViewTarget::Viewer => RerunObserver::to_viewer(pace, wall, stop)?,
            ViewTarget::Web => {
                let page = page.insert(Page::open(stop)?);
                errln!("     view  {}", page.url());
                RerunObserver::to_page(page, wall)?
            }
            ViewTarget::File(path) => {
                if path.extension().is_none_or(|end| end != "rrd") {
                    bail!(
                        "--view takes `web`, a file that ends in .rrd, or nothing; it was given `{}`",
                        path.display()
                    );
                }
                file = Some(path.clone());
                // What it says has its causes in it.
                RerunObserver::to_file(path, wall).map_err(|error| anyhow::anyhow!("{error}"))?
            }
        };
        Ok(Self {
            observer,
            page,
            file,
        })
    }

    /// Completes the recording; a page stays.
    pub fn finish(self) -> Result<Option<Page>> {
        let finished = self.observer.finish();
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
