//! Tests in real time on a machine that may be busy.
//!
//! A simulation passes its own time, however slow the machine is. A program on a pty does not: if
//! the machine holds it up for a tenth of a second in mid-move, it has to give up, as it would
//! before a real arm. Such a test keeps all of its assertions, but is repeated if it failed while
//! the machine was busy.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Number of attempts of a test on a busy machine.
const ATTEMPTS: usize = 12;
/// Idle share of all processors' time below which the machine is busy.
const IDLE: f64 = 0.5;

/// Runs a test, and repeats it if it failed while the machine held it up.
///
/// # Panics
/// If it fails on a machine that is not busy, or fails every attempt.
pub fn repeat_if_held_up(test: impl Fn()) {
    for _ in 1..ATTEMPTS {
        let before = processor_times();
        let Err(failure) = catch_unwind(AssertUnwindSafe(&test)) else {
            return;
        };
        if !was_busy_since(before) && !tells_of_delay(&*failure) {
            resume_unwind(failure);
        }
    }
    test();
}

/// Returns whether a program reports that it, or the servos it drives, were not served in time.
pub fn reports_delay(talk: &str) -> bool {
    talk.contains("late in mid-move") || talk.contains("has been silent too long")
}

fn tells_of_delay(failure: &(dyn Any + Send)) -> bool {
    let text = failure.downcast_ref::<String>().map(String::as_str);
    let text = text.or(failure.downcast_ref::<&str>().copied());
    text.is_some_and(reports_delay)
}

/// Returns the time of all processors since the machine started, and the idle part of it, in ticks;
/// `None` where the system does not report it.
fn processor_times() -> Option<(f64, f64)> {
    let text = std::fs::read_to_string("/proc/stat").ok()?;
    times(text.lines().next()?)
}

/// Parses a line `cpu user nice system idle iowait irq softirq steal …`.
fn times(line: &str) -> Option<(f64, f64)> {
    let numbers = line.strip_prefix("cpu ")?.split_whitespace();
    let times: Vec<f64> = numbers.map_while(|it| it.parse().ok()).take(8).collect();
    let idle = times.get(3)? + times.get(4)?;
    Some((times.iter().sum(), idle))
}

fn was_busy_since(before: Option<(f64, f64)>) -> bool {
    let Some(((all, idle), (all_before, idle_before))) = processor_times().zip(before) else {
        return false;
    };
    idle - idle_before < IDLE * (all - all_before)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn what_fails_for_want_of_time_is_tried_again_and_nothing_else() {
        let tries = Cell::new(0);
        repeat_if_held_up(|| {
            tries.set(tries.get() + 1);
            assert!(
                tries.get() > 2,
                "the next command came 107 ms late in mid-move"
            );
        });
        assert_eq!(tries.get(), 3);
        let always = || repeat_if_held_up(|| panic!("it is late in mid-move"));
        assert!(catch_unwind(always).is_err());
    }

    #[test]
    fn idle_time_is_told_from_the_rest() {
        let line = "cpu  10 1 9 70 10 0 0 0 5 5";
        assert_eq!(times(line), Some((100.0, 80.0)));
        assert_eq!(times("cpu0 1 2 3"), None);
        assert_eq!(times("cpu  1 2"), None);
    }
}
