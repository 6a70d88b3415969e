//! A run shown in rerun.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use enact_recording::stream::{DEFAULT_CAMERA_NAME, FrameSink};
use enact_recording::{Recording, Topic};
use enact_robot::Robot;
use enact_runtime::Observer;
use enact_serve::backend::{LiveViewPiece, ViewerFile};
use enact_types::{Frame, Stamp, StopSwitch};
pub use enact_viz::Page;
use enact_viz::web::{Asset, asset};
use enact_viz::{Backpressure, CameraFeed, RerunObserver, VizError};

use super::{ViewTarget, WallClock};
use crate::stop_sources::is_interrupted;

/// Interval of checks whether a page has ended.
const POLL_PERIOD: Duration = Duration::from_millis(50);

/// A run shown in rerun.
pub struct RerunView {
    observer: RerunObserver,
    page: Option<Page>,
    file: Option<PathBuf>,
}

impl RerunView {
    /// Opens what shows a run that goes on, and says where a page is; `wall` dates what happens. A
    /// viewer that is too slow misses messages. Once `stop` is pressed no viewer is waited for.
    ///
    /// # Errors
    /// If the viewer, page or file cannot be opened, with what to do.
    pub fn open_for_run(shown: &ViewTarget, wall: WallClock, stop: &StopSwitch) -> Result<Self> {
        Self::open(shown, Backpressure::Run, wall, stop)
    }

    /// Opens what shows a recording, as [`open_for_run`](Self::open_for_run), at the pace of the viewer.
    ///
    /// # Errors
    /// As [`open_for_run`](Self::open_for_run).
    pub fn open_for_recording(
        shown: &ViewTarget,
        wall: WallClock,
        stop: &StopSwitch,
    ) -> Result<Self> {
        Self::open(shown, Backpressure::Viewer, wall, stop)
    }

    /// Returns who is to be told of the run.
    pub fn observer(&mut self) -> &mut dyn Observer {
        &mut self.observer
    }

    /// Returns who shows the pictures of another camera than the main one.
    pub fn other_camera_sink(&mut self, name: &str) -> Box<dyn FrameSink> {
        Box::new(ShownCamera(self.observer.add_camera_feed(name)))
    }

    /// Shows the pictures that other cameras than the main one streamed in a finished run.
    pub fn show_other_camera_streams(&mut self, recording: &Recording) {
        let mut feeds = BTreeMap::new();
        for message in recording.messages_of_topic(Topic::StreamImage) {
            let Some(name) = message
                .camera
                .as_deref()
                .filter(|name| *name != DEFAULT_CAMERA_NAME)
            else {
                continue;
            };
            let feed = feeds
                .entry(name.to_owned())
                .or_insert_with(|| self.observer.add_camera_feed(name));
            // A picture that cannot be read is missing in the viewer too.
            if let Ok(picture) = message.picture() {
                let rgb = &picture.rgb;
                feed.show_picture(rgb.dimensions(), rgb.as_raw(), message.at);
            }
        }
    }

    fn open(
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
                let page = page.insert(Page::start_serving()?);
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
    ///
    /// # Errors
    /// If it is not complete, with what to do.
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

/// Gives what happens to viewers that come and go.
pub struct LiveFeed(enact_viz::LiveFeed);

impl LiveFeed {
    /// Shows the arm with its joints at `positions`, at a time on the arm's clock.
    pub fn show_arm(&self, positions: &[f64], at: Stamp) {
        self.0.show_arm(positions, at);
    }

    /// Returns what is new from number `after` on, or else how things stand.
    ///
    /// # Errors
    /// If it cannot be encoded.
    pub fn encode_updates_or_snapshot(&self, after: Option<u64>) -> Result<LiveViewPiece> {
        let piece = self.0.piece_after(after)?;
        Ok(LiveViewPiece {
            rrd: piece.rrd,
            next: piece.next,
        })
    }
}

/// Opens what shows this robot to viewers that come and go; `cameras` are those besides the main one,
/// and `wall` dates what happens.
///
/// # Errors
/// If nothing can be recorded.
pub fn open_live_view(
    robot: &Robot,
    cameras: Vec<String>,
    wall: WallClock,
) -> Result<Option<(RerunView, LiveFeed)>> {
    let (observer, feed) = RerunObserver::with_live_feed(robot, cameras, wall)?;
    let view = RerunView {
        observer,
        page: None,
        file: None,
    };
    Ok(Some((view, LiveFeed(feed))))
}

/// A camera besides the main one, shown in rerun.
struct ShownCamera(CameraFeed);

impl FrameSink for ShownCamera {
    fn receive(&mut self, frame: Frame, at: Stamp) {
        self.0.show_frame(&frame, at);
    }
}

/// Leaves a page open until Ctrl-C.
pub fn keep_page_open(page: Page) {
    errln!("     view  {} stays open until Ctrl-C", page.url());
    while !is_interrupted() {
        std::thread::sleep(POLL_PERIOD);
    }
}

/// Returns a file of the viewer, if there is one of this name.
pub fn viewer_file(name: &str) -> Option<ViewerFile> {
    let Asset { kind, content } = asset(&format!("/{name}")).ok()??;
    Some(ViewerFile { kind, content })
}

/// Returns whether this cause of an error says that a stop ended the wait for a viewer.
pub fn is_caused_by_stop(cause: &(dyn std::error::Error + 'static)) -> bool {
    matches!(cause.downcast_ref::<VizError>(), Some(VizError::Stopped))
}
