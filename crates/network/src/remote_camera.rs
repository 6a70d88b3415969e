//! A camera on another machine, as a source of `enact-camera`: what distrusts any stream distrusts this one.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use enact_camera::source::{Feed, FeedOutcome, Picture, Pixels, Source};
use enact_types::Reason;
use zenoh::bytes::ZBytes;

use crate::clock::OffsetEstimate;
use crate::error::NetworkError;
use crate::keys::NodeKeys;
use crate::link::Link;
use crate::message::codec::{self, from_bytes, to_bytes};
use crate::message::picture::{PictureReply, PictureRequest};

/// Time that a camera has for one picture.
const ANSWER: Duration = Duration::from_secs(5);
/// Interval at which clocks are compared.
const CLOCKS: Duration = Duration::from_secs(5);
/// Time to wait for a comparison of clocks.
const COMPARISON: Duration = Duration::from_secs(2);
/// Comparisons before the first picture.
const FIRST_COMPARISONS: usize = 3;

/// A camera's node. Ages of its pictures go by the measured offset of its clock.
pub struct RemoteCamera {
    link: Arc<Link>,
    keys: NodeKeys,
    request: PictureRequest,
    least_interval: Duration,
}

impl RemoteCamera {
    /// Looks through the camera of the node `name`.
    ///
    /// # Errors
    /// [`NetworkError::Name`] if it is no name.
    pub fn new(link: &Arc<Link>, name: &str) -> Result<Self, NetworkError> {
        Ok(Self {
            link: Arc::clone(link),
            keys: NodeKeys::of_camera(name)?,
            request: PictureRequest::default(),
            least_interval: Duration::ZERO,
        })
    }

    /// Asks for this many pictures a second at most.
    pub fn with_max_rate(mut self, per_second: f64) -> Self {
        let interval = Duration::try_from_secs_f64(1.0 / per_second);
        self.least_interval = interval.unwrap_or(Duration::ZERO);
        self
    }

    /// Asks for pictures of this kind.
    pub fn with_request(mut self, request: PictureRequest) -> Self {
        self.request = request;
        self
    }

    fn name(&self) -> String {
        format!("the camera's node `{}`", self.keys.name())
    }
}

impl Source for RemoteCamera {
    fn place(&self) -> String {
        format!(
            "{} at {}",
            self.keys.picture_key(),
            self.link.describe_endpoints()
        )
    }

    fn open(&mut self) -> Result<Box<dyn Feed>, Reason> {
        let mut offset = OffsetEstimate::default();
        for _ in 0..FIRST_COMPARISONS {
            let compared = self.link.compare_clocks(&self.keys.clock_key(), COMPARISON);
            let (exchange, _) =
                compared.ok_or_else(|| Reason::from(format!("{} does not answer", self.name())))?;
            offset.add_exchange(exchange);
        }
        Ok(Box::new(RemoteFeed {
            link: Arc::clone(&self.link),
            keys: self.keys.clone(),
            request: self.request,
            least_interval: self.least_interval,
            name: self.name(),
            offset,
            compared: Instant::now(),
            asked: None,
            pending: None,
        }))
    }
}

/// Pictures, one question after another.
struct RemoteFeed {
    link: Arc<Link>,
    keys: NodeKeys,
    request: PictureRequest,
    least_interval: Duration,
    name: String,
    offset: OffsetEstimate,
    compared: Instant,
    asked: Option<Instant>,
    /// The answer that is waited for.
    pending: Option<Receiver<ZBytes>>,
}

impl Feed for RemoteFeed {
    fn next(&mut self, patience: Duration) -> Result<FeedOutcome, Reason> {
        let end = Instant::now() + patience;
        if self.compared.elapsed() >= CLOCKS {
            self.compared = Instant::now();
            if let Some((exchange, _)) = self.link.compare_clocks(&self.keys.clock_key(), patience)
            {
                self.offset.add_exchange(exchange);
            }
        }
        let pending = match self.pending.take() {
            Some(pending) => pending,
            None => {
                let due = self.asked.map(|asked| asked + self.least_interval);
                let wait = due.map(|due| due.saturating_duration_since(Instant::now()));
                if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
                    std::thread::sleep(wait.min(patience));
                    if wait > patience {
                        return Ok(FeedOutcome::Nothing);
                    }
                }
                self.asked = Some(Instant::now());
                let question = to_bytes(&self.request);
                self.link
                    .begin_asking(&self.keys.picture_key(), question, ANSWER)?
            }
        };
        let left = end.saturating_duration_since(Instant::now());
        match pending.recv_timeout(left) {
            Ok(bytes) => self.arrival(&bytes),
            Err(RecvTimeoutError::Timeout) => {
                self.pending = Some(pending);
                Ok(FeedOutcome::Nothing)
            }
            Err(RecvTimeoutError::Disconnected) => {
                Err(format!("{} does not answer", self.name).into())
            }
        }
    }
}

impl RemoteFeed {
    fn arrival(&self, bytes: &ZBytes) -> Result<FeedOutcome, Reason> {
        let begun = Instant::now();
        let reply = match from_bytes(&bytes.to_bytes(), codec::MAX_PICTURE_BYTES) {
            Ok(reply) => reply,
            Err(garbled) => return Ok(FeedOutcome::Damaged(Reason::from_error(garbled))),
        };
        match reply {
            PictureReply::Failed(what) => Err(format!("{}: {what}", self.name).into()),
            PictureReply::Picture { taken, jpeg, .. } => Ok(FeedOutcome::Picture(Picture {
                pixels: Pixels::File(jpeg),
                begun,
                stamp: self.stamp(taken),
            })),
        }
    }

    /// Returns when a picture was taken, on our own clock of the wall, seconds since 1970.
    fn stamp(&self, taken: u64) -> Option<f64> {
        let offset = self.offset.offset()?;
        let clock = self.link.clock();
        let age = i128::from(clock.now()) - (i128::from(taken) - offset.ahead);
        let stamp = i128::from(clock.unix_time_nanos()) - age.max(0);
        Some(stamp as f64 * 1e-9)
    }
}
