//! Plans that come late: what they rest on may have changed meanwhile.

use std::time::Duration;

use crate::session::{BridgeError, Session};

/// A plan may rest on a look that is so old, by the arm's clock.
const FRESH: Duration = Duration::from_secs(10);

impl Session<'_> {
    /// Whether a plan is to be dropped: it came late, and a new look shows that something was
    /// moved meanwhile. What was moved goes into the next prompt. The arm must just have been read.
    pub(crate) fn is_overtaken(&mut self) -> Result<bool, BridgeError> {
        let age = self.last_read.since(self.looked_at);
        if age <= FRESH {
            return Ok(false);
        }
        tracing::info!("the plan came {:.0} s after the picture", age.as_secs_f64());
        self.look_again(&[])?;
        Ok(!self.changes.is_empty())
    }
}
