//! What goes on beside the motions: heartbeats, the stop, the clocks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use enact_types::StopSwitch;
use zenoh::Wait;
use zenoh::pubsub::Publisher;

use super::ANSWER;
use super::lease_holder::LeaseHolder;
use super::stop_link::StopLink;
use crate::error::NetworkError;

/// Interval of heartbeats while a motion is waited for.
const HEARTBEAT: Duration = Duration::from_millis(20);
/// Interval of heartbeats that only keep the lease.
const IDLE_HEARTBEAT: Duration = Duration::from_millis(250);
/// Interval at which clocks are compared.
const CLOCKS: Duration = Duration::from_secs(2);
/// Polling period of the stop switch.
pub(super) const STOP_POLL_PERIOD: Duration = Duration::from_millis(5);

/// What the threads of a driver share.
pub(super) struct Driver {
    pub(super) lease: LeaseHolder,
    pub(super) stop: StopSwitch,
    pub(super) stop_link: StopLink,
    /// Number of the order whose motion is waited for; 0 for none.
    pub(super) motion: AtomicU64,
    /// When the node was last heard of, ns on our clock.
    pub(super) heard: AtomicU64,
    pub(super) is_over: AtomicBool,
}

impl Driver {
    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    pub(super) fn awaited_motion(&self) -> Option<u64> {
        let motion = self.motion.load(Ordering::SeqCst);
        (motion != 0).then_some(motion)
    }

    /// Notes that the node was heard of.
    pub(super) fn note_node_heard(&self) {
        let now = self.lease.link.clock().now();
        self.heard.store(now, Ordering::SeqCst);
    }

    pub(super) fn silence(&self) -> Duration {
        let now = self.lease.link.clock().now();
        Duration::from_nanos(now.saturating_sub(self.heard.load(Ordering::SeqCst)))
    }
}

/// A motion is waited for as long as this lives.
pub(super) struct WaitGuard<'a>(pub(super) &'a Driver);

impl Drop for WaitGuard<'_> {
    fn drop(&mut self) {
        self.0.motion.store(0, Ordering::SeqCst);
    }
}

/// Starts what goes on until the driver is over; `by` is who presses the stop here.
///
/// # Errors
/// [`NetworkError::Thread`] if the system starts no thread.
pub(super) fn start(
    driver: &Arc<Driver>,
    heartbeats: Publisher<'static>,
    by: String,
) -> Result<Vec<JoinHandle<()>>, NetworkError> {
    let mut threads = Vec::new();
    let mut spawn = |name: &str, mut run: Box<dyn FnMut(&Driver) + Send>| {
        let driver = Arc::clone(driver);
        let thread = std::thread::Builder::new().name(name.to_owned());
        let thread = thread.spawn(move || {
            while !driver.is_over() {
                run(&driver);
            }
        });
        threads.push(thread.map_err(|error| NetworkError::Thread(error.to_string()))?);
        Ok::<(), NetworkError>(())
    };
    let mut last: Option<Instant> = None;
    spawn(
        "arm heartbeat",
        Box::new(move |driver| {
            let motion = driver.awaited_motion();
            let every = motion.map_or(IDLE_HEARTBEAT, |_| HEARTBEAT);
            let is_stopped = motion.is_some() && driver.stop.is_pressed();
            if !is_stopped && last.is_none_or(|last| last.elapsed() >= every) {
                last = Some(Instant::now());
                if let Err(error) = heartbeats.put(driver.lease.next_heartbeat(motion)).wait() {
                    tracing::debug!("a heartbeat was not sent: {error}");
                }
            }
            std::thread::sleep(STOP_POLL_PERIOD);
        }),
    )?;
    spawn(
        "arm stop",
        Box::new(move |driver| {
            driver
                .stop_link
                .synchronize_stops(&driver.stop, &driver.lease, &by);
            std::thread::sleep(STOP_POLL_PERIOD);
        }),
    )?;
    let mut compared = Instant::now();
    spawn(
        "arm clocks",
        Box::new(move |driver| {
            if compared.elapsed() >= CLOCKS {
                compared = Instant::now();
                driver.lease.compare_clocks(ANSWER);
            }
            std::thread::sleep(10 * STOP_POLL_PERIOD);
        }),
    )?;
    Ok(threads)
}
