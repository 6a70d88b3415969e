//! Whether a servo is alone with its id.

use crate::bus::{Bus, BusError};
use crate::servo::ServoModel;

/// Answers by which two servos with one id give themselves away.
const CENSUS: usize = 5;
/// Requests that are made for them at most: answers that come too late say nothing.
const REQUESTS: usize = 3 * CENSUS;

/// Whether two servos have this id: most requests then bring two answers, or answers over each
/// other. One servo on a bad line does so now and then.
///
/// # Errors
/// If the line is lost.
pub fn is_shared(bus: &mut Bus, id: u8, model: &ServoModel) -> Result<bool, BusError> {
    let map = model.map;
    let (mut answered, mut doubtful) = (0, 0);
    for _ in 0..REQUESTS {
        let answers = bus.count_answers(id, map.feedback, map.feedback_length)?;
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
