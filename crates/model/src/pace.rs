//! How fast a model in this process is, in words.

use std::time::Duration;

use enact_plan::Usage;

/// A model whose answers take longer is called slow.
const SLOW: Duration = Duration::from_secs(20);

/// Says how far an answer is.
pub(crate) fn describe_progress(tokens: usize, passed: Duration) -> String {
    let seconds = passed.as_secs_f64();
    match tokens {
        0 => format!("is reading, for {seconds:.0} s so far"),
        _ => format!("is answering: {tokens} tokens in {seconds:.0} s"),
    }
}

/// Whether it was said that a model is slow.
#[derive(Debug, Default)]
pub(crate) struct SlownessNotice {
    is_told: bool,
}

impl SlownessNotice {
    /// What to say of an answer that took this, once.
    pub(crate) fn sentence_if_slow(&mut self, usage: &Usage) -> Option<String> {
        let whole = usage.prompt_time + usage.decode_time;
        if self.is_told || whole < SLOW {
            return None;
        }
        self.is_told = true;
        let rate = |tokens: u32, time: Duration| f64::from(tokens) / time.as_secs_f64().max(1e-3);
        Some(format!(
            "is slow here: {:.0} s an answer (it reads {:.0} and writes {:.1} tokens a second); a GPU \
             (--device), --isq Q4K for a folder, a smaller model or a server is faster, and \
             --score-steps has it write nothing",
            whole.as_secs_f64(),
            rate(usage.prompt_tokens, usage.prompt_time),
            rate(usage.completion_tokens, usage.decode_time),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(seconds: u64) -> Usage {
        Usage {
            requests: 1,
            prompt_tokens: 1000,
            completion_tokens: 80,
            prompt_time: Duration::from_secs(seconds / 2),
            decode_time: Duration::from_secs(seconds / 2),
        }
    }

    #[test]
    fn a_slow_model_is_told_of_once() {
        let mut pace = SlownessNotice::default();
        assert_eq!(pace.sentence_if_slow(&usage(4)), None);
        let said = pace.sentence_if_slow(&usage(40)).unwrap();
        assert!(said.contains("40 s an answer"), "{said}");
        assert!(said.contains("reads 50 and writes 4.0 tokens"), "{said}");
        assert_eq!(pace.sentence_if_slow(&usage(40)), None);
    }

    #[test]
    fn what_is_told_tells_reading_from_answering() {
        let passed = Duration::from_secs(12);
        assert_eq!(describe_progress(0, passed), "is reading, for 12 s so far");
        assert_eq!(
            describe_progress(37, passed),
            "is answering: 37 tokens in 12 s"
        );
    }
}
