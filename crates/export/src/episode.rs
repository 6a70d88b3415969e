//! A run at a steady rate: state, action, picture.

use std::io::Cursor;
use std::sync::Arc;

use enact_arm::ArmState;
use enact_journal::message::{JointStates, Task};
use enact_journal::{Journal, Topic};
use enact_types::{Frame, Stamp};
use image::{ImageFormat, RgbImage};

use crate::error::ExportError;

/// One task from its first reading of the arm to its last.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// What the person asked for.
    pub task: String,
    /// Periods from the arm's time zero to the first sample.
    pub first: usize,
    /// One per period from the first reading to the last.
    pub samples: Vec<Sample>,
}

/// What was known and done at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Measured positions of all joints, rad or m.
    pub state: Vec<f32>,
    /// The command that was given then, rad or m.
    pub action: Vec<f32>,
    /// The newest picture, as PNG; none before the first.
    pub picture: Option<Arc<Picture>>,
}

/// A compressed picture. The same picture of several samples is one in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The file.
    pub png: Vec<u8>,
    /// Its pixels, for statistics.
    pub rgb: RgbImage,
}

impl Picture {
    /// Compresses a picture.
    ///
    /// # Errors
    /// Never in memory, in practice.
    pub fn new(rgb: &RgbImage) -> Result<Self, ExportError> {
        let mut png = Vec::new();
        rgb.write_to(&mut Cursor::new(&mut png), ImageFormat::Png)
            .map_err(|error| ExportError::Unfit(error.to_string()))?;
        Ok(Self {
            png,
            rgb: rgb.clone(),
        })
    }
}

/// The tasks of a journal at `fps` samples a second, with the pictures that were taken:
/// a picture stays until the next one.
///
/// # Errors
/// If the journal cannot be read.
pub fn episodes(journal: &Journal, fps: u32) -> Result<Vec<Episode>, ExportError> {
    let mut pictures = Vec::new();
    for frame in journal.frames()? {
        pictures.push((frame.stamp, Arc::new(Picture::new(&frame.rgb)?)));
    }
    let picture_at = |at: Stamp| {
        let newest = pictures.iter().rev().find(|(taken, _)| *taken <= at);
        newest.map(|(_, picture)| Arc::clone(picture))
    };
    let mut episodes = Vec::new();
    for (task, readings) in tasks(journal)? {
        let (first, samples) = resample(&readings, fps);
        let samples = samples
            .into_iter()
            .map(|(at, reading)| sample(reading, picture_at(at)))
            .collect();
        episodes.push(Episode {
            task,
            first,
            samples,
        });
    }
    Ok(episodes)
}

impl Episode {
    /// Has a picture for each sample instead of those that were taken: `frames` are one per
    /// period from the arm's time zero.
    ///
    /// # Errors
    /// If there are too few.
    pub fn set_pictures(&mut self, frames: &[Frame]) -> Result<(), ExportError> {
        let needed = self.first + self.samples.len();
        if frames.len() < needed {
            return Err(ExportError::Unfit(format!(
                "{} pictures are too few; {needed} are needed",
                frames.len(),
            )));
        }
        for (sample, frame) in self.samples.iter_mut().zip(&frames[self.first..]) {
            sample.picture = Some(Arc::new(Picture::new(&frame.rgb)?));
        }
        Ok(())
    }
}

/// Each task with its readings, oldest first.
fn tasks(journal: &Journal) -> Result<Vec<(String, Vec<ArmState>)>, ExportError> {
    let mut tasks: Vec<(String, Vec<ArmState>)> = Vec::new();
    let mut running = false;
    for record in journal.records() {
        match record.topic {
            Topic::Task => {
                tasks.push((record.read::<Task>()?.task, Vec::new()));
                running = true;
            }
            Topic::Report | Topic::Broke => running = false,
            Topic::JointStates if running => {
                let reading = record.read::<JointStates>()?.state();
                if let Some((_, readings)) = tasks.last_mut() {
                    readings.push(reading);
                }
            }
            _ => {}
        }
    }
    tasks.retain(|(_, readings)| !readings.is_empty());
    Ok(tasks)
}

/// The newest reading at each period from the first reading to the last, and how many
/// periods lie before the first.
fn resample(readings: &[ArmState], fps: u32) -> (usize, Vec<(Stamp, &ArmState)>) {
    let (Some(first), Some(last)) = (readings.first(), readings.last()) else {
        return (0, Vec::new());
    };
    let time = |period: u64| Stamp::from_nanos(period * 1_000_000_000 / u64::from(fps));
    let before = (0..)
        .take_while(|period| time(*period) < first.stamp)
        .count();
    let mut samples = Vec::new();
    let mut next = readings.iter().peekable();
    let mut newest = first;
    for at in (before as u64..)
        .map(time)
        .take_while(|at| *at <= last.stamp)
    {
        while let Some(reading) = next.next_if(|reading| reading.stamp <= at) {
            newest = reading;
        }
        samples.push((at, newest));
    }
    (before, samples)
}

fn sample(reading: &ArmState, picture: Option<Arc<Picture>>) -> Sample {
    let single = |values: &[f64]| values.iter().map(|value| *value as f32).collect();
    Sample {
        state: single(&reading.position),
        // Before the first command an arm is told to stay where it is.
        action: single(reading.goal()),
        picture,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_types::JointVector;

    fn reading(milliseconds: u64) -> ArmState {
        let vector = JointVector::from(vec![milliseconds as f64]);
        ArmState {
            stamp: Stamp::from_nanos(milliseconds * 1_000_000),
            position: vector.clone(),
            velocity: vector.clone(),
            effort: vector,
            commanded: None,
            alarm: None,
        }
    }

    #[test]
    fn samples_are_evenly_spaced_and_never_from_the_future() {
        let readings: Vec<ArmState> = [450, 505, 598, 603, 900].map(reading).to_vec();
        let (first, samples) = resample(&readings, 10);
        assert_eq!(first, 5);
        let at: Vec<u64> = samples
            .iter()
            .map(|(at, _)| at.nanos() / 1_000_000)
            .collect();
        assert_eq!(at, [500, 600, 700, 800, 900]);
        let of: Vec<f64> = samples.iter().map(|(_, state)| state.position[0]).collect();
        assert_eq!(of, [450.0, 598.0, 603.0, 603.0, 900.0]);
        assert!(resample(&[], 10).1.is_empty());
    }
}
