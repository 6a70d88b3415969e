//! Keeps panics of the engine off the screen.

use std::any::Any;
use std::panic;
use std::sync::Once;

/// Crates of the engine, as they appear in the paths of their source files.
const ENGINE: &[&str] = &["mistralrs", "candle", "hf-hub", "llguidance", "tokenizers-"];

/// Logs panics inside the engine, from the first call on, instead of printing them: each surfaces
/// as an error anyway. Other panics are printed as before.
pub(crate) fn hush_engine_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let engine = info
                .location()
                .is_some_and(|place| ENGINE.iter().any(|name| place.file().contains(name)));
            if engine {
                tracing::debug!("the engine panicked: {info}");
            } else {
                print(info);
            }
        }));
    });
}

/// Returns the message of a caught panic.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "it panicked".to_owned())
}

/// Returns the first line of a long explanation, cut to a readable length, without chains of causes
/// and backtraces.
pub(crate) fn first_line(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty());
    line.unwrap_or("no reason was given")
        .chars()
        .take(300)
        .collect()
}
