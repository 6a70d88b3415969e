//! The node of a camera: each picture is taken when it is asked for, so that the newest wins, at the rate of
//! whoever asks, and a slow link slows pictures instead of filling queues with old ones.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

use enact_camera::Camera;
use enact_types::Frame;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use zenoh::liveliness::LivelinessToken;
use zenoh::query::{Query, Queryable};

use crate::clock::Clock;
use crate::error::NetworkError;
use crate::keys::NodeKeys;
use crate::link::{Link, question_bytes, reply, reply_with_time};
use crate::message::codec::{self, from_bytes};
use crate::message::picture::{PictureReply, PictureRequest};

/// Questions that may wait; whoever finds no room asks again.
const WAITING: usize = 16;
/// Usual quality of pictures, of 100: the loss is below the camera's noise.
const QUALITY: u8 = 90;

/// A camera that others may look through. Dropping it ends the node.
pub struct CameraNode {
    declared: Option<(LivelinessToken, Vec<Queryable<()>>)>,
    thread: Option<JoinHandle<()>>,
}

impl CameraNode {
    /// Offers a camera to the network.
    ///
    /// # Errors
    /// [`NetworkError`] if the name is none, or the network or the system does not take it.
    pub fn start(
        link: &Arc<Link>,
        name: &str,
        camera: Box<dyn Camera>,
    ) -> Result<Self, NetworkError> {
        let keys = NodeKeys::of_camera(name)?;
        let clock = *link.clock();
        let (sender, questions) = sync_channel::<Query>(WAITING);
        let thread = std::thread::Builder::new()
            .name(format!("camera node {name}"))
            .spawn(move || serve(camera, &questions, clock))
            .map_err(|error| NetworkError::Thread(error.to_string()))?;
        let answers = vec![
            link.answer(&keys.clock_key(), move |query| {
                reply_with_time(&query, &clock)
            })?,
            link.answer(&keys.picture_key(), move |query| {
                drop(sender.try_send(query))
            })?,
        ];
        Ok(Self {
            declared: Some((link.declare_alive(&keys.alive_key())?, answers)),
            thread: Some(thread),
        })
    }
}

impl Drop for CameraNode {
    fn drop(&mut self) {
        // With the questions ends the thread that waits for them.
        drop(self.declared.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the camera's node panicked");
        }
    }
}

/// Answers everybody who waits with one picture, again and again.
fn serve(mut camera: Box<dyn Camera>, questions: &Receiver<Query>, clock: Clock) {
    while let Ok(first) = questions.recv() {
        let mut waiting = vec![first];
        waiting.extend(questions.try_iter());
        match camera.capture_timed() {
            Ok((frame, taken)) => {
                let mut encoded = HashMap::new();
                for query in &waiting {
                    // Whatever cannot be read asks for the usual picture.
                    let request: PictureRequest =
                        from_bytes(&question_bytes(query), codec::MAX_SMALL_BYTES)
                            .unwrap_or_default();
                    let answer = encoded
                        .entry(request)
                        .or_insert_with(|| answer(&frame, clock.nanos_of_instant(taken), request));
                    reply(query, answer);
                }
            }
            Err(error) => {
                let failed = PictureReply::Failed(error.to_string());
                for query in &waiting {
                    reply(query, &failed);
                }
                // Whoever asks at once again would ask in a loop.
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
        }
    }
}

fn answer(frame: &Frame, taken: u64, request: PictureRequest) -> PictureReply {
    let quality = match request.quality {
        0 => QUALITY,
        quality => quality.min(100),
    };
    let (width, height) = frame.rgb.dimensions();
    let longest = width.max(height);
    let side = request.longest_side;
    let mut jpeg = Cursor::new(Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, quality);
    let encoded = if side == 0 || longest <= side {
        frame.rgb.write_with_encoder(encoder)
    } else {
        let scaled =
            |length: u32| (u64::from(length) * u64::from(side) / u64::from(longest)).max(1) as u32;
        let (width, height) = (scaled(width), scaled(height));
        image::imageops::resize(&frame.rgb, width, height, FilterType::Triangle)
            .write_with_encoder(encoder)
    };
    match encoded {
        Ok(()) => PictureReply::Picture {
            sequence: frame.sequence,
            taken,
            jpeg: jpeg.into_inner(),
        },
        Err(error) => PictureReply::Failed(format!("a picture cannot be encoded: {error}")),
    }
}
