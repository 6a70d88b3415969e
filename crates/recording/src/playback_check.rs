//! Runs the loop again on recorded input and compares.

use enact_runtime::{Event, Observer};
use enact_types::Stamp;

use crate::encode::{EncodedMessage, Encoder};
use crate::error::RecordingError;
use crate::message::JointStates;
use crate::playback::Playback;
use crate::reader::{Message, Recording};
use crate::topic::Topic;

/// Result of a verification.
#[derive(Clone, Debug, PartialEq)]
pub struct Verification {
    /// Number of messages that are identical, byte for byte.
    pub same: usize,
    /// The first difference.
    pub difference: Option<MessageMismatch>,
}

/// A message that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageMismatch {
    /// Its topic; that of the new message if none was recorded.
    pub topic: Topic,
    /// Time of the message on the arm's clock.
    pub at: Stamp,
    /// The recorded message.
    pub recorded: Option<String>,
    /// The new message.
    pub again: Option<String>,
}

impl MessageMismatch {
    /// Returns an excerpt of both messages from the first byte that differs, with a little context
    /// before it; at most `length` bytes each.
    pub fn excerpt(&self, length: usize) -> (String, String) {
        let text = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
        let (recorded, again) = (text(&self.recorded), text(&self.again));
        let same = recorded
            .bytes()
            .zip(again.bytes())
            .take_while(|(a, b)| a == b)
            .count();
        let from = same.saturating_sub(length / 3);
        let cut = |text: &str| {
            let bytes = text.as_bytes();
            let part = &bytes[from.min(bytes.len())..(from + length).min(bytes.len())];
            String::from_utf8_lossy(part).into_owned()
        };
        (cut(&recorded), cut(&again))
    }
}

/// Runs the loop again on the recorded pictures, responses and readings, and compares situations,
/// plans, refusals, motions and verdicts byte for byte. A truncated recording is compared as far as
/// it goes.
///
/// # Errors
/// [`RecordingError`] if the recording cannot be read.
pub fn verify_by_playback(recording: &Recording) -> Result<Verification, RecordingError> {
    let playback = Playback::new(recording)?;
    let mut again = Comparison {
        encoder: Encoder::new(playback.robot()),
        entries: Vec::new(),
    };
    playback.play(vec![Box::new(&mut again)])?;
    let recorded: Vec<&Message> = recording
        .messages()
        .iter()
        .filter(|record| record.topic.is_of_the_loop())
        .collect();
    let mut entries = again.entries.into_iter();
    for (same, record) in recorded.iter().enumerate() {
        let entry = entries.next();
        let (topic, at) = (record.topic, record.at);
        if entry.as_ref().is_some_and(|entry| equal(record, entry)) {
            continue;
        }
        // A recording that is truncated within a motion or a picture cannot be played back any
        // further.
        if !recording.is_whole() && entry.as_ref().is_none_or(|it| it.topic == Topic::Failure) {
            return Ok(Verification {
                same,
                difference: None,
            });
        }
        return Ok(Verification {
            same,
            difference: Some(MessageMismatch {
                topic,
                at,
                recorded: Some(record.to_text()),
                again: entry.map(text),
            }),
        });
    }
    let more = entries.next().filter(|_| recording.is_whole());
    Ok(Verification {
        same: recorded.len(),
        difference: more.map(|entry| MessageMismatch {
            topic: entry.topic,
            at: entry.at,
            recorded: None,
            again: Some(text(entry)),
        }),
    })
}

fn equal(record: &Message, entry: &EncodedMessage) -> bool {
    let same_place = record.topic == entry.topic && record.at == entry.at;
    if !same_place {
        return false;
    }
    let again = entry.clone().into_json();
    record.json == again
        || match record.topic {
            // What failed was outside of the loop, and fails with another message in a playback.
            Topic::Failure => true,
            // Older recordings have readings in another format.
            Topic::JointStates => is_same_reading(record, again),
            _ => false,
        }
}

fn is_same_reading(record: &Message, mut again: Vec<u8>) -> bool {
    let recorded = record.deserialize_message::<JointStates>();
    let again = simd_json::serde::from_slice::<JointStates>(&mut again);
    matches!((recorded, again), (Ok(then), Ok(now)) if then.is_same_reading(&now))
}

fn text(entry: EncodedMessage) -> String {
    let topic = entry.topic.name();
    let json = entry.into_json();
    format!("{topic} {}", String::from_utf8_lossy(&json))
}

/// Collects the messages of the new run.
struct Comparison {
    encoder: Encoder,
    entries: Vec<EncodedMessage>,
}

impl Observer for Comparison {
    fn observe(&mut self, event: &Event<'_>) {
        let entries = self.encoder.encode(event);
        let compared = entries
            .into_iter()
            .filter(|entry| entry.topic.is_of_the_loop());
        self.entries.extend(compared);
    }
}
