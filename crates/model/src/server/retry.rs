//! Sends a request to a server again while that makes sense.

use std::time::{Duration, Instant};

use enact_types::Reason;
use reqwest::RequestBuilder;
use serde_json::Value;

use super::backoff::Backoff;
use super::retry_class::RetryClass;
use super::transport::TransportError;
use super::{HttpOutcome, RequestError, ServerModel};

impl ServerModel {
    /// Sends a request until it is answered, or until there is no point in asking again.
    #[allow(
        clippy::disallowed_methods,
        reason = "clients that were sent away together must not come back together"
    )]
    pub(super) fn send_with_retries(
        &self,
        request: &dyn Fn() -> RequestBuilder,
        deadline: Instant,
        limit: Duration,
    ) -> Result<Value, RequestError> {
        let mut backoff = Backoff::new(self.options.server.retry_time);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let (reason, class, asked) = match self.send_once(request(), limit.min(left)) {
                Ok(HttpOutcome::Success(value)) => return Ok(value),
                Ok(HttpOutcome::Error(complaint, asked)) => {
                    let class = RetryClass::of(&complaint);
                    // Some servers break where others refuse.
                    let is_refusal = complaint.status == Some(500)
                        && self
                            .dialect
                            .without_rejected_parameter(&complaint, true)
                            .is_some();
                    if class == RetryClass::Permanent || is_refusal {
                        return Err(RequestError::Refused(complaint));
                    }
                    (complaint.status_and_message().into(), class, asked)
                }
                Err(TransportError::Stopped) => return Err(RequestError::Stopped),
                Err(TransportError::TimedOut) => return Err(RequestError::TimedOut),
                Err(TransportError::Failed(reason)) => return Err(RequestError::Down(reason)),
                Err(TransportError::Unreachable(reason)) if !self.was_reached => {
                    return Err(RequestError::Down(self.unreachable(reason)));
                }
                Err(TransportError::Unreachable(reason) | TransportError::Broken(reason)) => {
                    (self.through_proxy(reason), RetryClass::Transient, None)
                }
            };
            let is_patient = class == RetryClass::Loading;
            let wait = backoff.next_wait(asked, is_patient, rand::random());
            let wait = wait.filter(|wait| Instant::now() + *wait < deadline);
            let Some(wait) = wait else {
                return Err(RequestError::Down(given_up(reason, &backoff, asked)));
            };
            self.options.notify.tell(&format!(
                "{reason}; asking again in {:.1} s",
                wait.as_secs_f64()
            ));
            self.transport.sleep(wait);
            if self.transport.is_stopped() {
                return Err(RequestError::Stopped);
            }
        }
    }
}

/// Adds how often and how long the server was asked in vain.
fn given_up(reason: Reason, backoff: &Backoff, asked: Option<Duration>) -> Reason {
    if backoff.waits == 0 && asked.is_none() {
        return reason;
    }
    reason.reworded(|reason| match asked {
        Some(asked) if backoff.waits == 0 => {
            let seconds = asked.as_secs_f64();
            format!("{reason}; it asks to be left alone for {seconds:.0} s")
        }
        _ => format!(
            "{reason}; it was asked {} times within {:.1} s",
            backoff.waits + 1,
            backoff.spent().as_secs_f64()
        ),
    })
}
