//! Detects servos that share an id.

use crate::bus::{Bus, BusError};
use crate::servo::ServoModel;

/// Number of replies by which two servos with one id are detected.
const CENSUS: usize = 5;
/// Largest number of requests for them: replies that are too late prove nothing.
const REQUESTS: usize = 3 * CENSUS;

/// Returns whether two servos share this id: most requests then bring two replies, or colliding
/// ones. One servo on a bad line causes that only occasionally.
///
/// # Errors
/// [`BusError`] if the port is lost.
pub fn has_id_conflict(bus: &mut Bus, id: u8, model: &ServoModel) -> Result<bool, BusError> {
    let map = model.map;
    let (mut answered, mut doubtful) = (0, 0);
    for _ in 0..REQUESTS {
        let answers = bus.read_and_count_replies(id, map.feedback, map.feedback_length)?;
        answered += usize::from(answers.broken > 0 || answers.good > 0);
        doubtful += usize::from(answers.broken > 0 || answers.good > 1);
        if 2 * doubtful > CENSUS {
            return Ok(true);
        }
        if answered == CENSUS {
            break;
        }
    }
    Ok(false)
}
