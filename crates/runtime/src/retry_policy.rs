//! Retries of a step that fails repeatedly.

use enact_plan::{Outcome, Step, Verdict};

/// Number of failures for one reason after which another attempt is made differently.
const CHANGE: usize = 2;
/// Number of failures for one reason after which the person is asked for help.
const GIVE_UP: usize = 4;
/// Number of refusals after which the person is asked, because the same question has the same
/// answer.
const REFUSED: usize = 3;

/// The decision about a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RetryDecision {
    /// Try, skipping this many earlier ways; zero is the best one.
    Try(usize),
    /// Ask the person.
    Ask(String),
}

/// Returns how to proceed with a step, given the history so far.
pub(crate) fn retry_decision(history: &[Outcome], step: &Step) -> RetryDecision {
    let (failures, last) = failures(history, step);
    let enough = match last {
        Some(outcome) if outcome.verdict == Verdict::Refused => REFUSED,
        _ => GIVE_UP,
    };
    match last {
        Some(outcome) if failures >= enough => RetryDecision::Ask(format!(
            "I tried {failures} times to {step}, and each time: {}. What shall I do?",
            outcome.reason
        )),
        _ => RetryDecision::Try(failures / CHANGE),
    }
}

/// Returns the number of failures of this step for the reason of its last failure, since it last
/// worked.
fn failures<'a>(history: &'a [Outcome], step: &Step) -> (usize, Option<&'a Outcome>) {
    let failed = |outcome: &Outcome| outcome.verdict != Verdict::Yes;
    let mut tries = history
        .iter()
        .rev()
        .filter(|outcome| outcome.step == *step)
        .take_while(|outcome| failed(outcome))
        .peekable();
    let last = tries.peek().copied();
    let count = tries
        .take_while(|outcome| {
            last.is_some_and(|last| {
                last.verdict == outcome.verdict && words(&last.reason) == words(&outcome.reason)
            })
        })
        .count();
    (count, last)
}

/// Returns a reason without its numbers, which vary between attempts.
fn words(reason: &str) -> String {
    let digit = |c: &char| !c.is_ascii_digit();
    reason.chars().filter(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pick(object: &str) -> Step {
        Step::pick_step(object)
    }

    fn outcome(step: Step, verdict: Verdict, reason: &str) -> Outcome {
        Outcome {
            step,
            verdict,
            reason: reason.to_owned(),
        }
    }

    #[test]
    fn the_same_failure_twice_changes_the_approach_and_four_times_asks() {
        let failed = outcome(pick("cube"), Verdict::No, "it is 0.012 m off");
        let again = outcome(pick("cube"), Verdict::No, "it is 0.034 m off");
        let other = outcome(pick("ball"), Verdict::No, "it is 0.034 m off");
        let mut history = vec![failed.clone()];
        assert_eq!(
            retry_decision(&history, &pick("cube")),
            RetryDecision::Try(0)
        );
        history.extend([other, again]);
        assert_eq!(
            retry_decision(&history, &pick("cube")),
            RetryDecision::Try(1)
        );
        assert_eq!(
            retry_decision(&history, &pick("ball")),
            RetryDecision::Try(0)
        );
        history.extend([failed.clone(), failed]);
        let RetryDecision::Ask(question) = retry_decision(&history, &pick("cube")) else {
            panic!("it does not ask");
        };
        assert!(
            question.contains("pick cube") && question.contains("off"),
            "{question}"
        );
    }

    #[test]
    fn success_and_other_reasons_start_the_count_anew() {
        let no = |reason: &str| outcome(pick("cube"), Verdict::No, reason);
        let yes = outcome(pick("cube"), Verdict::Yes, "");
        let history = [no("slipped"), no("slipped"), yes, no("slipped")];
        assert_eq!(
            retry_decision(&history, &pick("cube")),
            RetryDecision::Try(0)
        );
        let history = [no("slipped"), no("slipped"), no("closed on nothing")];
        assert_eq!(
            retry_decision(&history, &pick("cube")),
            RetryDecision::Try(0)
        );
        assert_eq!(retry_decision(&[], &pick("cube")), RetryDecision::Try(0));
    }

    #[test]
    fn what_cannot_be_judged_has_not_worked() {
        let unknown = outcome(pick("cube"), Verdict::Unknown, "it is out of sight");
        let history = vec![unknown; 4];
        assert_eq!(
            retry_decision(&history[..2], &pick("cube")),
            RetryDecision::Try(1)
        );
        assert!(matches!(
            retry_decision(&history, &pick("cube")),
            RetryDecision::Ask(_)
        ));
    }

    #[test]
    fn three_refusals_are_enough() {
        let refused = outcome(pick("cube"), Verdict::Refused, "out of reach by 0.1 m");
        let history = vec![refused; 3];
        assert_eq!(
            retry_decision(&history[..2], &pick("cube")),
            RetryDecision::Try(1)
        );
        assert!(matches!(
            retry_decision(&history, &pick("cube")),
            RetryDecision::Ask(_)
        ));
    }
}
