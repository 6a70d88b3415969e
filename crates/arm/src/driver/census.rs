//! Whether a servo is alone with its id.

use crate::bus::{Bus, BusError};
use crate::servo::Model;

/// Answers by which two servos with one id give themselves away.
const CENSUS: usize = 5;

/// Whether two servos have this id: most requests then bring two answers, or answers over each
/// other. One servo on a bad line does so now and then.
///
/// # Errors
/// If the line is lost.
pub fn is_shared(bus: &mut Bus, id: u8, model: &Model) -> Result<bool, BusError> {
    let roles = model.roles;
    let mut doubtful = 0;
    for _ in 0..CENSUS {
        let answers = bus.count_answers(id, roles.feedback, roles.feedback_length)?;
        doubtful += usize::from(answers.broken > 0 || answers.good > 1);
        if 2 * doubtful > CENSUS {
            return Ok(true);
        }
    }
    Ok(false)
}
