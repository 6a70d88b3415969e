//! Panics of the engine, kept off the screen.

use std::any::Any;
use std::panic;
use std::sync::Once;

/// Crates of the engine, as they appear in the paths of their sources.
const ENGINE: &[&str] = &["mistralrs", "candle", "hf-hub", "llguidance", "tokenizers-"];

/// From the first call on, panics inside the engine are logged instead of
/// printed: each surfaces as an error anyway. Other panics are printed as before.
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

/// What a caught panic said.
pub(crate) fn words(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "it panicked".to_owned())
}

/// The first line of a long explanation, cut to a readable length: chains of
/// causes and backtraces stay out.
pub(crate) fn first_line(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty());
    line.unwrap_or("no reason was given")
        .chars()
        .take(300)
        .collect()
}
