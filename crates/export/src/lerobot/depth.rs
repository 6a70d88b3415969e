//! Depth as stored in LeRobot's videos: twelve bits on a logarithmic scale.
//!
//! The formula is that of `quantize_depth` in `lerobot/datasets/depth_utils.py` (0.6.1) with its
//! defaults.

use serde_json::{Map, Value, json};

/// Depth at the lowest code, meters.
const MIN: f32 = 0.01;
/// Depth at the highest code, meters.
const MAX: f32 = 10.0;
/// Offset added before taking the logarithm, meters.
const SHIFT: f32 = 3.5;
/// The highest code of twelve bits.
const HIGHEST: f32 = 4095.0;

/// Returns the codes of depths in meters, little-endian; pixels without a reading have the lowest
/// code.
pub(super) fn encode_depths(meters: &[f32]) -> Vec<u8> {
    let (low, high) = ((MIN + SHIFT).ln(), (MAX + SHIFT).ln());
    let code = |meters: &f32| {
        let share = ((meters.max(0.0) + SHIFT).ln() - low) / (high - low);
        let code = (share * HIGHEST).round().clamp(0.0, HIGHEST);
        (if code.is_finite() { code as u16 } else { 0 }).to_le_bytes()
    };
    meters.iter().flat_map(code).collect()
}

/// Returns the parameters that a reader needs to decode the depths.
pub(super) fn depth_decoding_info() -> Map<String, Value> {
    let info = json!({
        "video.depth_min": 0.01,
        "video.depth_max": 10.0,
        "video.shift": 3.5,
        "video.use_log": true,
    });
    match info {
        Value::Object(info) => info,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_turn_back_to_within_a_step() {
        let meters = [0.01_f32, 0.3, 0.4123, 1.0, 10.0];
        let bytes = encode_depths(&meters);
        let (low, high) = (f64::from(3.51_f32).ln(), f64::from(13.5_f32).ln());
        for (pair, meters) in bytes.as_chunks::<2>().0.iter().zip(meters) {
            let code = f64::from(u16::from_le_bytes(*pair));
            let back = (low + code / 4095.0 * (high - low)).exp() - 3.5;
            let step = (f64::from(meters) + 3.5) * (high - low) / 4095.0;
            assert!((back - f64::from(meters)).abs() < 0.51 * step, "{back}");
        }
        assert_eq!(encode_depths(&[0.0, f32::NAN, -1.0]), [0; 6]);
        assert_eq!(encode_depths(&[f32::INFINITY, 99.0])[2..], [0xff, 0x0f]);
    }
}
