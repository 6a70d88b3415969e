//! Programs that drive an arm in real time, on a machine that may have something else to do.

#![allow(dead_code)]

use std::process::Output;

/// How often a run is repeated that the machine was too busy for.
const ATTEMPTS: usize = 8;

/// Whether a program has left an arm alone because it, or the arm's servos, were not served in
/// time. Where servos are meant to be silent that is something else.
pub fn was_held_up(talk: &str) -> bool {
    talk.contains("late in mid-move") || talk.contains("has been silent too long")
}

/// Runs a program again while it could not serve its arm in time.
pub fn in_time(mut run: impl FnMut() -> Output) -> Output {
    let mut output = run();
    for _ in 1..ATTEMPTS {
        if !was_held_up(&String::from_utf8_lossy(&output.stderr)) {
            break;
        }
        output = run();
    }
    output
}
