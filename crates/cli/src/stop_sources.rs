//! Means of stopping an arm: Ctrl-C and SIGTERM, a file or a pipe, Enter, a button on a pin. Each
//! presses the same switch, which stays pressed until the next instruction.

use std::fs::File;
use std::io::{BufRead, ErrorKind, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use enact_arm::StopSwitch;
use enact_arm::bus::StopButton;
use enact_plan::PlannerError;
use enact_runtime::RuntimeError;
use signal_hook::consts::SIGTERM;

use crate::args::StopArgs;
use crate::rerun_view;

/// Interval of checks for a file that stops the arm.
const POLL_PERIOD: Duration = Duration::from_millis(20);

/// True if Ctrl-C came since the last instruction; a program can have only one handler for it.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// True once the program was told to end, which no further instruction undoes.
static TERMINATED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Lets Ctrl-C, and whatever else is chosen, press the switch.
///
/// # Errors
/// If a handler of signals cannot be set, or the pin of a stop button cannot be opened.
pub fn install_stop_sources(stop: &StopSwitch, args: &StopArgs) -> Result<()> {
    stop_on_interrupt(stop.clone())?;
    if let Some(file) = &args.stop_file {
        on_file(stop.clone(), file);
    }
    if args.stop_on_enter {
        errln!("Enter stops the arm");
        on_enter(stop.clone());
    }
    if let Some(place) = &args.stop_pin {
        StopButton::open(place)?.watch(stop.clone());
    }
    Ok(())
}

/// Lets the first Ctrl-C press the switch, which stops the arm and ends the run; the second ends
/// the program.
///
/// # Errors
/// If another handler of signals is set already.
pub fn stop_on_interrupt(stop: StopSwitch) -> Result<()> {
    ctrlc::set_handler(move || {
        if interrupt(&INTERRUPTED, &stop) {
            std::process::exit(130);
        }
    })?;
    // Beside the handler, which does not tell one signal from the other.
    signal_hook::flag::register(SIGTERM, Arc::clone(&TERMINATED))?;
    #[cfg(unix)]
    signal_hook::flag::register(signal_hook::consts::SIGHUP, Arc::clone(&TERMINATED))?;
    Ok(())
}

/// Returns whether the program was told to end: by SIGTERM, or because its terminal is gone.
pub fn is_termination_requested() -> bool {
    TERMINATED.load(Ordering::SeqCst)
}

/// Returns whether an error says no more than that the stop switch was pressed.
pub fn is_stop_error(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let planner = cause.downcast_ref::<PlannerError>();
        let runtime = cause.downcast_ref::<RuntimeError>();
        matches!(planner, Some(PlannerError::Stopped))
            || rerun_view::is_caused_by_stop(cause)
            || runtime.is_some_and(RuntimeError::is_caused_by_stop)
    })
}

/// Presses the switch; whether an interrupt has done so before. After any other stop the arm may
/// still brake, and the run that ends needs its time.
fn interrupt(interrupted: &AtomicBool, stop: &StopSwitch) -> bool {
    let before = interrupted.swap(true, Ordering::SeqCst) && stop.is_pressed();
    stop.press();
    before
}

/// Lets the arm move for the next instruction.
pub fn release_stop_switch(stop: &StopSwitch) {
    INTERRUPTED.store(false, Ordering::SeqCst);
    stop.release();
}

/// Forgets a Ctrl-C that has taken effect, so that the next one is a first one again. The switch is
/// left as it is.
pub fn forget_interrupt() {
    INTERRUPTED.store(false, Ordering::SeqCst);
}

/// Returns whether Ctrl-C came since the last instruction.
pub fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Returns whether a program that waits for requests is to end: Ctrl-C came, or it was told to end.
pub fn is_interrupted_or_terminated() -> bool {
    is_interrupted() || is_termination_requested()
}

/// Presses the switch as long as the file exists, and for everything that comes through a pipe.
/// Releasing the switch before the file is gone has no effect.
fn on_file(stop: StopSwitch, file: &Path) {
    if file.is_file() {
        stop.press();
    }
    let file = file.to_owned();
    // It ends with the program.
    thread::spawn(move || {
        let mut there = false;
        loop {
            let was_there = std::mem::replace(&mut there, is_there(&stop, &file));
            if there && !was_there && file.is_file() {
                errln!("{} stops the arm until it is gone", file.display());
            }
            thread::sleep(POLL_PERIOD);
        }
    });
}

/// Presses the switch if the file is there. A pipe is there once somebody writes to it, which
/// opening it waits for.
fn is_there(stop: &StopSwitch, file: &Path) -> bool {
    match File::open(file) {
        Ok(mut opened) => {
            stop.press();
            // Whoever writes to a pipe is heard to the end: a closed one would be an error to them.
            while let Ok(1..) = opened.read(&mut [0; 1024]) {
                stop.press();
            }
            true
        }
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        // It may be there: nobody can tell.
        Err(_) => {
            stop.press();
            true
        }
    }
}

/// Presses the switch for every line of standard input, and at its end: from then on nobody could
/// stop the arm.
fn on_enter(stop: StopSwitch) {
    // It ends with the program.
    thread::spawn(move || {
        for _ in std::io::stdin().lock().lines().map_while(Result::ok) {
            stop.press();
        }
        stop.press();
    });
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// Returns whether the switch gets pressed within a second.
    fn gets_pressed(stop: &StopSwitch) -> bool {
        (0..50).any(|_| {
            thread::sleep(POLL_PERIOD);
            stop.is_pressed()
        })
    }

    /// Returns whether nobody presses the switch any more.
    fn stays_released(stop: &StopSwitch) -> bool {
        (0..20).any(|_| {
            stop.release();
            thread::sleep(5 * POLL_PERIOD);
            !stop.is_pressed()
        })
    }

    #[test]
    fn a_file_stops_as_long_as_it_is_there_and_again_when_it_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stop");
        std::fs::write(&file, "").unwrap();
        let stop = StopSwitch::new();
        on_file(stop.clone(), &file);
        assert!(stop.is_pressed(), "at once if it is there already");
        stop.release();
        assert!(gets_pressed(&stop), "it is still there");
        for _ in 0..2 {
            std::fs::remove_file(&file).unwrap();
            assert!(stays_released(&stop), "it is gone");
            std::fs::write(&file, "").unwrap();
            assert!(gets_pressed(&stop), "it came back");
        }
    }

    #[test]
    fn a_pipe_stops_each_time_that_somebody_writes() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("stop");
        let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let stop = StopSwitch::new();
        on_file(stop.clone(), &pipe);
        for _ in 0..3 {
            assert!(stays_released(&stop));
            std::fs::write(&pipe, "stop").unwrap();
            assert!(gets_pressed(&stop));
        }
    }

    #[test]
    fn only_a_second_interrupt_ends_the_program() {
        let (interrupted, stop) = (AtomicBool::new(false), StopSwitch::new());
        stop.press();
        assert!(!interrupt(&interrupted, &stop), "a button came before it");
        assert!(interrupt(&interrupted, &stop));
        stop.release();
        assert!(!interrupt(&interrupted, &stop), "it stops the next motion");
        assert!(stop.is_pressed());
    }
}
