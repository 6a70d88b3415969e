//! The loop again on recorded input: is everything as before?

use enact_runtime::{Event, Observer};
use enact_types::Stamp;

use crate::encode::{EncodedMessage, Encoder};
use crate::error::RecordingError;
use crate::message::JointStates;
use crate::playback::Playback;
use crate::reader::{Message, Recording};
use crate::topic::Topic;

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Verification {
    /// Messages that are the same, byte for byte.
    pub same: usize,
    /// The first that is not.
    pub difference: Option<MessageMismatch>,
}

/// A message that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageMismatch {
    /// Its channel; that of the new message where none was recorded.
    pub topic: Topic,
    /// When it was recorded or came, on the arm's clock.
    pub at: Stamp,
    /// The message that was recorded.
    pub recorded: Option<String>,
    /// The message that came instead.
    pub again: Option<String>,
}

impl MessageMismatch {
    /// What both say from the first byte that differs on, so many bytes at most, with a
    /// little of what comes before.
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

/// Lives through a run again on its own pictures, answers and readings, and compares
/// situations, plans, refusals, motions and verdicts byte for byte. Of a recording that was
/// cut, what is there is compared.
///
/// # Errors
/// If the recording cannot be read.
pub fn verify(recording: &Recording) -> Result<Verification, RecordingError> {
    let playback = Playback::new(recording)?;
    let mut again = Comparison {
        encoder: Encoder::new(playback.robot()),
        entries: Vec::new(),
    };
    playback.play(vec![Box::new(&mut again)])?;
    let recorded: Vec<&Message> = recording
        .records()
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
        // A recording that was cut within a motion or a picture cannot be lived through any
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
                recorded: Some(record.text()),
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
            // What broke was outside of the loop, and breaks in other words in a recording.
            Topic::Failure => true,
            // Readings were kept in other words before.
            Topic::JointStates => is_same_reading(record, again),
            _ => false,
        }
}

fn is_same_reading(record: &Message, mut again: Vec<u8>) -> bool {
    let recorded = record.read::<JointStates>();
    let again = simd_json::serde::from_slice::<JointStates>(&mut again);
    matches!((recorded, again), (Ok(then), Ok(now)) if then.is_same_reading(&now))
}

fn text(entry: EncodedMessage) -> String {
    let topic = entry.topic.name();
    let json = entry.into_json();
    format!("{topic} {}", String::from_utf8_lossy(&json))
}

/// Notes what happens this time.
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
