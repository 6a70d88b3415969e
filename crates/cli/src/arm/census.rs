//! Whether a servo is alone with its id.

use enact_arm::bus::{Bus, BusError};
use enact_arm::servo::Model;

/// Answers by which two servos with one id give themselves away.
const CENSUS: usize = 5;

/// Whether most requests bring two answers, or answers over each other. On a bad line they do so now
/// and then.
pub fn is_shared(bus: &mut Bus, id: u8, model: &Model) -> Result<bool, BusError> {
    let roles = model.roles;
    let mut doubtful = 0;
    for _ in 0..CENSUS {
        let answers = bus.count_answers(id, roles.feedback, roles.feedback_length)?;
        doubtful += usize::from(answers.broken > 0 || answers.good > 1);
    }
    Ok(2 * doubtful > CENSUS)
}
