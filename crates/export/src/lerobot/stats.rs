//! Range, mean and spread of each feature.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Dataset, PICTURES};
use crate::episode::{Picture, Sample};

/// The text of `meta/stats.json`: smallest, largest, mean and standard deviation.
pub(super) fn of(dataset: &Dataset<'_>) -> String {
    let samples: Vec<&Sample> = dataset
        .episodes
        .iter()
        .flat_map(|episode| &episode.samples)
        .collect();
    let mut stats = Map::new();
    type Vector = fn(&Sample) -> &[f32];
    let vectors: [(&str, Vector); 2] = [
        ("action", |sample| &sample.action),
        ("observation.state", |sample| &sample.state),
    ];
    for (name, of) in vectors {
        let entries = dataset.robot.joints().len();
        let columns: Vec<Spread> = (0..entries)
            .map(|entry| Spread::of(samples.iter().map(|sample| f64::from(of(sample)[entry]))))
            .collect();
        stats.insert(name.to_owned(), summary(&columns, &|value| json!(value)));
    }
    if dataset.picture_size().is_some() {
        let channels: Vec<Spread> = (0..3)
            .map(|channel| channel_of(&samples, channel))
            .collect();
        // One number per channel, in the shape of a picture.
        let shape = |value: f64| json!([[value]]);
        stats.insert(PICTURES.to_owned(), summary(&channels, &shape));
    }
    format!("{:#}\n", Value::Object(stats))
}

fn summary(columns: &[Spread], shape: &dyn Fn(f64) -> Value) -> Value {
    let column = |of: fn(&Spread) -> f64| -> Vec<Value> {
        columns.iter().map(|spread| shape(of(spread))).collect()
    };
    json!({
        "min": column(|spread| spread.min),
        "max": column(|spread| spread.max),
        "mean": column(|spread| spread.mean),
        "std": column(|spread| spread.deviation),
        "count": [columns.first().map_or(0, |spread| spread.count)],
    })
}

/// Values of a channel, 0 to 1, of every picture once.
fn channel_of(samples: &[&Sample], channel: usize) -> Spread {
    let mut pictures: Vec<&Arc<Picture>> = Vec::new();
    for picture in samples.iter().filter_map(|sample| sample.picture.as_ref()) {
        if !pictures
            .last()
            .is_some_and(|last| Arc::ptr_eq(last, picture))
        {
            pictures.push(picture);
        }
    }
    Spread::of(pictures.iter().flat_map(|picture| {
        let pixels = picture.rgb.pixels();
        pixels.map(move |pixel| f64::from(pixel.0[channel]) / 255.0)
    }))
}

/// Where values lie.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Spread {
    min: f64,
    max: f64,
    mean: f64,
    deviation: f64,
    count: usize,
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
        let (mut mean, mut squares, mut count) = (0.0, 0.0, 0);
        for value in values {
            min = min.min(value);
            max = max.max(value);
            count += 1;
            // Welford's update, which does not cancel.
            let off = value - mean;
            mean += off / count as f64;
            squares += off * (value - mean);
        }
        let deviation = (squares / count.max(1) as f64).sqrt();
        Self {
            min,
            max,
            mean,
            deviation,
            count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_is_that_of_all_values() {
        let spread = Spread::of([1.0, 3.0, 5.0, 7.0].into_iter());
        assert_eq!((spread.min, spread.max, spread.mean), (1.0, 7.0, 4.0));
        assert!((spread.deviation - 5.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(spread.count, 4);
    }
}
