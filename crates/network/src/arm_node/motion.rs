//! Carries out one motion after another, and tells of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use enact_arm::{ArmState, ExecutionEnd};
use zenoh::Wait;
use zenoh::pubsub::Publisher;

use super::intake::Job;
use super::state::Node;
use crate::message::codec::to_bytes;
use crate::message::order::{Ended, MotionEnd, Reading};

/// Interval at which stops and leases are looked after.
const HOUSEKEEPING: Duration = Duration::from_millis(10);
/// Interval at which the node tells of itself.
const STATUS: Duration = Duration::from_millis(200);

/// What the news are published by.
pub(super) struct Publishers {
    pub(super) readings: Publisher<'static>,
    pub(super) status: Publisher<'static>,
}

/// Carries out what comes until nothing can come any more.
pub(super) fn carry_out(
    node: &Node,
    work: &Receiver<Job>,
    readings: &SyncSender<ArmState>,
    outcomes: &Publisher<'_>,
) {
    for job in work {
        let motion = job.motion.clone();
        let end = follow(node, job, readings);
        let ended = Arc::new(Ended { motion, end });
        {
            let mut state = node.lock();
            state.running = None;
            state.reading = None;
            state.ended = Some(Arc::clone(&ended));
            if matches!(ended.end, MotionEnd::LinkLost { .. }) {
                state.links_lost += 1;
            }
        }
        // Whoever does not get it asks for it.
        if let Err(error) = outcomes.put(to_bytes(&*ended)).wait() {
            tracing::debug!("the end of a motion was not told: {error}");
        }
    }
}

fn follow(node: &Node, job: Job, readings: &SyncSender<ArmState>) -> MotionEnd {
    let silent_for = Arc::new(AtomicU64::new(0));
    let watch = {
        let (deadman, silent_for) = (Arc::clone(&node.deadman), Arc::clone(&silent_for));
        let readings = readings.clone();
        move |state: &ArmState| {
            // Full, where the link is slow: then it is dropped.
            let _ = readings.try_send(state.clone());
            let silence = deadman.excessive_silence(job.motion.motion, job.ordered);
            if let Some(silence) = silence {
                let ms = (silence.as_millis() as u64).max(1);
                // The first counts: what follows is the braking.
                let _ = silent_for.compare_exchange(0, ms, Ordering::SeqCst, Ordering::SeqCst);
            }
            silence.is_none()
        }
    };
    let execution = node.arm.execute_watched(job.trajectory, job.contact, watch);
    let silence_ms = silent_for.load(Ordering::SeqCst);
    match execution {
        Err(error) => MotionEnd::Failed(error.to_string()),
        Ok(execution)
            if silence_ms > 0
                && execution.end == ExecutionEnd::Stopped
                && !node.stop.is_pressed() =>
        {
            tracing::warn!(
                "no heartbeat came for {silence_ms} ms: the arm braked along its path and holds"
            );
            MotionEnd::LinkLost {
                silence_ms,
                execution,
            }
        }
        Ok(execution) => MotionEnd::Ended(execution),
    }
}

/// Publishes readings and the node's status, and looks after stops and leases, until nothing can come any
/// more.
pub(super) fn publish_readings_and_status(
    node: &Node,
    news: &Receiver<ArmState>,
    publishers: &Publishers,
) {
    let mut sequence = 0;
    let mut told: Option<Instant> = None;
    let mut kept: Option<Instant> = None;
    let is_due =
        |last: &Option<Instant>, every: Duration| last.is_none_or(|last| last.elapsed() >= every);
    loop {
        match news.recv_timeout(HOUSEKEEPING) {
            Ok(state) => {
                let mut shared = node.lock();
                if shared.running.is_some() {
                    shared.reading = Some(state.clone());
                }
                drop(shared);
                sequence += 1;
                publish(&publishers.readings, to_bytes(&Reading { sequence, state }));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if is_due(&kept, HOUSEKEEPING) {
            kept = Some(Instant::now());
            node.notice_stop_and_expired_lease();
        }
        if is_due(&told, STATUS) {
            told = Some(Instant::now());
            publish(&publishers.status, to_bytes(&node.status()));
        }
    }
}

fn publish(publisher: &Publisher<'_>, bytes: Vec<u8>) {
    if let Err(error) = publisher.put(bytes).wait() {
        tracing::debug!("{} was not published: {error}", publisher.key_expr());
    }
}
