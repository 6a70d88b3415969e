//! Classifies a server's errors: temporary or permanent, about the server or about the question.

use super::server_error::ServerError;

/// Words in errors that pass soon.
const TRANSIENT_WORDS: [&str; 8] = [
    "overloaded",
    "rate limit",
    "rate-limit",
    "try again",
    "retry",
    "temporarily",
    "timed out",
    "timeout",
];

/// Words in permanent errors, whatever the status says.
const FINAL: [&str; 6] = [
    "insufficient_quota",
    "billing",
    "credit",
    "not supported",
    "unsupported",
    "does not support",
];

/// Classification of errors by whether asking again makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryClass {
    /// It loads its model, which takes its time.
    Loading,
    /// It is busy or broken for now.
    Transient,
    /// It stays as it is.
    Permanent,
}

impl RetryClass {
    pub(crate) fn of(complaint: &ServerError) -> Self {
        let text = complaint.lowercase_text();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        match complaint.status {
            _ if says(&FINAL) => Self::Permanent,
            Some(503) if text.contains("loading") => Self::Loading,
            Some(408 | 425 | 429 | 500 | 502..=504 | 520..=529) => Self::Transient,
            None if says(&TRANSIENT_WORDS) => Self::Transient,
            _ => Self::Permanent,
        }
    }
}

/// Returns whether a refusal is about the server, the account or the model there, not the question.
pub(super) fn concerns_server_not_question(complaint: &ServerError) -> bool {
    matches!(complaint.status, Some(401..=404 | 407 | 429))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_stays() {
        use RetryClass::{Loading, Permanent, Transient};
        for (status, message, class) in [
            (Some(503), "Loading model", Loading),
            (
                Some(503),
                "The model is overloaded. Please try again later.",
                Transient,
            ),
            (Some(429), "Rate limit reached for requests", Transient),
            (
                Some(429),
                "You exceeded your current quota, please check your plan and billing",
                Permanent,
            ),
            (Some(402), "Insufficient credits", Permanent),
            (Some(500), "CUDA out of memory", Transient),
            (
                Some(500),
                "image input is not supported - hint: provide the mmproj",
                Permanent,
            ),
            (Some(502), "Bad Gateway", Transient),
            (Some(529), "Overloaded", Transient),
            (Some(400), "please retry with another model", Permanent),
            (Some(401), "Unauthorized", Permanent),
            (Some(404), "no such model", Permanent),
            (
                None,
                "vision model is temporarily rate-limited upstream",
                Transient,
            ),
            (None, "your account is suspended", Permanent),
        ] {
            let complaint = ServerError {
                status,
                message: message.to_owned(),
                ..ServerError::default()
            };
            assert_eq!(RetryClass::of(&complaint), class, "{message}");
        }
    }
}
