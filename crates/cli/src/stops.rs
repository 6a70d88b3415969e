//! What stops an arm: Ctrl-C and SIGTERM, a file or a pipe, Enter, a button on a pin. Each presses
//! the same switch, which stays pressed until somebody gives the next instruction.

use std::fs::File;
use std::io::BufRead;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use enact_arm::StopSwitch;
use enact_arm::bus::Button;

use crate::args::StopArgs;

/// A file that stops the arm is looked for so often.
const PERIOD: Duration = Duration::from_millis(20);

/// Ctrl-C, and whatever else was chosen, presses the switch.
pub fn arrange(stop: &StopSwitch, args: &StopArgs) -> Result<()> {
    on_interrupt(stop.clone())?;
    if let Some(file) = &args.stop_file {
        on_file(stop.clone(), file);
    }
    if args.stop_on_enter {
        eprintln!("Enter stops the arm");
        on_enter(stop.clone());
    }
    if let Some(place) = &args.stop_pin {
        Button::open(place)?.watch(stop.clone());
    }
    Ok(())
}

/// The first Ctrl-C stops the arm, and the run ends; the second ends the program.
pub fn on_interrupt(stop: StopSwitch) -> Result<()> {
    ctrlc::set_handler(move || {
        if stop.is_pressed() {
            std::process::exit(130);
        }
        stop.press();
    })?;
    Ok(())
}

/// As soon as the file can be opened: it is there, or a pipe has a writer.
fn on_file(stop: StopSwitch, file: &Path) {
    if file.is_file() {
        stop.press();
        return;
    }
    let file = file.to_owned();
    // It ends with the program.
    thread::spawn(move || {
        let mut opened = loop {
            match File::open(&file) {
                Ok(opened) => break opened,
                Err(_) => thread::sleep(PERIOD),
            }
        };
        stop.press();
        // Whoever writes to a pipe is heard to the end: a closed one would be an error to them.
        let _ = std::io::copy(&mut opened, &mut std::io::sink());
    });
}

/// At every line of standard input, and at its end: from then on nobody could stop the arm.
fn on_enter(stop: StopSwitch) {
    // It ends with the program.
    thread::spawn(move || {
        for _ in std::io::stdin().lock().lines().map_while(Result::ok) {
            stop.press();
        }
        stop.press();
    });
}
